"""What becomes of a Severa customer and a Fortnox customer card that have, or could have, one number.

Rules: DESIGN 10 and `reference` product 1.3. Creation goes both ways, updates come from the main system only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.identity import different_company, folded_number
from severa_fortnox.decisions.pairs import Linked, NewInSevera, Pair, Surroundings, Writes, about, gone, is_newer
from severa_fortnox.errors import System
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.agreement import differences, untold
from severa_fortnox.mapping.customers import (
    Card,
    agreeing,
    customer_fields,
    is_organisation_number,
    is_swedish,
    map_customer,
    values_of_card,
    values_of_severa,
    vat_type_of_card,
)
from severa_fortnox.mapping.fields import CUSTOMER, Unsayable, Values, sayable
from severa_fortnox.mapping.vat import country_named
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main, Settings
from severa_fortnox.severa.inputs import KVK_NUMBER
from severa_fortnox.severa.models import Address, Customer
from severa_fortnox.text import is_blank

CustomerPairDecision = Create[CustomerPayload] | Create[NewInSevera] | Update[Writes] | Link | Skip | Refuse

#: Severa's customer number is a 64-bit integer (`reference` product 17).
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class CustomerPair(Pair):
    """A Severa customer, a Fortnox card, or both.

    Args:
        severa: Severa's customer; None when there is none.
        addresses: all of its addresses, in Severa's order.
        qualified: whether it has, or ever had, an active project or an invoice.
        card: what Fortnox's list shows of the card with that number; None when there is none.
        whole: the whole card; None when it was not read, because nothing depends on it.
        in_step: whether nothing changed on either side since they last agreed, so that nothing needs comparing.
        rivals: other records with the same number, leading zeros and spaces folded, as a person names them.
        twin: an unlinked record of the other system that is the same company under another number.
    """

    severa: Customer | None = None
    addresses: Sequence[Address] = ()
    qualified: bool = False
    card: Card | None = None
    whole: FortnoxCustomer | None = None
    linked: Linked | None = None
    in_step: bool = False
    rivals: tuple[str, ...] = ()
    twin: str | None = None
    ignored: str | None = None
    begun: bool = False

    @property
    def number(self) -> str:
        """The number both have, or would have; "" when there is none."""
        if self.linked is not None:
            return self.linked.fortnox_id
        if self.card is not None:
            return self.card.number
        return "" if self.severa is None or self.severa.number is None else str(self.severa.number)

    @property
    def matched_by(self) -> tuple[object, ...]:
        """What of both made them a pair; where it changes they must be matched anew."""
        return self.severa and self.severa.number, self.card and self.card.number

    @property
    def fortnox_id(self) -> str | None:
        """The Fortnox record's number; None when there is none."""
        return self.card.number if self.card else None

    @property
    def fortnox_name(self) -> str:
        """What the Fortnox record is called; "" when there is none."""
        return self.card.name if self.card else ""


def decide_pair(pair: CustomerPair, settings: Settings, around: Surroundings) -> CustomerPairDecision:
    """The decision for one pair; the same for a single change, for a load and for the comparison report."""
    if pair.ignored is not None:
        return Skip(Reason("ignored", {"why": pair.ignored}))
    if pair.linked is not None:
        return _linked(pair, pair.linked, settings, around)
    if pair.severa is None:
        return _only_in_fortnox(pair, settings, around)
    if pair.severa.isInternal:
        return Skip(Reason("customer-is-internal", _about(pair)))
    if not pair.qualified and not pair.begun:
        return Skip(Reason("customer-prospect", _about(pair)))
    if pair.rivals:
        return _folds_together(pair)
    if pair.card is None:
        return _only_in_severa(pair, settings, around)
    inactive = _inactive(pair)
    if inactive is not None:
        return inactive
    conflict = different_company(pair.severa, pair.card)
    if conflict is not None:
        return Refuse((Reason("customer-number-taken", {**_about(pair), "why": conflict}),))
    notes = _unsaid_when_linked(pair, settings, around)
    if pair.card.number != str(pair.severa.number):
        folded = Reason("customer-number-folded", {"severa": str(pair.severa.number), "fortnox": pair.card.number})
        notes = (folded, *notes)
    return Link(pair.card.number, "number", notes, pair.card.to_link())


def values_of_pair(
    pair: CustomerPair, around: Surroundings
) -> tuple[Values, Values, Mapping[Main, tuple[Reason, ...]]]:
    """Both sides in the form Fortnox can hold, and what the other system cannot hold of each; an absent side is empty.

    Texts of the card are as they stand in Fortnox.
    """
    severa: Values = {}
    fortnox: Values = {}
    of_severa: tuple[Reason, ...] = ()
    of_fortnox: tuple[Reason, ...] = ()
    if pair.severa is not None:
        severa, of_severa = values_of_severa(pair.severa, pair.addresses, around.countries)
    if pair.whole is not None:
        fortnox, of_fortnox = _sayable_in_severa(values_of_card(pair.whole, around.fortnox.terms), around)
    return severa, fortnox, {Main.SEVERA: of_severa, Main.FORTNOX: of_fortnox}


def main_and_other(settings: Settings, severa: Values, fortnox: Values) -> tuple[Values, Values]:
    """Whose changes count first; the other's values are spelled as these where they are the same in Fortnox."""
    main, other = (severa, fortnox) if settings.customer_main is Main.SEVERA else (fortnox, severa)
    return main, agreeing(main, other)


def _linked(pair: CustomerPair, linked: Linked, settings: Settings, around: Surroundings) -> CustomerPairDecision:
    if pair.severa is None or pair.card is None:
        return gone(pair.name, in_severa=pair.severa is None)
    if pair.severa.isInternal:
        return Skip(Reason("linked-customer-is-internal", _about(pair)))
    inactive = _inactive(pair)
    if inactive is not None:
        return inactive
    if pair.in_step:
        return Skip(Reason("in-step", {"record": pair.name}))
    severa, fortnox, notes = values_of_pair(pair, around)
    main, other = main_and_other(settings, severa, fortnox)
    fields = customer_fields(postal=settings.postal_address)
    changes = differences(fields, main, other, linked.kept_from(fields, main, other))
    # What was said when the record was created, or the last time, is not said again.
    said = (*(change.field for change in changes), *untold(fields, main, other, linked.kept or ()))
    news = about(notes[settings.customer_main], said)
    if not changes:
        return Skip(Reason("in-step", {"record": pair.name}), news)
    to = System.FORTNOX if settings.customer_main is Main.SEVERA else System.SEVERA
    writes = Writes(to, changes, main)
    refusals = _refusals(pair, {key: main[key] for key in writes.keys}, to, around)
    return Refuse(refusals) if refusals else Update(writes, news)


def _unsaid_when_linked(pair: CustomerPair, settings: Settings, around: Surroundings) -> tuple[Reason, ...]:
    """What the other system cannot hold of the main one's record: it is left alone there from now on."""
    severa, fortnox, notes = values_of_pair(pair, around)
    main, other = main_and_other(settings, severa, fortnox)
    fields = customer_fields(postal=settings.postal_address)
    return about(notes[settings.customer_main], untold(fields, main, other, ()))


def _only_in_severa(pair: CustomerPair, settings: Settings, around: Surroundings) -> CustomerPairDecision:
    customer = pair.severa
    assert customer is not None
    if not customer.isActive:
        return Skip(Reason("customer-inactive", {**_about(pair), "where": "Severa"}))
    if customer.number is None:
        return Refuse((Reason("customer-number-missing", _about(pair)),))
    if pair.twin is not None:
        return Refuse((Reason("customer-twin", {**_about(pair), "twin": pair.twin, "system": "Fortnox"}),))
    is_new = pair.begun or is_newer(customer.createdDateTime, settings.activated_on)
    if System.SEVERA not in around.taken_along and not is_new:
        return _not_taken_along(pair, Main.SEVERA, settings)
    if is_blank(customer.name):
        return Refuse((Reason("customer-name-missing", {**_about(pair), "system": "Severa"}),))
    values = sayable(values_of_severa(customer, pair.addresses, around.countries)[0])
    refusals = _refusals(pair, values, System.FORTNOX, around)
    if refusals:
        return Refuse(refusals)
    terms = None if customer.paymentTerm is None else around.fortnox.terms_for(customer.paymentTerm)
    payload, notes = map_customer(
        customer,
        pair.addresses,
        around.countries,
        vat_type=vat_type_of_card(values, around.countries),
        terms=terms,
        currency=values["Currency"],
        postal=settings.postal_address,
    )
    return Create(payload, notes)


def _only_in_fortnox(pair: CustomerPair, settings: Settings, around: Surroundings) -> CustomerPairDecision:
    card = pair.card
    if card is None:
        return Skip(Reason("gone", {"record": "the customer", "system": "either system"}))
    if not card.active:
        return Skip(Reason("customer-inactive", {**_about(pair), "where": "Fortnox"}))
    if not is_severa_number(card.number):
        if _is_whole_number(card.number):
            return Refuse((Reason("customer-number-too-large", _about(pair)),))
        return Refuse((Reason("customer-number-not-numeric", _about(pair)),))
    if pair.rivals:
        return _folds_together(pair)
    if pair.twin is not None:
        return Refuse((Reason("customer-twin", {**_about(pair), "twin": pair.twin, "system": "Severa"}),))
    if System.FORTNOX not in around.taken_along and not pair.begun:
        return _not_taken_along(pair, Main.FORTNOX, settings)
    if pair.whole is None:
        return Skip(Reason("gone", {"record": pair.name, "system": "Fortnox"}))
    if is_blank(pair.whole.Name):
        return Refuse((Reason("customer-name-missing", {**_about(pair), "system": "Fortnox"}),))
    _, values, by_main = values_of_pair(pair, around)
    notes = by_main[Main.FORTNOX]
    refusals = _refusals(pair, values, System.SEVERA, around)
    if refusals:
        return Refuse(refusals)
    number = folded_number(card.number)
    if is_swedish(values) and not is_organisation_number(values.get("OrganisationNumber")):
        notes = (*notes, Reason("organisation-number-malformed", {"number": values["OrganisationNumber"] or ""}))
    if card.number != number:
        notes = (*notes, Reason("customer-number-folded", {"severa": number, "fortnox": card.number}))
    return Create(NewInSevera({**sayable(values), "CustomerNumber": number}), notes)


def _not_taken_along(pair: CustomerPair, where: Main, settings: Settings) -> Skip:
    """An old customer without a counterpart; the setting takes along only the main system's, and when it is not set."""
    if where is settings.customer_main and not settings.transfer_all_customers:
        return Skip(Reason("customer-not-taken-along", _about(pair)))
    return Skip(Reason("customer-never-taken-along", _about(pair)))


def is_severa_number(number: str) -> bool:
    """Whether Severa can hold the number: digits only, spaces aside, within 64 bits."""
    return _is_whole_number(number) and int("".join(number.split())) <= LARGEST_NUMBER


def _is_whole_number(number: str) -> bool:
    compact = "".join(number.split())
    return compact.isascii() and compact.isdigit()


def _inactive(pair: CustomerPair) -> Refuse | Skip | None:
    """What is said of a customer that is not active on both sides; None when it is."""
    assert pair.severa is not None and pair.card is not None
    match pair.severa.isActive, pair.card.active:
        case True, True:
            return None
        case False, False:
            return Skip(Reason("customer-inactive", {**_about(pair), "where": "both systems"}))
        case True, False:
            return Refuse((Reason("customer-inactive-in-fortnox", _about(pair)),))
        case _:
            return Refuse((Reason("customer-inactive-in-severa", {**_about(pair), "fortnox": "active"}),))


def _refusals(pair: CustomerPair, values: Values, to: System, around: Surroundings) -> tuple[Reason, ...]:
    """What the other system would refuse."""
    refusals = []
    days, currency = values.get("TermsOfPayment"), values.get("Currency")
    if to is System.FORTNOX:
        if days is not None and around.fortnox.terms_for(int(days)) is None:
            refusals.append(Reason("payment-term-missing", {"days": days}))
        if currency is not None and currency not in around.fortnox.currencies:
            refusals.append(Reason("currency-missing", {"currency": currency}))
        return tuple(refusals)
    if days is not None and not isinstance(days, Unsayable) and not days.isdigit():
        refusals.append(Reason("payment-term-unknown", {**_about(pair), "terms": days}))
    if currency is not None and currency not in around.severa_currencies:
        refusals.append(Reason("currency-missing-in-severa", {**_about(pair), "currency": currency}))
    return tuple(refusals)


def _sayable_in_severa(card: Values, around: Surroundings) -> tuple[Values, tuple[Reason, ...]]:
    """The card's values with what Severa has no form for marked, and what that is."""
    notes = []
    unsayable = {}
    for field in CUSTOMER:
        value = card[field.key]
        if value is None:
            continue
        told = {"field": field.label, "text": value}
        if field.key == "TermsOfPayment" and around.fortnox.terms.get(value, 0) is None:
            reason = Reason("payment-term-without-days", told)
        elif field.key == "OrganisationNumber" and len(value) > KVK_NUMBER:
            reason = Reason("too-long-for-severa", {**told, "limit": str(KVK_NUMBER)})
        elif field.key.endswith("CountryCode") and country_named(value, around.countries) is None:
            reason = Reason("country-unknown-in-severa", told)
        else:
            continue
        unsayable[field.key] = Unsayable(value)
        notes.append(reason)
    return {**card, **unsayable}, tuple(notes)


def _folds_together(pair: CustomerPair) -> Refuse:
    # The same words from whichever side it is looked at, or each look would be news.
    own = [pair.name] if pair.severa is not None else []
    own += [f"{pair.card.number} {pair.card.name}"] if pair.card is not None else []
    involved = sorted({*own, *pair.rivals})
    number = folded_number(pair.number)
    values = {"customer": number, "number": number, "numbers": ", ".join(involved)}
    return Refuse((Reason("customer-numbers-fold-together", values),))


def _about(pair: CustomerPair) -> dict[str, str]:
    return {"customer": pair.name or "without number", "number": pair.number}

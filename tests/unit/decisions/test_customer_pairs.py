"""What becomes of a Severa customer and a Fortnox card: creation both ways, changes from the main system only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.decisions.customer_pairs import CustomerPair, decide_pair, is_severa_number, values_of_pair
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import BOTH, Linked, NewInSevera, Surroundings, Writes
from severa_fortnox.errors import System
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.agreement import still_kept
from severa_fortnox.mapping.customers import Card
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main
from severa_fortnox.severa.models import AddressCountry, Currency
from tests.unit import builders as a

LINKED = Linked("customer-1", "1001")
GLN = "7312345678901"
BLANK = ("   ", "\u00a0", "\u200b", "\t\x07")
#: What a person is told of one value only one system can hold: main system, its record, the other one's before.
UNSAYABLE: list[Any] = [
    (Main.SEVERA, {"eInvoiceAddress": "0007:5566778899"}, {"GLN": GLN}, "GLN", "e-invoice-address-not-written"),
    (Main.SEVERA, {"email": "o'brien@firma.ie"}, {"Email": "a@firma.ie"}, "Email", "value-not-written"),
    (Main.FORTNOX, {"CountryCode": "XK"}, {"country": "Sverige"}, "CountryCode", "country-unknown-in-severa"),
]


def around(**replaced: Any) -> Surroundings:
    values: dict[str, Any] = {
        "fortnox": a.REGISTERS,
        "vat_rates": frozenset(map(Decimal, (0, 6, 12, 25))),
        "countries": a.COUNTRIES,
        "severa_currencies": {"SEK": "currency-sek", "EUR": "currency-eur"},
        "taken_along": BOTH,
    }
    return Surroundings(**{**values, **replaced})


def whole(**replaced: Any) -> FortnoxCustomer:
    """Fortnox's card, equal to the default customer in Severa."""
    values: dict[str, Any] = {
        "CustomerNumber": "1001",
        "Name": "Kund AB",
        "OrganisationNumber": "556677-8899",
        "Currency": "SEK",
        "TermsOfPayment": "30",
        "VATType": "SEVAT",
    }
    return FortnoxCustomer(**{**values, **replaced})


def in_severa(**replaced: Any) -> CustomerPair:
    """A qualified customer that Fortnox does not have."""
    return CustomerPair(**{"severa": a.customer(), "qualified": True, **replaced})


def in_fortnox(number: str = "1001", **replaced: Any) -> CustomerPair:
    """A card that Severa does not have."""
    card = whole(CustomerNumber=number, **replaced.pop("card", {}))
    return CustomerPair(**{"card": Card.of(card), "whole": card, **replaced})


def both(severa: dict[str, Any] | None = None, card: dict[str, Any] | None = None, **replaced: Any) -> CustomerPair:
    theirs = whole(**(card or {}))
    values = {"severa": a.customer(**(severa or {})), "qualified": True, "card": Card.of(theirs), "whole": theirs}
    return CustomerPair(**{**values, **replaced})


def codes(decision: object) -> list[str]:
    match decision:
        case Refuse(reasons=reasons):
            return [reason.code for reason in reasons]
        case Skip(reason=reason):
            return [reason.code]
    return []


@pytest.mark.parametrize(
    ("pair", "kind", "code"),
    [
        (CustomerPair(), Skip, "gone"),
        (in_severa(severa=a.customer(isInternal=True)), Skip, "customer-is-internal"),
        (in_severa(qualified=False), Skip, "customer-prospect"),
        (in_severa(severa=a.customer(isActive=False)), Skip, "customer-inactive"),
        (in_severa(severa=a.customer(number=None)), Refuse, "customer-number-missing"),
        (in_severa(twin="2001 Kund AB"), Refuse, "customer-twin"),
        (in_severa(rivals=("1001 Annan AB",)), Refuse, "customer-numbers-fold-together"),
        (in_severa(severa=a.customer(paymentTerm=17)), Refuse, "payment-term-missing"),
        (in_severa(severa=a.customer(currency=Currency(code="NOK"))), Refuse, "currency-missing"),
        (in_severa(ignored="testkund"), Skip, "ignored"),
        (in_fortnox(card={"Active": False}), Skip, "customer-inactive"),
        (in_fortnox("K-1"), Refuse, "customer-number-not-numeric"),
        (in_fortnox(str(2**63)), Refuse, "customer-number-too-large"),
        *((in_severa(severa=a.customer(name=name)), Refuse, "customer-name-missing") for name in BLANK),
        *((in_fortnox(card={"Name": name}), Refuse, "customer-name-missing") for name in ("", *BLANK)),
        (in_fortnox(card={"TermsOfPayment": "30N"}), Refuse, "payment-term-unknown"),
        (in_fortnox(rivals=("1001 A", "01001 B")), Refuse, "customer-numbers-fold-together"),
        (in_fortnox(twin="7 Kund AB"), Refuse, "customer-twin"),
        (in_fortnox(whole=None), Skip, "gone"),
        (in_fortnox(card={"Currency": "CHF"}), Refuse, "currency-missing-in-severa"),
        (in_fortnox(ignored="testkund"), Skip, "ignored"),
        (both(severa={"isActive": False}), Refuse, "customer-inactive-in-severa"),
        (both(card={"Active": False}), Refuse, "customer-inactive-in-fortnox"),
        (both(severa={"isActive": False}, card={"Active": False}), Skip, "customer-inactive"),
        (both(card={"OrganisationNumber": "556000-0001"}), Refuse, "customer-number-taken"),
        (both(card={"Name": "Helt annat", "OrganisationNumber": None}), Refuse, "customer-number-taken"),
        (both(qualified=False), Skip, "customer-prospect"),
        (both(severa={"isInternal": True}), Skip, "customer-is-internal"),
        (both(rivals=("01001 B",)), Refuse, "customer-numbers-fold-together"),
        (both(ignored="testkund", linked=LINKED), Skip, "ignored"),
        (both({"isInternal": True, "email": "ny@kund.example"}, linked=LINKED), Skip, "linked-customer-is-internal"),
        (both(linked=LINKED), Skip, "in-step"),
        (in_severa(linked=LINKED), Skip, "linked-gone-in-fortnox"),
        (in_fortnox(linked=LINKED), Skip, "linked-gone-in-severa"),
        (both(severa={"isActive": False}, linked=LINKED), Refuse, "customer-inactive-in-severa"),
        (both(card={"Active": False}, linked=LINKED), Refuse, "customer-inactive-in-fortnox"),
    ],
)
def test_a_pair_that_is_left_as_it_is_says_why(pair: CustomerPair, kind: type, code: str) -> None:
    for main in Main:
        decision = decide_pair(pair, a.settings(customer_main=main), around())

        assert isinstance(decision, kind)
        assert codes(decision) == [code]


def test_every_reason_not_to_write_is_named_at_once() -> None:
    pair = in_severa(severa=a.customer(paymentTerm=17, currency=Currency(code="NOK")))

    assert codes(decide_pair(pair, a.settings(), around())) == ["payment-term-missing", "currency-missing"]


@pytest.mark.parametrize("main", Main)
def test_creation_goes_both_ways_whatever_the_main_system_is(main: Main) -> None:
    there = decide_pair(in_severa(), a.settings(customer_main=main), around())
    here = decide_pair(in_fortnox(), a.settings(customer_main=main), around())

    assert isinstance(there, Create) and isinstance(there.plan, CustomerPayload)
    assert (there.plan.CustomerNumber, there.plan.Name) == ("1001", "Kund AB")
    assert isinstance(here, Create) and isinstance(here.plan, NewInSevera)
    assert (here.plan.values["CustomerNumber"], here.plan.values["Name"]) == ("1001", "Kund AB")


@pytest.mark.parametrize("main", Main)
@pytest.mark.parametrize(("pair", "where"), [(in_severa(), Main.SEVERA), (in_fortnox(), Main.FORTNOX)])
def test_a_customer_of_old_is_taken_along_only_when_that_is_wanted(pair: CustomerPair, where: Main, main: Main) -> None:
    settings = a.settings(customer_main=main)
    decision = decide_pair(pair, settings, around(taken_along=()))
    begun = decide_pair(replace(pair, begun=True), settings, around(taken_along=()))
    is_set = decide_pair(pair, a.settings(customer_main=main, transfer_all_customers=True), around(taken_along=()))

    # The setting concerns the main system's customers only, and is not recommended when it is set.
    assert codes(decision) == ["customer-not-taken-along" if where is main else "customer-never-taken-along"]
    assert codes(is_set) == ["customer-never-taken-along"]
    assert isinstance(begun, Create), "what was begun is brought to its end"


def test_a_creation_that_was_begun_goes_on_although_the_customer_is_a_prospect_again() -> None:
    assert isinstance(decide_pair(in_severa(qualified=False, begun=True), a.settings(), around()), Create)


@pytest.mark.parametrize(("number", "said"), [("0001001", True), ("1 001", True), ("1001", False)])
def test_a_number_written_otherwise_links_and_is_reported(number: str, said: bool) -> None:
    decision = decide_pair(both(card={"CustomerNumber": number}), a.settings(), around())

    assert isinstance(decision, Link)
    assert (decision.foreign_id, decision.origin) == (number, "number")
    assert [note.code for note in decision.notes] == (["customer-number-folded"] if said else [])


def test_a_card_with_leading_zeros_becomes_a_whole_number_and_that_is_said() -> None:
    decision = decide_pair(in_fortnox("007"), a.settings(), around())

    assert isinstance(decision, Create) and isinstance(decision.plan, NewInSevera)
    assert decision.plan.values["CustomerNumber"] == "7"
    assert Reason("customer-number-folded", {"severa": "7", "fortnox": "007"}) in decision.notes


@pytest.mark.parametrize(("main", "to"), [(Main.SEVERA, System.FORTNOX), (Main.FORTNOX, System.SEVERA)])
def test_the_main_systems_values_go_to_the_other_and_both_are_known(main: Main, to: System) -> None:
    pair = both(severa={"email": "severa@kund.example"}, card={"Email": "fortnox@kund.example"}, linked=LINKED)

    decision = decide_pair(pair, a.settings(customer_main=main), around())

    assert isinstance(decision, Update) and isinstance(decision.plan, Writes)
    assert decision.plan.to is to
    (change,) = decision.plan.changes
    told = {change.old, change.new}
    assert told == {"severa@kund.example", "fortnox@kund.example"}
    assert change.new == f"{main}@kund.example"


@pytest.mark.parametrize("main", Main)
def test_number_and_organisation_number_are_left_alone_once_linked(main: Main) -> None:
    pair = both(card={"OrganisationNumber": "556000-0001"}, linked=LINKED)

    assert codes(decide_pair(pair, a.settings(customer_main=main), around())) == ["in-step"]


def test_what_only_the_other_one_had_when_they_were_linked_stays() -> None:
    pair = both(card={"Email": "gammal@kund.example"}, linked=replace(LINKED, kept=frozenset({"Email"})))
    compared = both(card={"Email": "gammal@kund.example"}, linked=LINKED)
    never_compared = both(card={"Email": "gammal@kund.example"}, linked=replace(LINKED, kept=None))

    assert codes(decide_pair(pair, a.settings(), around())) == ["in-step"]
    assert isinstance(decide_pair(compared, a.settings(), around()), Update)
    assert codes(decide_pair(never_compared, a.settings(), around())) == ["in-step"]


def test_a_pair_in_step_is_believed_without_its_card() -> None:
    pair = both(linked=LINKED, in_step=True, whole=None, severa={"email": "ny@kund.example"})

    assert codes(decide_pair(pair, a.settings(), around())) == ["in-step"]


@pytest.mark.parametrize(
    ("severa", "card", "main", "code"),
    [
        ({"paymentTerm": 17}, {}, Main.SEVERA, "payment-term-missing"),
        ({"currency": Currency(code="NOK")}, {}, Main.SEVERA, "currency-missing"),
        ({}, {"Currency": "CHF"}, Main.FORTNOX, "currency-missing-in-severa"),
    ],
)
def test_a_change_the_other_system_would_refuse_is_refused_by_us(
    severa: dict[str, Any], card: dict[str, Any], main: Main, code: str
) -> None:
    decision = decide_pair(both(severa, card, linked=LINKED), a.settings(customer_main=main), around())

    assert codes(decision) == [code]


def test_what_would_be_refused_does_not_matter_where_nothing_goes() -> None:
    # Fortnox is main: Severa's seventeen days go nowhere, and Fortnox's thirty replace them.
    pair = both({"paymentTerm": 17}, {}, linked=LINKED)

    decision = decide_pair(pair, a.settings(customer_main=Main.FORTNOX), around())

    assert isinstance(decision, Update)
    assert decision.plan.keys == ("TermsOfPayment",)


def unsayable(main: Main, record: dict[str, Any], before: dict[str, Any], linked: Linked | None) -> CustomerPair:
    severa, card = (record, before) if main is Main.SEVERA else ({}, record)
    place = {"Address1": "Storgatan 1", "ZipCode": "111 22", "City": "Stockholm", "Phone1": "08-123 45 67"}
    if "country" not in before:
        return both(severa, card, linked=linked)
    country = AddressCountry(name=before["country"]) if before["country"] else None
    return both({}, {**place, **card}, addresses=[a.address(country=country)], linked=linked)


@pytest.mark.parametrize(("main", "record", "before", "key", "said"), UNSAYABLE)
def test_what_the_other_system_cannot_hold_empties_what_stood_there_and_is_said(
    main: Main, record: dict[str, Any], before: dict[str, Any], key: str, said: str
) -> None:
    decision = decide_pair(unsayable(main, record, before, LINKED), a.settings(customer_main=main), around())

    assert isinstance(decision, Update)
    (change,) = decision.plan.changes
    assert (change.field.key, change.new) == (key, None)
    assert [note.code for note in decision.notes] == [said]


@pytest.mark.parametrize(("main", "record", "before", "key", "said"), UNSAYABLE)
def test_where_nothing_stands_it_is_only_said(
    main: Main, record: dict[str, Any], before: dict[str, Any], key: str, said: str
) -> None:
    nothing = dict.fromkeys(before)
    decision = decide_pair(unsayable(main, record, nothing, LINKED), a.settings(customer_main=main), around())

    assert isinstance(decision, Skip) and decision.reason.code == "in-step"
    assert [note.code for note in decision.notes] == [said]


@pytest.mark.parametrize(("main", "record", "before", "key", "said"), UNSAYABLE)
def test_linking_says_it_and_wipes_nothing(
    main: Main, record: dict[str, Any], before: dict[str, Any], key: str, said: str
) -> None:
    pair, settings = unsayable(main, record, before, None), a.settings(customer_main=main)

    decision = decide_pair(pair, settings, around())
    never_compared = decide_pair(replace(pair, linked=replace(LINKED, kept=None)), settings, around())

    assert isinstance(decision, Link)
    assert [note.code for note in decision.notes] == [said]
    assert isinstance(never_compared, Skip) and [note.code for note in never_compared.notes] == [said]


def test_a_value_typed_in_both_systems_stays_though_fortnox_would_not_take_it_from_us() -> None:
    pair = both({"name": "O'Learys AB", "email": "o'b@x.ie"}, {"Name": "O'Learys AB", "Email": "o'b@x.ie"})

    for main in Main:
        decision = decide_pair(replace(pair, linked=LINKED), a.settings(customer_main=main), around())
        assert decision == Skip(Reason("in-step", {"record": "1001 O'Learys AB"}))


def test_terms_without_days_are_left_as_they_are_in_severa_and_said_once() -> None:
    pair = both({}, {"TermsOfPayment": "K"}, linked=LINKED)
    settings = a.settings(customer_main=Main.FORTNOX)

    decision = decide_pair(pair, settings, around())

    assert isinstance(decision, Skip) and decision.reason.code == "in-step"
    assert [note.code for note in decision.notes] == ["payment-term-without-days"]
    kept = still_kept((), values_of_pair(pair, around())[1])
    again = decide_pair(replace(pair, linked=replace(LINKED, kept=kept)), settings, around())
    assert again == Skip(decision.reason)


@pytest.mark.parametrize("main", Main)
def test_another_code_with_the_same_days_is_no_difference(main: Main) -> None:
    terms = replace(a.REGISTERS, terms={"30N": 30, "30": 30})
    pair = both({}, {"TermsOfPayment": "30N"}, linked=LINKED)

    assert codes(decide_pair(pair, a.settings(customer_main=main), around(fortnox=terms))) == ["in-step"]
    changed = decide_pair(
        both({"paymentTerm": 0}, {"TermsOfPayment": "30N"}, linked=LINKED),
        a.settings(customer_main=Main.FORTNOX),
        around(fortnox=terms),
    )
    assert isinstance(changed, Update) and changed.plan.values["TermsOfPayment"] == "30"


def test_only_notes_about_a_written_field_are_repeated() -> None:
    # The name's quotation marks were reported when it was created.
    pair = both({"name": 'Kund "1" AB', "email": "ny@kund.example"}, {"Name": "Kund ’1’ AB"}, linked=LINKED)

    decision = decide_pair(pair, a.settings(), around())

    assert isinstance(decision, Update)
    assert decision.plan.keys == ("Email",)
    assert decision.notes == ()


def test_without_the_setting_the_postal_address_goes_nowhere() -> None:
    addresses = [a.address(guid="p", isBillingAddress=False, isPostalAddress=True)]
    pair = both(linked=LINKED, addresses=addresses)

    assert isinstance(decide_pair(pair, a.settings(), around()), Update)
    assert codes(decide_pair(pair, a.settings(postal_address=False), around())) == ["in-step"]


NUMBERS = st.text(alphabet="0123456789 -K٣", max_size=25)


@given(NUMBERS)
def test_a_severa_number_is_a_whole_number_of_sixty_four_bits(number: str) -> None:
    compact = "".join(number.split())
    expected = compact != "" and set(compact) <= set("0123456789") and int(compact) < 2**63
    assert is_severa_number(number) is expected


FIELDS: dict[str, tuple[str, Sequence[Any]]] = {
    "email": ("Email", (None, "a@kund.example", "b@kund.example")),
    "vatNumber": ("VATNumber", (None, "SE556677889901")),
    "notes": ("Comments", (None, "Ring först", "R&D")),
    "name": ("Name", ("Kund AB", "Kund i Umeå AB")),
    "paymentTerm": ("TermsOfPayment", (0, 30)),
}


@given(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, (_, values) in FIELDS.items()}),
    st.fixed_dictionaries({name: st.sampled_from(values) for name, (_, values) in FIELDS.items()}),
    st.sampled_from(tuple(Main)),
    st.sets(st.sampled_from(["Email", "VATNumber", "Comments"])),
)
def test_an_update_names_exactly_the_fields_that_differ_and_are_not_kept(
    severa: dict[str, Any], theirs: dict[str, Any], main: Main, kept: set[str]
) -> None:
    card = {FIELDS[name][0]: str(value) if value is not None else None for name, value in theirs.items()}
    pair = both(severa, card, linked=replace(LINKED, kept=frozenset(kept)))

    decision = decide_pair(pair, a.settings(customer_main=main), around())

    mains, others = (severa, theirs) if main is Main.SEVERA else (theirs, severa)
    expected = {
        FIELDS[name][0]
        for name in FIELDS
        if mains[name] != others[name] and not (mains[name] is None and FIELDS[name][0] in kept)
    }
    assert (set(decision.plan.keys) if isinstance(decision, Update) else set()) == expected
    assert isinstance(decision, Update | Skip)

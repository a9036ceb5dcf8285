"""Whether and how a Severa invoice becomes a Fortnox invoice (DESIGN 10, invoice rules).

Every reason against it is collected, so that a person fixes the invoice once and not once per reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from severa_fortnox.decisions import attachments, customers, products, projects
from severa_fortnox.decisions.customers import CustomerDecision, CustomerFacts
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.products import ProductDecision, ProductFacts
from severa_fortnox.decisions.projects import ProjectDecision, ProjectFacts
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import InvoicePayload
from severa_fortnox.mapping.invoices import (
    HOME_CURRENCY,
    InvoiceRefs,
    currency_of,
    map_invoice,
    map_rows,
    severa_totals,
)
from severa_fortnox.mapping.rows import codes_of, units_of
from severa_fortnox.mapping.totals import Line, Totals, rounding_between, totals_of
from severa_fortnox.mapping.vat import VatType, contradicts_card, country_named, vat_type
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main, Settings
from severa_fortnox.severa.models import Country, Invoice, InvoiceFile, InvoiceRow, Numbered
from severa_fortnox.severa.unknowns import Readings

#: A code and the kind of row it stands on: the kind says which of Severa's registers the code is of.
ProductKey = tuple[str, str]


@dataclass(frozen=True)
class InvoiceFacts:
    """Everything one decision needs.

    Args:
        invoice: Severa's invoice.
        rows: its rows in order.
        reverse_charged: Severa's invoice setting; None when no row lacks VAT and it was not asked for.
        customer: the billing customer and its counterpart; None when the invoice names none.
        products: each single code on the rows and its counterpart, by code and kind of row.
        projects: each project of the invoice and its counterpart, by Severa guid.
        row_projects: the projects behind each row, by row guid; filled for invoices of several projects.
        original: Fortnox number of the invoice that a credit note credits; None when unknown or not linked.
        registers: what exists in Fortnox.
        countries: Severa's country register.
        files: the invoice's attachments; empty when they are not wanted.
        begun: whether an earlier run may have sent it, so that it is searched for whatever status it is in now.
        by_person: whether a person asked for it; then it is also taken from the failed status.
        sent: its Fortnox number when an earlier run has sent it.
        finished: whether nothing was left to do after that.
        readings: how what is unknown about Severa is read.
    """

    invoice: Invoice
    rows: Sequence[InvoiceRow]
    reverse_charged: bool | None
    customer: CustomerFacts | None
    products: Mapping[ProductKey, ProductFacts]
    projects: Mapping[str, ProjectFacts]
    row_projects: Mapping[str, tuple[Numbered, ...]]
    original: str | None
    registers: Registers
    countries: Sequence[Country]
    files: Sequence[InvoiceFile] = ()
    begun: bool = False
    by_person: bool = False
    sent: str | None = None
    finished: bool = False
    readings: Readings = field(default_factory=Readings)

    @classmethod
    def head(
        cls,
        invoice: Invoice,
        *,
        sent: str | None,
        begun: bool,
        finished: bool,
        by_person: bool,
        readings: Readings,
    ) -> InvoiceFacts:
        """The facts of an invoice that is not to be sent: its rows and what it refers to were not read."""
        nothing = Registers(frozenset(), frozenset(), {})
        return cls(
            invoice=invoice,
            rows=(),
            reverse_charged=None,
            customer=None,
            products={},
            projects={},
            row_projects={},
            original=None,
            registers=nothing,
            countries=(),
            begun=begun,
            by_person=by_person,
            sent=sent,
            finished=finished,
            readings=readings,
        )

    @property
    def name(self) -> str:
        """How a person knows the invoice."""
        return name_of(self.invoice)


@dataclass(frozen=True)
class InvoicePlan:
    """What carrying out the decision will do.

    Args:
        payload: the invoice for Fortnox.
        expected: the totals Fortnox must come to.
        customer: the decision for the billing customer; carried out first.
        products: the decisions for the articles, by code and kind of row; carried out first.
        projects: the decisions for the projects, by Severa guid; carried out first.
        files: attachments in the order they are added.
    """

    payload: InvoicePayload
    expected: Totals
    customer: CustomerDecision
    products: Mapping[ProductKey, ProductDecision]
    projects: Mapping[str, ProjectDecision]
    files: tuple[attachments.PlannedFile, ...]


InvoiceDecision = Create[InvoicePlan] | Link | Skip | Refuse


def decide(facts: InvoiceFacts, settings: Settings) -> InvoiceDecision:
    """The decision for one invoice.

    Returns:
        Link when it is in Fortnox already (only Severa's status is to be put right), Skip when it is not asked for,
        Refuse with every reason, or Create with the whole plan.
    """
    if facts.sent is None or facts.finished:
        skip = not_asked_for(facts.invoice, settings, by_person=facts.by_person)
        if skip is not None:
            return skip
    if facts.sent is not None:
        return Link(facts.sent, "sent before")
    refusals: list[Reason] = [*_head_refusals(facts, settings)]
    derived = _vat_type(facts)
    if isinstance(derived, Reason):
        refusals.append(derived)
    customer = _customer_decision(facts, settings, derived, refusals)
    product_decisions = {key: products.decide(each, settings) for key, each in facts.products.items()}
    project_decisions = {guid: projects.decide(each, settings) for guid, each in facts.projects.items()}
    for decision in (*product_decisions.values(), *project_decisions.values()):
        if isinstance(decision, Refuse):
            refusals.extend(decision.reasons)
    for unit, row in units_of(list(facts.rows)).items():
        if unit not in facts.registers.units:
            refusals.append(Reason("unit-missing", {"unit": unit, "where": f"row {row}"}))
    files, file_refusals, file_notes = attachments.plan(facts.files)
    refusals.extend(file_refusals)

    refs = _refs(facts)
    rows, row_refusals, notes = map_rows(facts.invoice, facts.rows, refs, settings)
    refusals.extend(row_refusals)
    expected = totals_of([row.line for row in rows])
    if not row_refusals:
        refusals.extend(_total_refusals(facts, rows=[row.line for row in rows], notes=notes))
    if refusals:
        return Refuse(_distinct(refusals))
    mapped = map_invoice(facts.invoice, rows, refs, settings)
    if isinstance(mapped, Reason):
        return Refuse((mapped,))
    plan = InvoicePlan(mapped.payload, expected, customer, product_decisions, project_decisions, files)
    dependencies = (customer, *product_decisions.values(), *project_decisions.values())
    dependency_notes = [note for each in dependencies if isinstance(each, Create | Link) for note in each.notes]
    return Create(plan, _distinct([*notes, *mapped.notes, *file_notes, *dependency_notes]))


def not_asked_for(invoice: Invoice, settings: Settings, *, by_person: bool) -> Skip | None:
    """Why nothing is to be done with an invoice that no earlier run has begun to send; None when something is.

    Args:
        by_person: a person who asks for a refused invoice means it, so the failed status counts as ready for them.
    """
    status = invoice.status
    asked = [settings.ready_status, settings.failed_status] if by_person else [settings.ready_status]
    if status is None or status.guid not in asked:
        return Skip(Reason("not-ready", {"status": (status.name or status.guid) if status else "none"}))
    if settings.invoices_from is not None and invoice.date < settings.invoices_from:
        return Skip(Reason("before-first-day", {"date": str(invoice.date), "first": str(settings.invoices_from)}))
    return None


def _head_refusals(facts: InvoiceFacts, settings: Settings) -> list[Reason]:
    invoice, registers = facts.invoice, facts.registers
    reasons = []
    if not facts.rows:
        reasons.append(Reason("no-rows"))
    if settings.invoice_number_main is Main.SEVERA and invoice.number is None:
        reasons.append(Reason("invoice-number-missing"))
    if invoice.paymentTerm is not None and registers.terms_for(invoice.paymentTerm) is None:
        reasons.append(Reason("payment-term-missing", {"days": str(invoice.paymentTerm)}))
    currency = currency_of(invoice)
    if not currency:
        reasons.append(Reason("currency-not-named"))
    elif currency not in registers.currencies:
        reasons.append(Reason("currency-missing", {"currency": currency}))
    if currency and currency != HOME_CURRENCY:
        rate = invoice.currencyRate
        if rate is None or rate <= 0 or rate == 1:
            # A rate of exactly 1 is what a forgotten rate looks like (`reference` product 6, currency).
            text = "none" if rate is None else f"{rate:f}"
            reasons.append(Reason("currency-rate-implausible", {"currency": currency, "rate": text}))
    if invoice.isCreditNote and facts.original is None:
        original = facts.readings.original_of(invoice)
        name = "not named in Severa" if original is None else str(original.number or original.guid)
        reasons.append(Reason("original-not-linked", {"original": name}))
    return reasons


def _vat_type(facts: InvoiceFacts) -> VatType | Reason:
    address = facts.invoice.receiverAddress
    name = ((address.country or "").strip() or None) if address else None
    return vat_type(
        country=country_named(name, facts.countries),
        country_name=name,
        rates=[row.vatRate or Decimal(0) for row in _rows_with_amount(facts.rows) or facts.rows],
        vat_number=(facts.invoice.receiverVatNumber or "").strip() or None,
        reverse_charged=bool(facts.reverse_charged),
    )


def _rows_with_amount(rows: Sequence[InvoiceRow]) -> list[InvoiceRow]:
    """The rows that money is charged for; the VAT rate of a free row says nothing of how the invoice is taxed."""
    return [row for row in rows if row.unitPrice and row.quantity * (row.unitPrice.amount or 0) != 0]


def _customer_decision(
    facts: InvoiceFacts, settings: Settings, derived: VatType | Reason, refusals: list[Reason]
) -> CustomerDecision:
    if facts.customer is None:
        refusals.append(Reason("billing-customer-missing"))
        return Refuse((Reason("billing-customer-missing"),))
    decision = customers.decide(facts.customer, settings, vat_type=None if isinstance(derived, Reason) else derived)
    if isinstance(decision, Refuse):
        refusals.extend(decision.reasons)
    card = facts.customer.card
    if card is not None and not isinstance(derived, Reason) and contradicts_card(derived, card.vat_type):
        refusals.append(
            Reason(
                "vat-type-contradiction",
                {"customer": facts.customer.name, "derived": derived, "card": card.vat_type or "none"},
            )
        )
    return decision


def _refs(facts: InvoiceFacts) -> InvoiceRefs:
    invoice, customer = facts.invoice, facts.customer
    term, rate = invoice.paymentTerm, invoice.currencyRate
    foreign = currency_of(invoice) != HOME_CURRENCY and rate is not None and rate > 0
    above, below = facts.readings.texts(invoice)
    number = (
        "" if customer is None else customer.linked or (customer.card.number if customer.card else str(customer.number))
    )
    return InvoiceRefs(
        customer_number=number,
        projects={guid: each.linked or str(each.number) for guid, each in facts.projects.items()},
        row_projects=facts.row_projects,
        terms=None if term is None else facts.registers.terms_for(term),
        original=facts.original,
        currency_rate=facts.readings.company_rate(rate) if foreign and rate is not None else None,
        countries=facts.countries,
        above=above,
        below=below,
    )


def _total_refusals(facts: InvoiceFacts, *, rows: list[Line], notes: list[Reason]) -> list[Reason]:
    """Severa's figures against ours; a difference that rounding explains becomes a note instead."""
    theirs = severa_totals(facts.invoice)
    if isinstance(theirs, Reason):
        return [theirs]
    ours = totals_of(rows)
    if facts.invoice.isCreditNote and theirs.total > 0 >= ours.total:
        # Whether Severa writes a credit note's totals negative is as unknown as for its rows.
        theirs = Totals(-theirs.net, -theirs.vat, -theirs.total)
    rounding = rounding_between(rows, theirs)
    values = {"severa": str(theirs), "ours": str(ours)}
    if rounding is None:
        return [Reason("totals-differ", values)]
    if rounding:
        notes.append(Reason("totals-rounded", {**values, "rounding": rounding}))
    return []


def name_of(invoice: Invoice) -> str:
    """How a person knows an invoice."""
    kind = "credit note" if invoice.isCreditNote else "invoice"
    billed = (invoice.billingCustomer.name if invoice.billingCustomer else None) or ""
    number = str(invoice.number) if invoice.number is not None else f"draft {invoice.guid[:8]}"
    return f"{kind} {number} {invoice.receiverCustomerName or billed}".strip()


def taxed_rows(rows: Sequence[InvoiceRow]) -> int:
    """The rows whose VAT may be rounded each by itself."""
    return len([row for row in rows if row.vatRate and row.quantity and row.unitPrice and row.unitPrice.amount])


def expected_totals(facts: InvoiceFacts, settings: Settings) -> Totals:
    """What Fortnox must come to; for an invoice that was sent and whose rows were mapped then."""
    rows, _, _ = map_rows(facts.invoice, facts.rows, _refs(facts), settings)
    return totals_of([row.line for row in rows])


def single_codes(rows: Sequence[InvoiceRow]) -> dict[ProductKey, InvoiceRow]:
    """The codes that become articles, each with the first row of each kind that has it alone."""
    found: dict[ProductKey, InvoiceRow] = {}
    for row in rows:
        codes = codes_of(row)
        if len(codes) == 1:
            found.setdefault((codes[0], row.rowType or ""), row)
    return found


def _distinct(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Each reason once, in order; a unit missing on a row and on its product is one thing to fix."""
    first: dict[object, Reason] = {}
    for reason in reasons:
        what = sorted((name, value) for name, value in reason.values.items() if name != "where")
        first.setdefault((reason.code, *what), reason)
    return tuple(first.values())

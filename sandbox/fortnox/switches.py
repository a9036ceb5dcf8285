"""What is not known about Fortnox, one switch each: the default is the reading the integration was built on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Switches:
    """The readings in force; a test or the sandbox changes them at any time.

    Args:
        text_rows_need_account: refuse an invoice row that has a description but neither article nor account.
        credit_reference_writable: accept CreditInvoiceReference in POST and PUT; otherwise it is a read-only field.
        reference_search_is_prefix: the external invoice references are searched from their start, not anywhere in them.
        search_delay: seconds until a new record is found by lists; reading it by its number works at once.
        retry_after: seconds named in a Retry-After header on 429; None leaves the header out.
        unlicensed: scopes the company has no licence for.
        completed_projects_refuse: refuse invoices on a completed project or dated outside the project's dates.
        unpaid_needs_booking: the filters `unpaid` and `unpaidoverdue` find booked invoices only.
        lastmodified_zone: the time zone in which `lastmodified` is written and compared.
        lastmodified_excludes: `lastmodified` does not find what changed in the very minute it names.
        clamps_limit: a page limit above 500 counts as 500; otherwise it is refused.
        spaces_zip_codes: five digits of a postal code are kept as ``211 20``, however they were sent.
    """

    text_rows_need_account: bool = False
    credit_reference_writable: bool = True
    reference_search_is_prefix: bool = False
    search_delay: float = 0.0
    retry_after: int | None = None
    unlicensed: frozenset[str] = frozenset()
    completed_projects_refuse: bool = False
    unpaid_needs_booking: bool = True
    lastmodified_zone: str = "Europe/Stockholm"
    lastmodified_excludes: bool = False
    clamps_limit: bool = False
    spaces_zip_codes: bool = False

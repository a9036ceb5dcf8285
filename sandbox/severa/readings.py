"""What is not known about Severa, as switches: the reading we chose, and the other ones a test can ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Readings:
    """One reading of everything the vendor does not document (`reference` severa 14); defaults are the likely ones.

    Args:
        omit_nulls: leave null properties out instead of writing them.
        client_id_required: refuse calls without the `Client_Id` header, as the document says (many clients get by).
        status_paths: paths by which a patch may change an invoice's status.
        number_writable: whether a patch may set an invoice's number.
        reference_forms: how a patch may name another record: ``guid`` is ``/x/guid``, ``object`` is ``/x`` with an
            object. An invoice's status has `status_paths` of its own.
        duplicate_numbers_refused: whether a customer, project or invoice number may be used only once.
        duplicate_codes_refused: whether a product or work type may not have the code of another one; it is a setting of
            each organisation, and `organizationsettings` tells.
        travel_types_know_changed_since: whether the list of travel expense types honours `changedSince`; the saved
            document is older than the parameter, and an unknown one is ignored.
        unknown_reference: status of the refusal of a guid that names nothing, 400 or 404.
        retry_after: seconds in the `Retry-After` header of a 429; None leaves the header out.
        tokens_counted: whether calls for a token use up the rate limit as well.
        token_seconds: how long an access token lives.
        cursor_is_an_offset: a page token counts rows, so a record that leaves the filter while a client pages makes
            the next page skip one; otherwise it names the last record sent.
        child_moves_parent: whether a change of an address also moves its customer's `lastUpdatedDateTime`.
        utc_offset: hours by which the organisation's time is ahead of UTC; its moments are written in that time, with
            the offset, and its days begin then. 0 is written as ``Z``.
        original_under: the property of a credit note that names its original; the original names the credit note under
            the other one, `creditNoteInvoice` or `reimburseInvoice`.
        credit_rows_reimburse: whether the rows of a credit note are made of reimbursed hours, fees and expenses, which
            have calls of their own, or of ordinary ones.
        closed_project_takes_costs: whether a project fee may be added to a closed project.
        file_data_property: the property that holds a file's bytes in base64 when they are asked for in JSON.
        largest_upload: bytes one uploaded file may have; None for no limit.
        form_data_accepted: whether an upload may be `multipart/form-data` instead of `multipart/related`.
    """

    omit_nulls: bool = False
    client_id_required: bool = False
    status_paths: frozenset[str] = frozenset({"/status", "/status/guid"})
    number_writable: bool = True
    reference_forms: frozenset[str] = frozenset({"guid"})
    duplicate_numbers_refused: bool = True
    duplicate_codes_refused: bool = False
    travel_types_know_changed_since: bool = True
    unknown_reference: int = 400
    retry_after: int | None = 1
    tokens_counted: bool = False
    token_seconds: int = 3600
    cursor_is_an_offset: bool = True
    child_moves_parent: bool = False
    utc_offset: int = 0
    original_under: str = "reimburseInvoice"
    credit_rows_reimburse: bool = True
    closed_project_takes_costs: bool = False
    file_data_property: str = "data"
    largest_upload: int | None = 10 * 1024 * 1024
    form_data_accepted: bool = False

"""What a field is: where it stands in both systems, when it is written, and what happens to a value that is too long.

The tables of the three entities (`CUSTOMER`, `PRODUCT`, `PROJECT`) are data: `agreement.differences` compares by them,
and `docs/field-mapping.md` is written from them. A value is compared in the form Fortnox can hold, whichever system it
comes from: what Fortnox would spell or cut otherwise is no difference (source: `reference` product 1.9, DESIGN 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

#: A record's values in the form Fortnox can hold, by `Field.key`. None: empty. No key: it cannot be compared.
Values = Mapping[str, str | None]


class Unsayable(str):
    """A value that the other system has no form for: there the field is empty rather than what stood there before."""

    __slots__ = ()


class When(StrEnum):
    """When a field is written to the other system."""

    ALWAYS = "always"
    CREATE_ONLY = "create_only"
    IF_EMPTY = "if_empty"


class TooLong(StrEnum):
    """What happens to a value that is longer than Fortnox's field."""

    CUT = "cut at a word and reported with the whole text"
    IN_COMMENTS = "cut at a word; the whole stands in the comments"
    REFUSED = "refused"
    LEFT_OUT = "left out and reported, as one with forbidden characters"
    FITS = "cannot be too long"


@dataclass(frozen=True)
class Field:
    """One field that both systems have.

    Args:
        key: Fortnox's name of it.
        label: what a person calls it.
        severa: where it stands in Severa: a property, or ``billing.city`` for the first billing address.
        when: when it is written to a linked record.
        limit: characters Fortnox takes; None when its values have no length.
        too_long: what happens beyond the limit.
        clears: whether an empty value of the main system empties the other one's.
        loose: characters that a writer may set or leave out, beside spaces and upper case, without saying anything
            else by it; None where every character counts. A system that spells our value in its own way is not
            corrected for ever.
        note: what else a person should know.
    """

    key: str
    label: str
    severa: str
    when: When
    limit: int | None = None
    too_long: TooLong = TooLong.FITS
    clears: bool = True
    loose: str | None = None
    note: str = ""


def _place(prefix: str, kind: str, lines: tuple[str, int], cities: int) -> tuple[Field, ...]:
    line, line_limit = lines
    first = f"the first {kind} address"
    return (
        Field(line, f"{kind} address", f"{kind}.addressline", When.ALWAYS, line_limit, TooLong.CUT, note=first),
        Field(
            f"{prefix}ZipCode",
            f"{kind} postal code",
            f"{kind}.postalCode",
            When.ALWAYS,
            10,
            TooLong.CUT,
            loose="-",
            note="however it is spaced",
        ),
        Field(f"{prefix}City", f"{kind} city", f"{kind}.city", When.ALWAYS, cities, TooLong.CUT),
        Field(
            f"{prefix}CountryCode",
            f"{kind} country",
            f"{kind}.country",
            When.ALWAYS,
            note="ISO code of Severa's country; empty and reported where the other system has no such country",
        ),
    )


#: Customers: everything follows the main system but the number and the organisation number.
CUSTOMER: tuple[Field, ...] = (
    Field("CustomerNumber", "number", "number", When.CREATE_ONLY, note="links the two; Severa's are whole numbers"),
    Field("Name", "name", "name", When.ALWAYS, 1024, TooLong.CUT, clears=False),
    Field(
        "OrganisationNumber",
        "organisation number",
        "kvkNumber",
        When.CREATE_ONLY,
        30,
        TooLong.CUT,
        note="Fortnox locks it once e-invoices are connected",
    ),
    Field(
        "VATNumber",
        "VAT number",
        "vatNumber",
        When.ALWAYS,
        1024,
        TooLong.CUT,
        loose="-.",
        note="however it is spaced or punctuated",
    ),
    Field("Email", "e-mail", "email", When.ALWAYS, 1024, TooLong.LEFT_OUT, loose="", note="in upper or lower case"),
    Field("WWW", "website", "website", When.ALWAYS, 128, TooLong.LEFT_OUT, note="without http://"),
    Field(
        "Phone1",
        "phone",
        "billing.phone",
        When.ALWAYS,
        1024,
        TooLong.CUT,
        loose="-()/.",
        note="however it is spaced or punctuated",
    ),
    Field("Comments", "notes", "notes", When.ALWAYS, 1024, TooLong.CUT, note="as plain text"),
    Field("Currency", "currency", "currency", When.ALWAYS, clears=False, note="must be in the other system's register"),
    Field(
        "TermsOfPayment",
        "payment term",
        "paymentTerm",
        When.ALWAYS,
        clears=False,
        note="days in Severa, a code with that many days in Fortnox; a code without days is reported once",
    ),
    Field(
        "GLN",
        "e-invoice address",
        "eInvoiceAddress",
        When.ALWAYS,
        note="13 digits; anything else empties Fortnox's and is reported once",
    ),
    *_place("", "billing", ("Address1", 1024), 1024),
    *_place("Delivery", "postal", ("DeliveryAddress1", 1024), 1024),
    *_place("Visiting", "visiting", ("VisitingAddress", 128), 128),
)

#: Products, of any of Severa's three registers: only unit and VAT follow the main system.
PRODUCT: tuple[Field, ...] = (
    Field("ArticleNumber", "code", "code", When.CREATE_ONLY, 50, TooLong.REFUSED, note="links, together with the name"),
    Field("Description", "name", "name", When.CREATE_ONLY, 200, TooLong.CUT, note="links, together with the code"),
    Field("Active", "active", "isActive", When.CREATE_ONLY),
    Field("Unit", "unit", "measurementUnit", When.ALWAYS, note="must exist in Fortnox; work types have none"),
    Field("VAT", "VAT", "vatRate", When.ALWAYS, clears=False, note="percent; work types have none"),
)

#: Projects, from Severa to Fortnox only.
PROJECT: tuple[Field, ...] = (
    Field("ProjectNumber", "number", "number", When.CREATE_ONLY, 20, TooLong.REFUSED, note="links the two"),
    Field(
        "Description",
        "name",
        "name",
        When.CREATE_ONLY,
        50,
        TooLong.IN_COMMENTS,
        note="always, when rename_projects is on",
    ),
    Field(
        "Comments",
        "description",
        "description",
        When.CREATE_ONLY,
        512,
        TooLong.CUT,
        note="as plain text, below the whole name where that is cut",
    ),
    Field("StartDate", "start date", "startDate", When.CREATE_ONLY, note="the day it was created when Severa has none"),
    Field("Status", "status", "isClosed", When.ALWAYS, note="open: ONGOING; closed: as project_closing says"),
)


def sayable(values: Values) -> Values:
    """The values as they are written: what cannot be said is empty."""
    return {key: None if isinstance(value, Unsayable) else value for key, value in values.items()}

"""How Fortnox says no: two spellings of one body, codes where they are known, invented ones where they are not."""

from __future__ import annotations

from enum import IntEnum
from typing import Any


class Code(IntEnum):
    """Codes that were recorded or reported (`reference` fortnox 5.3)."""

    SYSTEM = 1000003
    WRONG_ACCEPT = 1000030
    WRONG_CONTENT_TYPE = 1000031
    ARTICLE_NUMBER_TAKEN = 2000013
    NOT_TEXT = 2000106
    NOT_NUMERIC = 2000108
    NOT_BOOLEAN = 2000134
    DOCUMENT_CUSTOMER = 2000204
    READ_ONLY = 2000321
    CHARACTERS = 2000359
    NO_ACCOUNT = 2000423
    NO_ARTICLE = 2000428
    NO_TERMS = 2000429
    NO_UNIT = 2000432
    NO_CUSTOMER = 2000433
    NO_INVOICE = 2000434
    FILTER = 2000587
    PARAMETER = 2000588
    CUSTOMER_NUMBER_TAKEN = 2000637
    SCOPE = 2000663
    DOCUMENT_NUMBER_TAKEN = 2000861  # one public peer of 2015, unverified
    LICENCE = 2001101
    NO_PROJECT = 2001161
    DOCUMENT_ARTICLE = 2001302
    DOCUMENT_ACCOUNT = 2001304
    WRAPPER = 2001392
    FIELD_NAME = 2001399
    FAULTY_JSON = 2002115


class Invented(IntEnum):
    """Refusals whose real code nobody has published. The 99 range is ours, so that nothing can come to rely on it."""

    TOO_LONG = 9900001
    TOO_SHORT = 9900002
    NOT_A_DATE = 9900003
    NOT_AN_OBJECT = 9900004
    CHOICE = 9900005
    MISSING = 9900006
    RANGE = 9900007
    TOO_MANY_ROWS = 9900008
    CUSTOMER_INACTIVE = 9900009
    ARTICLE_INACTIVE = 9900010
    UNKNOWN_UNIT = 9900011
    UNKNOWN_CURRENCY = 9900012
    UNKNOWN_TERMS = 9900013
    UNKNOWN_COST_CENTRE = 9900014
    UNKNOWN_PRICE_LIST = 9900015
    UNKNOWN_VAT = 9900016
    UNKNOWN_CREDITED = 9900017
    PROJECT_NUMBER_TAKEN = 9900018
    CODE_TAKEN = 9900019
    IN_USE = 9900020
    LOCKED_PERIOD = 9900021
    BOOKED = 9900022
    CANCELLED = 9900023
    NOT_BOOKED = 9900024
    DISCOUNT = 9900025
    PROJECT_CLOSED = 9900026
    NOT_FOUND = 9900027
    NO_FILE = 9900028
    NO_FOLDER = 9900029
    METHOD = 9900030


#: Every invented code and what it stands for.
INVENTED: dict[Invented, str] = {
    Invented.TOO_LONG: "a text is longer than the field takes",
    Invented.TOO_SHORT: "a text is shorter than the field takes",
    Invented.NOT_A_DATE: "a date is not written YYYY-MM-DD",
    Invented.NOT_AN_OBJECT: "an object or a list of objects was expected",
    Invented.CHOICE: "a value is not one of those the field takes",
    Invented.MISSING: "a required field is missing, null or empty",
    Invented.RANGE: "a number is outside the field's range",
    Invented.TOO_MANY_ROWS: "more than 500 rows on one document",
    Invented.CUSTOMER_INACTIVE: "the document's customer is inactive",
    Invented.ARTICLE_INACTIVE: "a row's article is inactive",
    Invented.UNKNOWN_UNIT: "a unit does not exist (the text is known, the code is not)",
    Invented.UNKNOWN_CURRENCY: "a currency is not in the register",
    Invented.UNKNOWN_TERMS: "terms of payment do not exist",
    Invented.UNKNOWN_COST_CENTRE: "a cost centre does not exist",
    Invented.UNKNOWN_PRICE_LIST: "a price list does not exist",
    Invented.UNKNOWN_VAT: "a VAT rate the company does not use",
    Invented.UNKNOWN_CREDITED: "the credited invoice does not exist",
    Invented.PROJECT_NUMBER_TAKEN: "a project number is taken",
    Invented.CODE_TAKEN: "a code in a small register is taken",
    Invented.IN_USE: "a record that is used cannot be deleted",
    Invented.LOCKED_PERIOD: "a date lies in the locked period",
    Invented.BOOKED: "a booked document cannot be changed so",
    Invented.CANCELLED: "a cancelled document cannot be changed so",
    Invented.NOT_BOOKED: "a payment needs a booked invoice",
    Invented.DISCOUNT: "a discount above 100 % (the text is known, the code is not)",
    Invented.PROJECT_CLOSED: "a project is completed or does not run on that date",
    Invented.NOT_FOUND: "a record or address without a known code",
    Invented.NO_FILE: "an upload without a file",
    Invented.NO_FOLDER: "an upload to a folder that does not exist",
    Invented.METHOD: "the address does not take that method",
}


class Refused(Exception):
    """An answer other than 2xx, with the vendor's body.

    Args:
        text: the message, in Swedish as the vendor writes.
        code: a known or an invented code.
        status: the HTTP status.
    """

    def __init__(self, text: str, code: Code | Invented, status: int = 400) -> None:
        super().__init__(text)
        self.status = status
        self.body: dict[str, Any] = error_body(text, code, status)


class ServiceRefused(Refused):
    """A refusal of the newer services under /api/: a word in place of a code (`reference` fortnox 5.1, 7.7)."""

    def __init__(self, word: str, text: str, status: int = 400) -> None:
        Exception.__init__(self, text)
        self.status = status
        self.body = {"error": word, "id": "00000000-0000-4000-8000-000000000000", "message": text}


def error_body(text: str, code: Code | Invented, status: int) -> dict[str, Any]:
    """The ErrorInformation body: records not found are spelt with capitals, everything else without."""
    if status == 404:
        return {"ErrorInformation": {"Error": 1, "Message": text, "Code": int(code)}}
    return {"ErrorInformation": {"error": 1, "message": text, "code": int(code)}}

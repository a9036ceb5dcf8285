"""Whether two cards are the same company: their numbers, organisation numbers and names compared."""

from __future__ import annotations

import re

from severa_fortnox.mapping.customers import Card
from severa_fortnox.severa.models import Customer
from severa_fortnox.text import folded

#: Words that say what kind of company it is, not which one.
_COMPANY_FORMS = frozenset(
    [
        "ab",
        "aktiebolag",
        "aktiebolaget",
        "publ",
        "hb",
        "kb",
        "handelsbolag",
        "kommanditbolag",
        "ek",
        "för",
        "förening",
        "ideell",
        "as",
        "a/s",
        "asa",
        "oy",
        "oyj",
        "aps",
        "gmbh",
        "ltd",
        "limited",
        "inc",
        "llc",
        "plc",
        "bv",
        "nv",
        "sa",
        "sarl",
        "the",
        "i",
        "sverige",
        "sweden",
        "group",
    ]
)


def different_company(customer: Customer, card: Card) -> str | None:
    """Why the two cards with the same number are two companies; None when nothing says so.

    Equal numbers link (DESIGN 10), but an invoice to a stranger is the worst of errors, so the number is not believed
    against an organisation or VAT number that differs, nor when no word of the names agrees and no such number does.
    """
    pairs = (
        ("organisation number", customer.kvkNumber, card.organisation_number),
        ("VAT number", customer.vatNumber, card.vat_number),
    )
    agree = False
    for name, severa, fortnox in pairs:
        ours, theirs = identity_digits(severa), identity_digits(fortnox)
        if ours and theirs:
            if ours != theirs:
                return f"{name} is {severa} in Severa and {fortnox} in Fortnox"
            agree = True
    if agree:
        return None
    ours_words, theirs_words = _name_words(customer.name), _name_words(card.name)
    if ours_words and theirs_words and not ours_words & theirs_words:
        return f"it is called {customer.name} in Severa and {card.name} in Fortnox"
    return None


def identity_digits(number: str | None) -> str:
    """The ten digits of a Swedish organisation number, or the letters and digits of any other identity number.

    556677-8899, 165566778899 and SE556677889901 all mean 5566778899; 19800101-1234 is a sole trader's 800101-1234.
    """
    compact = re.sub(r"[^0-9A-Z]", "", (number or "").upper())
    swedish = re.fullmatch(r"SE(\d{10})(?:01)?|(?:16|19|20)?(\d{10})|(\d{10})01", compact)
    return next(filter(None, swedish.groups())) if swedish else compact


def folded_number(number: str) -> str:
    """A customer number without spaces and leading zeros, the form in which numbers are compared."""
    compact = "".join(number.split())
    return compact.lstrip("0") or ("0" if compact else "")


def _name_words(name: str) -> set[str]:
    return {word for word in re.findall(r"\w+", folded(name)) if word not in _COMPANY_FORMS}

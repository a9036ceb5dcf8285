"""What exists in Fortnox's small registers: units, currencies and terms of payment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from severa_fortnox.fortnox.models import TermsOfPayment


@dataclass(frozen=True)
class Registers:
    """A snapshot of the registers an invoice may refer to.

    Args:
        units: unit codes.
        currencies: currency codes.
        terms: terms-of-payment code to its days; None when it says none, as cash does.
    """

    units: frozenset[str]
    currencies: frozenset[str]
    terms: Mapping[str, int | None]

    def terms_for(self, days: int) -> str | None:
        """A code with exactly that many days; None when there is none.

        A number wins where several have them, since Fortnox's own codes are numbers (`reference` fortnox 7.12).
        """
        codes = [code for code, having in self.terms.items() if having == days]
        return next((code for code in codes if _is_number(code)), codes[0] if codes else None)


def days_of(terms: Iterable[TermsOfPayment]) -> dict[str, int | None]:
    """Code to days of payment: a code that is a number means its days, else those its description names."""
    days: dict[str, int | None] = {}
    for term in terms:
        found = re.search(r"(\d+)\s*(?:dag|day|d\b)", f"{term.Code} {term.Description or ''}", re.IGNORECASE)
        named = int(found.group(1)) if found else None
        days[term.Code] = int(term.Code) if _is_number(term.Code) else named
    return days


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdigit()

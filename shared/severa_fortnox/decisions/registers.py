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
        terms: days of payment to the terms-of-payment code that gives them.
    """

    units: frozenset[str]
    currencies: frozenset[str]
    terms: Mapping[int, str]

    def terms_for(self, days: int) -> str | None:
        """The code with exactly that many days; None when there is none."""
        return self.terms.get(days)


def days_of(terms: Iterable[TermsOfPayment]) -> dict[int, str]:
    """Days of payment to code: a code that is a number means its days, else the days its description names.

    The numeric code wins where both exist, since Fortnox's own set is made of those (`reference` fortnox 7.12).
    """
    by_days: dict[int, str] = {}
    named: dict[int, str] = {}
    for term in terms:
        if term.Code.isascii() and term.Code.isdigit():
            by_days[int(term.Code)] = term.Code
            continue
        found = re.search(r"(\d+)\s*(?:dag|day|d\b)", f"{term.Code} {term.Description or ''}", re.IGNORECASE)
        if found:
            named.setdefault(int(found.group(1)), term.Code)
    return {**named, **by_days}

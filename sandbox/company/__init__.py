"""Nordanvind Konsult AB: one consultancy in both systems, its invoices, and what must become of each of them.

company = seed(severa, fortnox)
for act in company.acts:  # change `act.settings`, put the invoices `act.ready` in the ready status, let it run, then
    for each in act.expectations:
        missed(each, severa_by_guid, fortnox_dump, reasons)
"""

from __future__ import annotations

from sandbox.company.expectations import Act, Company, Expectation, NumberOf, missed
from sandbox.company.seeding import seed

__all__ = ["Act", "Company", "Expectation", "NumberOf", "missed", "seed"]

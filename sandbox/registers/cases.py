"""Bad input, one small case each; together every one that the issue names, most of them on both sides.

Each case is a record of its own that may be seeded beside any other; numbers are 700001 and up, codes begin with CASE.
They are new: seed them after the connection was switched on, and load customers with `--create-missing`.
"""

from __future__ import annotations

from sandbox.registers import bad_customers, bad_moments, bad_products, bad_projects
from sandbox.registers.case import Case, Seeded, unsaid

__all__ = ["CASES", "Case", "Seeded", "unsaid"]

CASES: list[Case] = [*bad_customers.CASES, *bad_products.CASES, *bad_projects.CASES, *bad_moments.CASES]

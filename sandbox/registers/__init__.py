"""Registers to keep in step: a whole company for both systems, bad input case by case, and random edits.

company = build(severa, fortnox)
...  # a two-way load of customers, products and projects with `company.settings`
missed(company, severa, fortnox, links)  # everything that is not as stated
"""

from __future__ import annotations

from sandbox.registers.company import build
from sandbox.registers.expectations import Created, Difference, Left, RegisterCompany, Stated, missed

__all__ = ["Created", "Difference", "Left", "RegisterCompany", "Stated", "build", "missed"]

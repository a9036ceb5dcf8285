"""Why something was decided: a code the catalogue explains, and the values its sentences name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reason:
    """One reason.

    Args:
        code: e.g. ``unit-missing``; every code used has an entry in `alerts/catalogue.py`.
        values: what the catalogue's sentences name, already as text, e.g. ``{"unit": "h", "where": "row 3"}``.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

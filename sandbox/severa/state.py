"""One Severa organisation in memory: what the simulator serves and a test or the demo seeds."""

from __future__ import annotations

from sandbox.severa.invoicing import InvoiceBuilders
from sandbox.severa.refusals import Refused
from sandbox.severa.shapes import Record


class SeveraState(InvoiceBuilders):
    """The organisation with its rules for numbers; seeded through `add_...`, read through `records` and `all`."""

    def require_free_code(self, code: str | None, but: Record | None = None) -> None:
        """Refuse a code that another product or work type has, in the reading that the organisation asked for that."""
        if not code or not self.readings.duplicate_codes_refused:
            return
        others = [r for register in ("products", "work_types") for r in self.all(register, code=code) if r is not but]
        if others:
            raise Refused(f"Code {code} is already in use.", kind="InvalidOperation", name="code")

    def require_free_number(self, register: str, number: int | None, but: Record | None = None) -> None:
        """Refuse a number that another record has, in the reading that Severa does."""
        if number is None or not self.readings.duplicate_numbers_refused:
            return
        if not self.is_number_free(register, number, but):
            raise Refused(f"Number {number} is already in use.", kind="InvalidOperation", name="number")

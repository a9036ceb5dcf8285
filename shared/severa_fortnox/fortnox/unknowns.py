"""What Fortnox's documentation leaves open, one field each, with the reading chosen until a sandbox has answered.

A trial changes one default here (`reference` fortnox 9). Tests and simulators set the other reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from severa_fortnox.fortnox.swedish_time import on_the_clock

#: Per cent. Fortnox has no register of VAT rates; chosen: what Swedish law knows, as peers do.
VAT_RATES = frozenset({0, 6, 12, 25})


@dataclass(frozen=True)
class Readings:
    """How the open questions are read."""

    #: The inbox's file part has one name in the specification and another in a client that works. Chosen: the first.
    upload_part: Literal["file", "Filedata"] = "file"
    #: The inbox takes a folder by ``folderId`` or by ``path``; only the first is known to take an id such as inbox_kf.
    upload_folder: Literal["folderId", "path"] = "folderId"
    #: What a limit above 500 does is not known. Chosen: never more.
    page_rows: int = 500
    #: The time zone of `lastmodified` is not said. Chosen: Swedish time, as in all that Fortnox prints.
    lastmodified_zone: Literal["Swedish", "UTC"] = "Swedish"
    #: Whether `lastmodified` finds what changed in the very minute it names is not said. Chosen: it does.
    lastmodified_bound: Literal["included", "excluded"] = "included"

    def lastmodified(self, moment: datetime) -> str:
        """A moment as the filter takes it: cut to the minute, so never later than asked for.

        Args:
            moment: with its offset.
        """
        if self.lastmodified_bound == "excluded":
            moment -= timedelta(minutes=1)
        local = on_the_clock(moment) if self.lastmodified_zone == "Swedish" else moment.astimezone(UTC)
        return local.strftime("%Y-%m-%d %H:%M")

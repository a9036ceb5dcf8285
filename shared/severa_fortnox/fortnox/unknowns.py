"""What Fortnox's documentation leaves open, one field each, with the reading chosen until a sandbox has answered.

A trial changes one default here (`reference` fortnox 9). Tests and simulators set the other reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Readings:
    """How the open questions are read."""

    #: The inbox's file part has one name in the specification and another in a client that works. Chosen: the first.
    upload_part: Literal["file", "Filedata"] = "file"
    #: The inbox takes a folder by ``folderId`` or by ``path``; only the first is known to take an id such as inbox_kf.
    upload_folder: Literal["folderId", "path"] = "folderId"
    #: What a limit above 500 does is not known. Chosen: never more.
    page_rows: int = 500

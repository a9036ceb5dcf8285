"""The one instruction that travels on the queues: "look again at this record"."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from severa_fortnox.errors import System


class Kind(StrEnum):
    """The records the integration keeps in step; the same word in store keys, queue groups and logs."""

    INVOICE = "invoice"
    CUSTOMER = "customer"
    PRODUCT = "product"
    PROJECT = "project"
    COST = "cost"
    PAYMENT = "payment"


class Cause(StrEnum):
    """Why a record is looked at; a person's wish is answered even when nothing is to be done."""

    POLL = "poll"
    EVENT = "event"
    SWEEPER = "sweeper"
    PERSON = "person"


@dataclass(frozen=True)
class Work:
    """Look again at record `id` of connection `connection`.

    It carries no data, so duplicates, old messages and reordering are harmless.

    Args:
        connection: the connection's id.
        kind: what sort of record.
        id: the record's id in `system`: a Severa guid, a Fortnox number.
        cause: why it is looked at.
        system: whose record `id` names, SEVERA or FORTNOX.
    """

    connection: str
    kind: Kind
    id: str
    cause: Cause
    system: System = System.SEVERA

    @property
    def group(self) -> str:
        """The FIFO message group: one record is handled serially, different records in parallel."""
        # A number of Fortnox may look like an id of Severa; the other way round nothing in flight is renamed.
        own = "" if self.system is System.SEVERA else f"{self.system}#"
        return f"{self.connection}#{self.kind}#{own}{self.id}"

    def to_json(self) -> str:
        """The message body; without a system it is Severa's record, as in messages of earlier releases."""
        body = asdict(self)
        if self.system is System.SEVERA:
            del body["system"]
        return json.dumps(body)

    @classmethod
    def from_json(cls, body: str) -> Work:
        """Read a message body.

        Raises:
            ValueError: the body is not one of ours; the text names the field.
        """
        try:
            data = json.loads(body)
            about = str(data["connection"]), Kind(data["kind"]), str(data["id"]), Cause(data["cause"])
            system = System(data.get("system", System.SEVERA))
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"not a work message: {error!r}") from error
        if system not in {System.SEVERA, System.FORTNOX}:
            raise ValueError(f"not a work message: {system!r} has no records")
        return cls(*about, system)

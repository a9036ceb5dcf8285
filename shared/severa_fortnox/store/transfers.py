"""The create protocol: a record is created in the other system exactly once (DESIGN 6).

    NEW ─▶ SENDING ─▶ BOUND ─▶ DONE

SENDING is written before the request that creates, so a crash between the two leaves a trace, and every arrow is a
write on the condition that the item still has the version that was read. Two workers on one record:

    time ─▶      0 s                  30 s               60 s               61 s
    worker A     claim (attempt 1)    POST ... answer lost, process frozen  bind ─▶ Busy
    worker B                          claim ─▶ Busy      claim (attempt 2)
                                      A's lease lives    doubt until 60 s: search before sending

B never sends before it has searched, because A's request may have arrived until A's lease ended; and A, waking late,
cannot write over what B has done since, because B's claim has moved the version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from severa_fortnox.errors import Bug, Busy, System
from severa_fortnox.store.failures import ConditionFailed, TransactionFailed, busy
from severa_fortnox.store.links import Link, Links, taken
from severa_fortnox.store.log import Entry, Log
from severa_fortnox.store.schema import UNFINISHED
from severa_fortnox.store.table import ABSENT, SAME_VERSION, Table
from severa_fortnox.store.transfer import State, Transfer, from_item, key, to_item
from severa_fortnox.work import Kind

__all__ = ["State", "Transfer", "Transfers"]

_DONE = "#state = :done"
_DUE = "#unfinished = :connection AND #due < :before"

#: A claim that loses this many races in a row leaves the record to the winners.
_CLAIM_TRIES = 3


@dataclass(frozen=True)
class Transfers:
    """The transfers of all connections."""

    table: Table
    links: Links
    log: Log
    clock: Callable[[], float]

    def get(self, connection: str, kind: Kind, id: str, source: System = System.SEVERA) -> Transfer | None:
        """The transfer as of now; None when the record was never claimed.

        Args:
            id: the record's id in `source`, the system it comes from.
        """
        item = self.table.get(key(connection, kind, id, source))
        return None if item is None else from_item(item)

    def claim(
        self,
        connection: str,
        kind: Kind,
        id: str,
        *,
        reference: str,
        payload_hash: str,
        owner: str,
        lease_seconds: float,
        known: Transfer | None = None,
        source: System = System.SEVERA,
    ) -> Transfer:
        """Take the record, so that only `owner` acts on it until the lease ends.

        The answer is SENDING (send, after a search unless it is attempt 1), BOUND (only follow-up steps are left) or
        DONE (nothing is left, nothing was written). While an earlier attempt is in doubt the answer keeps *its*
        reference, because that is what a search must look for.

        Args:
            id: the record's id in `source`, the system it comes from.
            owner: one worker in one invocation, never shared between two threads.
            lease_seconds: longer than the worker can live, so that it cannot send after its lease.
            known: the transfer as read a moment ago; saves the try to write it as new.

        Raises:
            Busy: another worker holds the record.
        """
        lease_until = self.clock() + lease_seconds
        old = known
        for _ in range(_CLAIM_TRIES):
            if old is None:
                new = Transfer(
                    connection=connection,
                    kind=kind,
                    id=id,
                    state=State.SENDING,
                    reference=reference,
                    payload_hash=payload_hash,
                    attempt=1,
                    owner=owner,
                    lease_until=lease_until,
                    source=source,
                )
            elif old.state is State.DONE:
                return old
            else:
                new = self._taken_over(old, reference, payload_hash, owner, lease_until)
            try:
                return self._write(old, new, due=lease_until)
            except ConditionFailed as failure:
                old = None if failure.old is None else from_item(failure.old)
        raise busy("claim", "other workers keep taking this record", f"{kind} {id}")

    def settle(self, transfer: Transfer, *, reference: str, payload_hash: str) -> Transfer:
        """Stay SENDING: a search has shown that no earlier attempt was applied, and this is what goes out now.

        Written before the request is sent, so that its own outcome can be searched for by the right reference.

        Raises:
            Busy: the lease was lost.
        """
        _require(transfer, State.SENDING)
        settled = replace(transfer, doubt_until=None, reference=reference, payload_hash=payload_hash)
        return self._move(transfer, settled, transfer.lease_until)

    def release(self, transfer: Transfer, *, due: float | None = None) -> Transfer:
        """SENDING ─▶ NEW: this attempt is known not to have been applied (earlier ones may still be in doubt).

        Args:
            due: when the sweeper should look again (seconds since the epoch); None when something else will: the
                queue that holds the work, a person who is told. A record in doubt is swept in any case.

        Raises:
            Busy: the lease was lost.
        """
        _require(transfer, State.SENDING)
        now = self.clock()
        released = replace(transfer, state=State.NEW, owner="", lease_until=now)
        if due is None and transfer.doubt_until is not None:
            due = now
        return self._move(transfer, released, due)

    def doubt(self, transfer: Transfer, wait_seconds: float) -> Transfer:
        """Stay SENDING: this attempt's outcome is unknown; the sweeper looks again after `wait_seconds`.

        Raises:
            Busy: the lease was lost.
        """
        _require(transfer, State.SENDING)
        now = self.clock()
        return self._move(transfer, replace(transfer, owner="", lease_until=now, doubt_until=now), now + wait_seconds)

    def postpone(self, transfer: Transfer, due: float) -> Transfer:
        """Give the record back untouched; the sweeper looks again at `due` (seconds since the epoch).

        SENDING goes back to NEW, because nothing was sent in this attempt: staying SENDING with a dead lease would
        say that something may have been, and every look would add a doubt of its own.

        Raises:
            Busy: the lease was lost.
        """
        if transfer.state is State.SENDING:
            return self.release(transfer, due=due)
        _require(transfer, State.BOUND)
        return self._move(transfer, replace(transfer, owner="", lease_until=self.clock()), due)

    def bind(
        self,
        transfer: Transfer,
        foreign_id: str,
        *,
        card: Mapping[str, str],
        origin: str,
        synced: Mapping[str, str] | None = None,
        link_severa_id: str | None = None,
    ) -> Transfer:
        """SENDING ─▶ BOUND and the link, in one transaction; nothing happens when it is bound to `foreign_id` already.

        Args:
            foreign_id: the created or found record's id in the other system.
            card: as in `Link`.
            origin: as in `Link`.
            synced: as in `Link`; None when nothing is known.
            link_severa_id: the Severa record's id when a transfer from Severa goes by another name; None: the
                transfer's id.

        Raises:
            AlreadyLinked: one of the two records has another partner; nothing was written.
            Busy: the lease was lost.
        """
        if transfer.state is State.BOUND and transfer.foreign_id == foreign_id:
            return transfer
        _require(transfer, State.SENDING)
        if transfer.source is System.SEVERA:
            severa_id, fortnox_id = transfer.id if link_severa_id is None else link_severa_id, foreign_id
        else:
            severa_id, fortnox_id = foreign_id, transfer.id
        link = Link(transfer.kind, severa_id, fortnox_id, card, origin, self.clock(), synced or {})
        bound = replace(
            transfer, state=State.BOUND, foreign_id=foreign_id, doubt_until=None, version=transfer.version + 1
        )
        writes = [
            self.table.putting(to_item(bound, transfer.lease_until), SAME_VERSION, {":version": transfer.version}),
            *self.links.binding(transfer.connection, link),
        ]
        try:
            self.table.transact(*writes)
        except TransactionFailed as failure:
            mine, *both_sides = failure.old
            if mine is not None:
                current = from_item(mine)
                if (current.state, current.foreign_id, current.owner) == (State.BOUND, foreign_id, transfer.owner):
                    return current
                raise self._lost(transfer, "bind") from failure
            conflict = taken(link, both_sides)
            raise (conflict or self._lost(transfer, "bind")) from failure
        return bound

    def step(self, transfer: Transfer, name: str, value: str) -> Transfer:
        """Remember that a follow-up step is done, and what it gave.

        Raises:
            Busy: the lease was lost.
        """
        _require(transfer, State.BOUND)
        steps = {**transfer.steps, name: value}
        return self._move(transfer, replace(transfer, steps=steps), transfer.lease_until)

    def finish(self, transfer: Transfer, entry: Entry) -> Transfer:
        """BOUND ─▶ DONE and the log entry, in one transaction, so that a success is logged exactly once.

        Raises:
            Busy: the lease was lost.
        """
        if transfer.state is State.DONE:
            return transfer
        _require(transfer, State.BOUND)
        done = replace(transfer, state=State.DONE, owner="", lease_until=self.clock(), version=transfer.version + 1)
        try:
            self.table.transact(
                self.table.putting(to_item(done, None), SAME_VERSION, {":version": transfer.version}),
                self.log.adding(entry),
            )
        except TransactionFailed as failure:
            current = failure.old[0]
            if current is not None and current["state"] == State.DONE:
                return from_item(current)
            raise self._lost(transfer, "finish") from failure
        return done

    def forget(self, connection: str, kind: Kind, id: str, source: System = System.SEVERA) -> bool:
        """Forget a transfer that is DONE, so that the record may be created anew: its link was removed by a person.

        Returns:
            False when there is none, or it is under way again.
        """
        try:
            self.table.delete(key(connection, kind, id, source), _DONE, {":done": State.DONE})
        except ConditionFailed:
            return False
        return True

    def unfinished(self, connection: str, before: float) -> Iterator[Transfer]:
        """The transfers somebody should look at: their lease or their waiting time ended before `before`.

        Read through an index that may lag by moments; whoever acts on one claims it first.
        """
        items = self.table.query(_DUE, {":connection": connection, ":before": before}, index=UNFINISHED)
        return map(from_item, items)

    def _taken_over(self, old: Transfer, reference: str, payload_hash: str, owner: str, lease_until: float) -> Transfer:
        now = self.clock()
        if old.state is not State.NEW and old.lease_until > now and old.owner != owner:
            raise busy("claim", f"another worker holds it for {old.lease_until - now:.0f} s more", old.name)
        if old.state is State.BOUND:
            return replace(old, owner=owner, lease_until=lease_until)
        doubt_until = old.doubt_until
        if old.state is State.SENDING:
            # Nobody came back to say what became of it: it can have been sent at any moment of its lease.
            doubt_until = max(doubt_until or 0.0, min(old.lease_until, now))
        return replace(
            old,
            state=State.SENDING,
            reference=reference if doubt_until is None else old.reference,
            payload_hash=payload_hash,
            attempt=old.attempt + 1,
            owner=owner,
            lease_until=lease_until,
            doubt_until=doubt_until,
        )

    def _move(self, old: Transfer, new: Transfer, due: float | None) -> Transfer:
        try:
            return self._write(old, new, due)
        except ConditionFailed as failure:
            raise self._lost(old, "update") from failure

    def _write(self, old: Transfer | None, new: Transfer, due: float | None) -> Transfer:
        if old is None:
            self.table.put(to_item(new, due), ABSENT)
            return new
        new = replace(new, version=old.version + 1)
        self.table.put(to_item(new, due), SAME_VERSION, {":version": old.version})
        return new

    def _lost(self, transfer: Transfer, operation: str) -> Busy:
        return busy(operation, "the lease was lost: another worker has taken the record", transfer.name)


def _require(transfer: Transfer, state: State) -> None:
    if transfer.state is not state:
        text = f"the transfer is {transfer.state}, not {state}"
        raise Bug(text, system=System.OURS, operation="transfer", reference=transfer.name)

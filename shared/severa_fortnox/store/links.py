"""Which Severa record is which Fortnox record.

A link is two items, forward and reverse, written in one transaction and each only when absent: no record can be linked
twice from either side (DESIGN 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from severa_fortnox.errors import Rejected, System
from severa_fortnox.store.attributes import Item
from severa_fortnox.store.failures import TransactionFailed
from severa_fortnox.store.table import ABSENT, Key, Table, Write, partition
from severa_fortnox.work import Kind

# Either side free, or already linked to exactly this partner: a bind whose answer was lost may be repeated.
FREE_OR_SAME_PARTNER = "attribute_not_exists(#pk) OR (#severa_id = :severa_id AND #fortnox_id = :fortnox_id)"
# Only the link that was read may be changed or removed, never one that has taken its place since.
SAME_PARTNER = "#severa_id = :severa_id AND #fortnox_id = :fortnox_id"

# Every link stands under both systems, so one of them is enough to see each once.
_OF_KIND = "#pk = :pk AND begins_with(#sk, :prefix)"


@dataclass(frozen=True)
class LinkKey:
    """One side of a link.

    Args:
        side: the system whose record `id` names, SEVERA or FORTNOX.
        id: the record's id there: a Severa guid, a Fortnox number.
    """

    kind: Kind
    side: System
    id: str


@dataclass(frozen=True)
class Link:
    """These two records are the same thing.

    Args:
        card: the decisive fields of the Fortnox card when it was last read; may be empty.
        origin: how we know: "number", "created", "person" or "code and name".
        linked_at: seconds since the epoch.
        synced: what was last seen of both records when they agreed: fingerprints, names of kept fields; may be empty.
    """

    kind: Kind
    severa_id: str
    fortnox_id: str
    card: Mapping[str, str]
    origin: str
    linked_at: float
    synced: Mapping[str, str] = field(default_factory=dict)

    def side(self, side: System) -> LinkKey:
        """This link as seen from one system."""
        return LinkKey(self.kind, side, self.severa_id if side is System.SEVERA else self.fortnox_id)


class AlreadyLinked(Rejected):
    """One of the two records is linked to something else; a person must say which is right. Nothing was written.

    Args:
        wanted: the link that could not be written.
        of_severa: the existing link of the Severa record; None when it has none.
        of_fortnox: the existing link of the Fortnox record; None when it has none.
    """

    def __init__(self, wanted: Link, of_severa: Link | None, of_fortnox: Link | None) -> None:
        partners = [
            f"Severa {link.severa_id} is linked to Fortnox {link.fortnox_id}"
            for link in (of_severa, of_fortnox)
            if link is not None
        ]
        super().__init__(
            f"cannot link Severa {wanted.severa_id} to Fortnox {wanted.fortnox_id}: {'; '.join(partners)}",
            status=409,
            system=System.STORE,
            operation="link",
            reference=f"{wanted.kind} {wanted.fortnox_id}",
            code="already-linked",
        )
        self.wanted = wanted
        self.of_severa = of_severa
        self.of_fortnox = of_fortnox


class LinkChanged(Rejected):
    """The link is not (any more) the one that was to be changed; nothing was written."""

    def __init__(self, link: Link) -> None:
        super().__init__(
            f"Severa {link.severa_id} and Fortnox {link.fortnox_id} are not linked to each other any more",
            status=409,
            system=System.STORE,
            operation="change link",
            reference=f"{link.kind} {link.fortnox_id}",
            code="link-changed",
        )


@dataclass(frozen=True)
class Links:
    """The links of all connections."""

    table: Table

    def by_severa(self, connection: str, kind: Kind, id: str) -> Link | None:
        """The link of a Severa record; None when it has none."""
        return self._one(connection, LinkKey(kind, System.SEVERA, id))

    def by_fortnox(self, connection: str, kind: Kind, id: str) -> Link | None:
        """The link of a Fortnox record; None when it has none."""
        return self._one(connection, LinkKey(kind, System.FORTNOX, id))

    def many(self, connection: str, keys: Iterable[LinkKey]) -> dict[LinkKey, Link]:
        """The links that exist among these, in one read (per 100 keys)."""
        wanted = {_key(connection, key): key for key in keys}
        items = self.table.get_many(wanted)
        return {wanted[item["pk"], item["sk"]]: _link(item) for item in items}

    def all(self, connection: str, kind: Kind) -> Iterator[Link]:
        """Every link of a kind, once each, in the order of the Severa ids."""
        values = {":pk": partition(connection), ":prefix": _prefix(kind, System.SEVERA)}
        return map(_link, self.table.query(_OF_KIND, values))

    def bind(self, connection: str, link: Link) -> None:
        """Link the two records; nothing happens when they already are.

        Raises:
            AlreadyLinked: one of them has another partner.
        """
        writes = [self.table.putting(item, ABSENT) for item in _items(connection, link)]
        try:
            self.table.transact(*writes)
        except TransactionFailed as failure:
            conflict = taken(link, failure.old)
            if conflict is not None:
                raise conflict from failure

    def binding(self, connection: str, link: Link) -> list[Write]:
        """Forward and reverse item as parts of a transaction that may be repeated; `taken` reads its failure."""
        return [self.table.putting(item, FREE_OR_SAME_PARTNER, _pair(link)) for item in _items(connection, link)]

    def refresh_card(self, connection: str, link: Link, card: Mapping[str, str]) -> Link:
        """Remember what the Fortnox card says now.

        Raises:
            LinkChanged: the records are not linked to each other any more.
        """
        return self.remember(connection, link, card=card)

    def remember(
        self,
        connection: str,
        link: Link,
        *,
        card: Mapping[str, str] | None = None,
        synced: Mapping[str, str] | None = None,
    ) -> Link:
        """Keep these with the link, on both sides; what is not given stays as it is there.

        Args:
            card: what the Fortnox card says now, whole.
            synced: what is now seen of both records, whole.

        Returns:
            `link` with them. What another worker has remembered since it was read is not in it.

        Raises:
            LinkChanged: the records are not linked to each other any more.
        """
        given = {"card": card, "synced": synced}
        changes = {name: value for name, value in given.items() if value is not None}
        if not changes:
            return link
        writes = [self.table.updating(key, changes, SAME_PARTNER, _pair(link)) for key in _keys(connection, link)]
        try:
            self.table.transact(*writes)
        except TransactionFailed as failure:
            raise LinkChanged(link) from failure
        return replace(link, card=link.card if card is None else card, synced=link.synced if synced is None else synced)

    def unlink(self, connection: str, link: Link) -> None:
        """Forget the link; nothing happens when neither record has one.

        Raises:
            LinkChanged: one of them has another partner by now.
        """
        writes = [self.table.deleting(key, SAME_PARTNER, _pair(link)) for key in _keys(connection, link)]
        try:
            self.table.transact(*writes)
        except TransactionFailed as failure:
            if not all(failure.failed) or any(failure.old):
                raise LinkChanged(link) from failure

    def _one(self, connection: str, key: LinkKey) -> Link | None:
        item = self.table.get(_key(connection, key))
        return None if item is None else _link(item)


def taken(wanted: Link, old: Iterable[Item | None]) -> AlreadyLinked | None:
    """Read why forward and reverse item could not be written.

    Args:
        old: what stood at the forward and at the reverse key when its condition failed; None where it held.

    Returns:
        The conflict; None when both records are linked to each other already.
    """
    of_severa, of_fortnox = (None if item is None else _link(item) for item in old)
    others = [link for link in (of_severa, of_fortnox) if link is not None and _pair(link) != _pair(wanted)]
    return AlreadyLinked(wanted, of_severa, of_fortnox) if others else None


def _pair(link: Link) -> dict[str, str]:
    return {":severa_id": link.severa_id, ":fortnox_id": link.fortnox_id}


def _key(connection: str, key: LinkKey) -> Key:
    return partition(connection), f"{_prefix(key.kind, key.side)}{key.id}"


def _prefix(kind: Kind, side: System) -> str:
    return f"LINK#{kind}#{side}#"


def _keys(connection: str, link: Link) -> list[Key]:
    return [_key(connection, link.side(System.SEVERA)), _key(connection, link.side(System.FORTNOX))]


def _items(connection: str, link: Link) -> list[Item]:
    return [
        {
            "pk": pk,
            "sk": sk,
            "kind": link.kind,
            "severa_id": link.severa_id,
            "fortnox_id": link.fortnox_id,
            "card": link.card,
            "origin": link.origin,
            "linked_at": link.linked_at,
            "synced": link.synced,
        }
        for pk, sk in _keys(connection, link)
    ]


def _link(item: Item) -> Link:
    return Link(
        kind=Kind(item["kind"]),
        severa_id=item["severa_id"],
        fortnox_id=item["fortnox_id"],
        card=item["card"],
        origin=item["origin"],
        linked_at=float(item["linked_at"]),
        # Links of an earlier release have none.
        synced=item.get("synced", {}),
    )

"""What the public log says of an authority. Its row is only where to look: a state or a name changed by hand
in the database changes nobody's territory (P1), and nobody is told it (P4)."""

import json
from dataclasses import dataclass

from bailiwick.ledger import queries as ledger
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.entries import AuthorityAdded, AuthorityChanged

from .models import Authority


@dataclass(frozen=True, slots=True)
class Renamed:
    """The entry of an authority's last change, its index once it is in the tree, and the name in its
    document."""

    entry: AuthorityChanged
    index: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Published:
    """An authority's entry, its index once it is in the tree, and the name in the document that the entry
    names (empty where that is no longer published); with what was changed last."""

    entry: AuthorityAdded
    index: int | None
    name: str
    changed: Renamed | None = None


def published(row: Authority) -> Published | None:
    """What was logged when the authority was added and changed; None where nothing was, of this authority."""
    if row.outbox_id is None:
        return None
    index, entry = ledger.appended(OutboxId(row.outbox_id)) or (None, None)
    if not isinstance(entry, AuthorityAdded) or entry.authority != row.pk.hex:
        return None
    return Published(entry, index, _name_in(entry.document), _changed(row))


def _changed(row: Authority) -> Renamed | None:
    if row.changed_outbox_id is None:
        return None
    index, entry = ledger.appended(OutboxId(row.changed_outbox_id)) or (None, None)
    if not isinstance(entry, AuthorityChanged) or entry.authority != row.pk.hex:
        return None
    return Renamed(entry, index, _name_in(entry.document))


def renaming(row: Authority) -> tuple[int, bool] | None:
    """Which entry changed the authority last, and whether everybody can read it yet; None for none."""
    if row.changed_outbox_id is None:
        return None
    index = (ledger.appended(OutboxId(row.changed_outbox_id)) or (None,))[0]
    return row.changed_outbox_id, index is not None and ledger.proof_file(index) is not None


def is_as_logged(row: Authority) -> bool:
    """Whether the row says what two people had logged, and the authority has not ended."""
    found = published(row)
    if found is None or row.approved_at is None or row.ended_at is not None:
        return False
    said, name = found.entry, found.changed.name if found.changed else found.name
    return (said.state, said.kind, name) == (row.state, row.kind, row.name)


def _name_in(document: str) -> str:
    found = ledger.document(document)
    try:
        said = json.loads(found[0]) if found else {}
    except ValueError:
        return ""
    name = said.get("name") if isinstance(said, dict) else None
    return name if isinstance(name, str) else ""

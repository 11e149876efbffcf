"""Which location table decides for all nodes. That it changed is logged in the same transaction.

A table has no age of its own: overrides are edited, one source of three is refreshed, one is left out. So it
is not only the younger one that follows: where somebody changed the files of a node that answered from the
active table, that was meant; and a table no node answers from any more protects nobody by staying active.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bailiwick.geo.table import TableInfo
from bailiwick.ledger import actions
from bailiwick.ledger.entries import LocationTable, SourceHash
from bailiwick.ledger.vocabulary import second
from bailiwick.meetings import nodes
from bailiwick.meetings.models import ServerState


def active_table(own: TableInfo | None, was: str, node_id: UUID, now: datetime) -> str:
    """The hash of the active table; a node that brings one that may follow it makes it so. `was`: the active
    one this node answered from last, empty if none yet. One query where nothing changes."""
    state, _ = ServerState.objects.get_or_create(id=1)
    if own is None or state.active_table == own.hash:
        return state.active_table
    built = max((source.built for source in own.sources), default=0)
    if _may_follow(state, built, was, now) and _activate(state, own, built, node_id, now):
        return own.hash
    state.refresh_from_db()
    return state.active_table


def _may_follow(active: ServerState, built: int, was: str, now: datetime) -> bool:
    if active.active_table in ("", was) or built > active.active_table_built:
        return True
    return not nodes.any_answers_from(active.active_table, now)


def _activate(before: ServerState, own: TableInfo, built: int, node_id: UUID, now: datetime) -> bool:
    """False: another node changed it in the same moment."""
    with transaction.atomic():
        rows = ServerState.objects.filter(id=1, active_table=before.active_table)
        if rows.update(active_table=own.hash, active_table_built=built) != 1:
            return False
        # with it, or the next node would take it for one that nobody answers from
        nodes.answers_from(node_id, own.hash)
        actions.append(entry(own, now))
    return True


def entry(table: TableInfo, now: datetime) -> LocationTable:
    """What the public log says of a table."""
    found = [
        SourceHash.model_validate({"source": each.name, "sha256": each.sha256}) for each in table.sources
    ]
    return LocationTable(
        at=second(now),
        table=table.hash,
        sources=tuple(sorted(found, key=lambda each: each.source)),
        overrides=table.overrides_hash,
    )

"""Which location table decides for all nodes. That it changed is logged in the same transaction."""

from datetime import datetime

from django.db import transaction

from bailiwick.geo.table import TableInfo
from bailiwick.ledger import actions
from bailiwick.ledger.entries import LocationTable, SourceHash
from bailiwick.ledger.vocabulary import second
from bailiwick.meetings.models import ServerState


def active_table(own: TableInfo | None, now: datetime) -> str:
    """The hash of the active table; a node that brings a younger one makes it so. One query where nothing
    changes."""
    state, _ = ServerState.objects.get_or_create(id=1)
    if own is None or state.active_table == own.hash:
        return state.active_table
    built = max((source.built for source in own.sources), default=0)
    if (not state.active_table or built > state.active_table_built) and _activate(state, own, built, now):
        return own.hash
    state.refresh_from_db()
    return state.active_table


def _activate(before: ServerState, own: TableInfo, built: int, now: datetime) -> bool:
    """False: another node changed it in the same moment."""
    with transaction.atomic():
        rows = ServerState.objects.filter(id=1, active_table=before.active_table)
        if rows.update(active_table=own.hash, active_table_built=built) != 1:
            return False
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

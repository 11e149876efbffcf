"""The statements of the way in, as SQL text: everybody who joins runs them, and building them anew with
Django's query compiler each time costs four times what the database does (`bin/bench grant`).

They say what the models say: column names and value conversions come from the models' own fields.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model

from .models import Block, HostRule, Invitation, Meeting, Presence, PresenceState, ServerState


def fetch_one(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row. UUIDs and times as the database's driver gives them: see `uuid_of`, `time_of`."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def fetch_all(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows, as `fetch_one` gives them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def change(sql: str, values: Sequence[Any]) -> int:
    """Carry out a statement; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def uuid_of(value: Any) -> UUID:
    """SQLite keeps UUIDs as text."""
    return value if isinstance(value, UUID) else UUID(value)


def time_of(value: datetime | None) -> datetime | None:
    """SQLite keeps times in UTC without saying so."""
    return value if value is None or value.tzinfo is not None else value.replace(tzinfo=UTC)


def json_of(value: Any) -> Any:
    """SQLite keeps JSON as text."""
    return json.loads(value) if isinstance(value, str) else value


def prepared(model: type[Model], name: str, value: Any) -> Any:
    """A value as the database of this thread wants it for that field."""
    return _field(model, name).get_db_prep_save(value, connection)


@cache
def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    field: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]  # noqa: SLF001 (concrete; documented API)
    return field


def _column(model: type[Model], name: str) -> str:
    return _quoted(_field(model, name))


def _quoted(field: "Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001


@cache
def meeting_by(key: str, fields: tuple[str, ...]) -> str:
    """These fields of the meeting whose `key` is given, and the revision of server-wide state."""
    columns = ", ".join(_column(Meeting, name) for name in fields)
    state = f"SELECT {_column(ServerState, 'revision')} FROM {_table(ServerState)} WHERE id = 1"  # noqa: S608
    return f"SELECT {columns}, ({state}) FROM {_table(Meeting)} WHERE {_column(Meeting, key)} = %s"  # noqa: S608


@cache
def hold_meeting() -> str:
    """Take the meeting's row, on the condition of its revision and that it has not ended."""
    revision, ended = _column(Meeting, "revision"), _column(Meeting, "ended_at")
    return (
        f"UPDATE {_table(Meeting)} SET {revision} = {revision} "  # noqa: S608
        f"WHERE {_column(Meeting, 'id')} = %s AND {revision} = %s AND {ended} IS NULL"
    )


@cache
def count_inside() -> str:
    """How many have a place in a meeting: those inside and not away. A grant is no place yet: whoever knocks
    a hundred times would close a meeting to everybody."""
    state, away = _column(Presence, "state"), _column(Presence, "away")
    return (
        f"SELECT COUNT(*) FROM {_table(Presence)} WHERE {_column(Presence, 'meeting')} = %s "  # noqa: S608
        f"AND {state} = '{PresenceState.ACTIVE.value}' AND NOT {away}"
    )


PRESENT = (
    "id", "state", "role", "account", "invitation", "device_digest", "display_name", "let_in", "generation",
    "node", "away", "mutes", "feed", "streams", "microphone_on", "camera_on", "hand_raised_at",
)  # fmt: skip


@cache
def people_present() -> str:
    """Those active and waiting in a meeting: `PRESENT`, and whether their invitation is exempt."""
    table, invited = _table(Presence), _table(Invitation)
    columns = ", ".join(f"{table}.{_column(Presence, name)}" for name in PRESENT)
    order = ", ".join(f"{table}.{_column(Presence, name)}" for name in ("joined_at", "created_at", "id"))
    return (
        f"SELECT {columns}, {invited}.{_column(Invitation, 'exempt')} FROM {table} "  # noqa: S608
        f"LEFT JOIN {invited} ON {invited}.{_column(Invitation, 'id')} = "
        f"{table}.{_column(Presence, 'invitation')} "
        f"WHERE {table}.{_column(Presence, 'meeting')} = %s AND {table}.{_column(Presence, 'state')} "
        f"IN ('{PresenceState.WAITING.value}', '{PresenceState.ACTIVE.value}') ORDER BY {order}"
    )


@cache
def rule_of_meeting() -> str:
    """Mode, territories and what becomes of the undetermined, of the host's rule of a meeting."""
    columns = ", ".join(_column(HostRule, name) for name in ("mode", "territories", "undetermined"))
    return f"SELECT {columns} FROM {_table(HostRule)} WHERE {_column(HostRule, 'meeting')} = %s"  # noqa: S608


@cache
def any_block_of_meeting() -> str:
    """One row if the meeting has a block or a removal, whether it still holds or not."""
    return f"SELECT 1 FROM {_table(Block)} WHERE {_column(Block, 'meeting')} = %s LIMIT 1"  # noqa: S608


@cache
def ended_in_meeting() -> str:
    """Count what the host sees of presences ended: refusals, and whether a restriction did it."""
    roster, refused, withheld = (
        _column(Meeting, name) for name in ("roster_revision", "refused_count", "withheld_count")
    )
    return (
        f"UPDATE {_table(Meeting)} SET {roster} = {roster} + 1, {refused} = {refused} + %s, "  # noqa: S608
        f"{withheld} = {withheld} + %s WHERE {_column(Meeting, 'id')} = %s"
    )


@cache
def _new_presence() -> tuple[str, tuple[tuple[str, Any], ...]]:
    fields = list(Presence._meta.concrete_fields)  # noqa: SLF001
    columns = ", ".join(_quoted(field) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    defaults = tuple((field.attname, _default(field)) for field in fields)
    return f"INSERT INTO {_table(Presence)} ({columns}) VALUES ({marks})", defaults  # noqa: S608


def _default(field: "Field[Any, Any]") -> Any:
    """The field's default where it is a constant; its own ids are given each time."""
    if field.primary_key or field.remote_field is not None:
        return None
    return field.get_db_prep_save(field.get_default(), connection)


def insert_presence(values: Mapping[str, Any]) -> None:
    """A new presence: `values` by attribute name, the fields' defaults for the rest."""
    sql, defaults = _new_presence()
    row = [
        prepared(Presence, name.removesuffix("_id"), values[name]) if name in values else default
        for name, default in defaults
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, row)


def end_presences(ids: Sequence[UUID], reason: str, now: datetime) -> dict[UUID, UUID]:
    """Mark those of these presences ended that were not; their meetings, by presence."""
    if not ids:
        return {}
    given = [prepared(Presence, name, value) for name, value in _ended(reason, now).items()]
    keys = [prepared(Presence, "id", presence_id) for presence_id in ids]
    rows = fetch_all(_end(len(keys)), [*given, *keys])
    return {uuid_of(presence_id): uuid_of(meeting_id) for presence_id, meeting_id in rows}


def _ended(reason: str, now: datetime) -> dict[str, Any]:
    """What an ended presence keeps, by field: display name and device go at once (P9)."""
    return {
        "state": PresenceState.ENDED.value,
        "ended_at": now,
        "end_reason": reason,
        "resume_digest": "",
        "display_name": "",
        "device_digest": "",
        "streams": [],
        "hand_raised_at": None,
    }


@lru_cache(maxsize=64)
def _end(count: int) -> str:
    fields = _ended("", datetime.min.replace(tzinfo=UTC))
    changes = ", ".join(f"{_column(Presence, name)} = %s" for name in fields)
    marks = ", ".join(["%s"] * count)
    key, state = _column(Presence, "id"), _column(Presence, "state")
    return (
        f"UPDATE {_table(Presence)} SET {changes} WHERE {key} IN ({marks}) "  # noqa: S608
        f"AND {state} <> '{PresenceState.ENDED.value}' RETURNING {key}, {_column(Presence, 'meeting')}"
    )

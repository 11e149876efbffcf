"""Append-only, held by the database: statements for SQLite and PostgreSQL, used by migrations 0002 and 0003.

SQLite's `OR REPLACE` deletes the rows that are in the way, and no trigger on DELETE sees that. So there a key
that is taken is refused before it is written. PostgreSQL has no such thing: its upsert is an UPDATE.

Whoever owns the database can drop a trigger; what these stop is our own mistake, a careless query, a
forgotten `TRUNCATE`. What an intruder changes is found by hashes and witnesses.
"""

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

ENTRY, TILE, OUTBOX = "ledger_entry", "ledger_tile", "ledger_outbox"
HEAD, PUBLISHED, DOCUMENT = "ledger_head", "ledger_published", "ledger_document"
MESSAGE: Final = "the log is append-only"

Rule: TypeAlias = tuple[str, str, str]
"""A table, an operation, and the condition under which it is refused."""


def taken(table: str, *columns: str) -> str:
    """The condition that another row has the key already."""
    same = " AND ".join(f"{table}.{column} = NEW.{column}" for column in columns)
    return f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - names of ours


RULES: Final[tuple[Rule, ...]] = (
    (ENTRY, "UPDATE", ""),
    (ENTRY, "DELETE", ""),
    (TILE, "UPDATE", ""),
    (TILE, "DELETE", ""),
    (OUTBOX, "UPDATE", "OLD.index IS NOT NULL OR NEW.entry <> OLD.entry OR NEW.id <> OLD.id"),
    (OUTBOX, "DELETE", ""),
    (HEAD, "UPDATE", "NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)"
                     " OR NEW.origin <> OLD.origin OR NEW.id <> OLD.id"),
    (HEAD, "DELETE", ""),
    (PUBLISHED, "UPDATE", "NEW.size < OLD.size OR NEW.id <> OLD.id"),
    (PUBLISHED, "DELETE", ""),
    (DOCUMENT, "UPDATE", ""),
    (ENTRY, "INSERT", taken(ENTRY, "index")),
    (TILE, "INSERT", f"{taken(TILE, 'id')} OR {taken(TILE, 'level', 'number')}"),
    (OUTBOX, "INSERT", f"{taken(OUTBOX, 'id')} OR {taken(OUTBOX, 'index')}"),
    (OUTBOX, "UPDATE OF index", taken(OUTBOX, "index")),
    (HEAD, "INSERT", taken(HEAD, "id")),
    (PUBLISHED, "INSERT", taken(PUBLISHED, "id")),
    (DOCUMENT, "INSERT", taken(DOCUMENT, "sha256")),
)  # fmt: skip
KEPT_WHOLE: Final = tuple(table for table, operation, _ in RULES if operation == "DELETE")


def create(vendor: str, rules: Sequence[Rule] = RULES) -> list[str]:
    """The statements that arm all triggers."""
    if vendor == "sqlite":
        return [_sqlite(*rule) for rule in rules]
    made = [_FUNCTION, *(_postgres(*rule) for rule in rules if rule[1] in _EVERYWHERE)]
    return made + [_truncate(table) for table in _kept_whole(rules)]


def drop(vendor: str, rules: Sequence[Rule] = RULES) -> list[str]:
    """The statements that take them away: for a migration backwards, and for tests that empty the tables."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {_name(table, operation)}" for table, operation, _ in rules]
    names = [(table, _name(table, operation)) for table, operation, _ in rules if operation in _EVERYWHERE]
    names += [(table, _name(table, "TRUNCATE")) for table in _kept_whole(rules)]
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, name in names]


def _kept_whole(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(table for table, operation, _ in rules if operation == "DELETE")


def _name(table: str, operation: str) -> str:
    return f"{table}_no_{operation.lower().replace(' ', '_')}"


def _quoted(text: str) -> str:
    """`index` is a word of SQL's own."""
    return re.sub(r"\bindex\b", '"index"', text)


def _sqlite(table: str, operation: str, condition: str) -> str:
    when = f" WHEN {_quoted(condition)}" if condition else ""
    return (
        f"CREATE TRIGGER IF NOT EXISTS {_name(table, operation)} BEFORE {_quoted(operation)} ON {table}"
        f" FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )


_EVERYWHERE: Final = ("UPDATE", "DELETE")
"""What else is refused is SQLite's alone."""
_FUNCTION: Final = (
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
)


def _postgres(table: str, operation: str, condition: str) -> str:
    when = f" WHEN ({_quoted(condition)})" if condition else ""
    return (
        f"CREATE OR REPLACE TRIGGER {_name(table, operation)} BEFORE {operation} ON {table}"
        f" FOR EACH ROW{when} EXECUTE FUNCTION ledger_refuse()"
    )


def _truncate(table: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {_name(table, 'TRUNCATE')} BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
    )

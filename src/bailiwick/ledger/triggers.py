"""Append-only, held by the database: statements for SQLite and PostgreSQL, used by migration 0002.

Whoever owns the database can drop a trigger; what these stop is our own mistake, a careless query, a
forgotten `TRUNCATE`. What an intruder changes is found by hashes and witnesses.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

ENTRY, TILE, OUTBOX = "ledger_entry", "ledger_tile", "ledger_outbox"
HEAD, PUBLISHED, DOCUMENT = "ledger_head", "ledger_published", "ledger_document"
MESSAGE: Final = "the log is append-only"

Rule: TypeAlias = tuple[str, str, str]
"""A table, an operation, and the condition under which it is refused."""
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
)  # fmt: skip
TABLES: Final = tuple(dict.fromkeys(table for table, _, _ in RULES))
KEPT_WHOLE: Final = tuple(table for table, operation, _ in RULES if operation == "DELETE")


def create(vendor: str, rules: Sequence[Rule] = RULES) -> list[str]:
    """The statements that arm all triggers."""
    if vendor == "sqlite":
        return [_sqlite(*rule) for rule in rules]
    made = [_FUNCTION, *(_postgres(*rule) for rule in rules)]
    return made + [_truncate(table) for table in _kept_whole(rules)]


def drop(vendor: str, rules: Sequence[Rule] = RULES) -> list[str]:
    """The statements that take them away: for a migration backwards, and for tests that empty the tables."""
    names = [(table, _name(table, operation)) for table, operation, _ in rules]
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for _, name in names]
    names += [(table, _name(table, "TRUNCATE")) for table in _kept_whole(rules)]
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, name in names]


def _kept_whole(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(table for table, operation, _ in rules if operation == "DELETE")


def _name(table: str, operation: str) -> str:
    return f"{table}_no_{operation.lower()}"


def _quoted(condition: str) -> str:
    return condition.replace(".index", '."index"')


def _sqlite(table: str, operation: str, condition: str) -> str:
    when = f" WHEN {_quoted(condition)}" if condition else ""
    return (
        f"CREATE TRIGGER IF NOT EXISTS {_name(table, operation)} BEFORE {operation} ON {table}"
        f" FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )


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

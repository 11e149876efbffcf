"""The audit trail is append-only, held by the database as the public log's tables are (ledger.triggers)."""

from typing import Final

from bailiwick.ledger.triggers import Rule, taken

AUDIT: Final = "accounts_audit"
RULES: Final[tuple[Rule, ...]] = (
    (AUDIT, "UPDATE", ""),
    (AUDIT, "DELETE", ""),
    (AUDIT, "INSERT", taken(AUDIT, "id")),
)

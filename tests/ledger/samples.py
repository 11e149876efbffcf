"""One entry of every type, in the order of the reference."""

from datetime import timedelta
from typing import Any, Final

from bailiwick.ledger.entries import ADAPTER, Approval, Entry, Kinds, RestrictionApproved
from tests.ledger.kit import NOW

AT: Final = "2026-11-21T12:00:00Z"
ID: Final = "0123456789abcdef" * 2
HASH: Final = "0123456789abcdef" * 4


def approval(number: int) -> Approval:
    return Approval(
        key=f"{number:064x}", authenticator_data="AAAA", client_data="eyJ0eXBlIjoi", signature="MEUCIQD_-0"
    )


def restriction(**changes: Any) -> RestrictionApproved:
    fields = {
        "at": NOW, "restriction": ID, "demand": ID, "authority": ID, "state": "DE", "kind": "court",
        "law": "DE: NetzDG, \u00a7 3 (2)", "territories": ("DE",), "from": NOW,
        "until": NOW + timedelta(days=30),
        "reasons": ("hate_speech", "other_law"), "target": HASH, "document": HASH, "original": HASH,
        "renews": None, "approvals": None,
    }  # fmt: skip
    return RestrictionApproved.model_validate(fields | changes)


_TWO: Final = [approval(1).model_dump(), approval(2).model_dump()]
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "demands.switched": {"at": AT, "on": False},
    "policy.changed": {"at": AT, "policy": "terms", "document": HASH},
    "location.table": {
        "at": AT, "table": HASH, "sources": [{"source": "dbip", "sha256": HASH}], "overrides": HASH,
    },
    "server_rule.changed": {
        "at": AT, "rule": 7, "change": "in_force", "mode": "deny", "territories": ["IR", "KP"],
        "undetermined": "admit", "document": HASH,
    },
    "key.rotated": {"at": AT, "old": HASH, "new": HASH[::-1], "signatures": ["A" * 86, "B" * 86]},
    "signers.begun": {
        "at": AT, "keys": ["A" * 103, "B" * 56], "log_key": HASH, "signature": "A" * 86,
    },
    "signer.added": {"at": AT, "key": "C" * 103, "replaces": HASH, "approvals": _TWO},
    "signer.removed": {"at": AT, "key": HASH, "reason": "lost"},
    "authority.added": {"at": AT, "authority": ID, "state": "EU", "kind": "supranational", "document": HASH},
    "authority.changed": {"at": AT, "authority": ID, "document": HASH},
    "authority.ended": {"at": AT, "authority": ID, "reason": "abolished"},
    "demand.received": {"day": "2026-11-21", "demand": ID, "state": "FR", "kind": "police", "original": HASH},
    "demand.attributed": {"day": "2026-11-21", "demand": ID, "authority": ID},
    "demand.refused": {
        "day": "2026-11-21", "demand": ID, "reasons": ["beyond_territory", "secret"], "document": HASH,
    },
    "refusal.explained": {"day": "2026-11-21", "demand": ID, "document": HASH},
    "demand.examined": {
        "day": "2026-11-21", "demand": ID, "outcome": "incomplete", "missing": ["contact", "law"],
    },
    "target.refused": {
        "day": "2026-11-21", "demand": ID, "asked": "close_account", "reasons": ["not_possible_here"],
    },
    "demand.answered": {"day": "2026-11-21", "demand": ID, "outcome": "narrowed"},
    "document.removed": {"day": "2026-11-21", "document": HASH, "reason": "personal_data"},
    "restriction.approved": {**restriction().model_dump(mode="json", by_alias=True), "approvals": _TWO},
    "restriction.suspended": {"at": AT, "restriction": ID, "reason": "appeal"},
    "restriction.withdrawn": {"at": AT, "restriction": ID, "reason": "court_order"},
    "restriction.expired": {"at": AT, "restriction": ID},
    "restriction.corrected": {"at": AT, "restriction": ID, "territories": ["DE"], "until": AT},
    "appeal.filed": {"day": "2026-11-21", "appeal": ID, "restriction": ID},
    "appeal.decided": {"day": "2026-11-21", "appeal": ID, "restriction": ID, "outcome": "exemption_granted"},
    "account.suspended": {"at": AT, "account": HASH, "ground": "spam"},
    "account.reinstated": {"at": AT, "account": HASH},
    "suspension.refused": {"day": "2026-11-21"},
    "server_rule.refused": {"day": "2026-11-21"},
    "period.totals": {
        "first": "2026-01-01", "last": "2026-06-30",
        "totals": [{"state": "DE", "demands": "1-9", "refused": "1-9", "restrictions": "0", "affected": "0-9",
                    "appeals": "0", "appeals_granted": "0"}],
    },
    "report.published": {"at": AT, "first": "2026-01-01", "last": "2026-06-30", "document": HASH},
}  # fmt: skip
SAMPLES: Final[list[Entry]] = [ADAPTER.validate_python({"type": k, **_FIELDS[k]}) for k in Kinds.ALL]

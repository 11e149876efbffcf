"""Steps on a demand's way that have an entry of their own in the public log, each in the transaction that
takes it. Days and not instants, which somebody could match with their mail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import DemandAnswered, DemandExamined, TargetRefused
from bailiwick.orders.models import Demand, Target


def log_examined(row: Demand, missing: Sequence[str], now: datetime) -> None:
    """It is complete, or goes back for what it does not say."""
    said = {"outcome": "incomplete", "missing": tuple(sorted(missing))} if missing else {}
    ledger.append(DemandExamined.model_validate({"outcome": "under_review", **_of(row, now), **said}))


def log_target_refused(row: Target, now: datetime) -> None:
    """One of the things it names was refused."""
    said = {"asked": row.asked, "reasons": tuple(row.refusals)}
    ledger.append(TargetRefused.model_validate(_of(row.demand, now) | said))


def log_answered(row: Demand, outcome: Literal["granted", "narrowed"], now: datetime) -> None:
    """All that it names is answered, and not everything was refused."""
    ledger.append(DemandAnswered.model_validate(_of(row, now) | {"outcome": outcome}))


def _of(row: Demand, now: datetime) -> dict[str, object]:
    return {"day": now.date(), "demand": row.pk.hex}

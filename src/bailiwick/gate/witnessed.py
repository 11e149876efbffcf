"""Whether this machine's clock can be right: witnesses sign with their own. A clock set back would bring
restrictions back that have ended (P6)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from bailiwick.gate.verifying import Trust
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.errors import LogRefuses
from bailiwick.tlog.errors import TlogError

Witnessed: TypeAlias = Callable[[], datetime | None]
"""When the world outside was last seen to be; None: it cannot be told."""
TOLERANCE: Final = timedelta(minutes=10)


def witnessed_by(trust: Trust) -> Witnessed:
    """When the published checkpoint was cosigned, by the earliest clock of its witnesses: one that is wrong,
    or lies, changes nothing while there is another. Verified once for each checkpoint."""
    known: tuple[bytes, datetime | None] = (b"", None)

    def last() -> datetime | None:
        nonlocal known
        row = ledger.published()
        if row is None:
            return None
        data = bytes(row.checkpoint)
        if known[0] != data:
            known = (data, _time_of(data, trust))
        return known[1]

    return last


def is_behind(now: datetime, witnessed: Witnessed) -> bool:
    """Whether it was later than `now` already when the witnesses signed."""
    last = witnessed()
    return last is not None and now < last - TOLERANCE


def _time_of(checkpoint: bytes, trust: Trust) -> datetime | None:
    """A cosignature can carry any 64-bit number, and one that is no time tells none."""
    try:
        times = trust().check(checkpoint).witnesses.values()
        return datetime.fromtimestamp(min(times), UTC) if times else None
    except (LogRefuses, TlogError, ValueError, OverflowError, OSError):
        return None

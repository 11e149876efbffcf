"""What the desk shows of alarms."""

from collections.abc import Sequence
from dataclasses import dataclass

from .models import Alarm
from .texts import AlarmText, text_of


@dataclass(frozen=True, slots=True)
class Shown:
    """An alarm with its text."""

    alarm: Alarm
    text: AlarmText


def open_alarms() -> Sequence[Shown]:
    """Not yet acknowledged, last noticed first (one query)."""
    rows = Alarm.objects.filter(acknowledged_at__isnull=True).select_related("seen_by", "assigned_to")
    return [Shown(row, text_of(row.code)) for row in rows]


def past_alarms(start: int = 0, count: int = 50) -> Sequence[Shown]:
    """Acknowledged ones, and by whom, the last noticed first (one query)."""
    rows = Alarm.objects.filter(acknowledged_at__isnull=False).select_related("acknowledged_by")
    rows = rows.order_by("-last_at", "-pk")[start : start + count]
    return [Shown(row, text_of(row.code)) for row in rows]


def was_raised(code: str, subject: str) -> bool:
    """Whether this very alarm was ever raised, acknowledged since or not. One query."""
    return Alarm.objects.filter(code=code, subject=subject).exists()


def open_count() -> int:
    """One query."""
    return Alarm.objects.filter(acknowledged_at__isnull=True).count()

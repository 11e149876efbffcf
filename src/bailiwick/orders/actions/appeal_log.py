"""What the public log says of objections: days and no times, and what is filed or decided on one day
together, so that nobody can match an entry with a moment. Only what ends or narrows a restriction is said at
once, with the entry that does so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate

from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import AppealDecided, AppealFiled
from bailiwick.orders.models import Appeal

MOST_LOGGED: Final = 100
"""Objections to one restriction that a day puts into the log by itself. The log is for ever, and anybody may
object without an account: whoever floods it gets no further. The others are logged when they are decided."""
_LOGGED_WITHIN: Final = timedelta(days=30)
CLOSED: Final = Q(decided_at__isnull=False, answer="")
"""Closed because the restriction was withdrawn, and by nobody's answer to it: logged then or never."""


def log_filed(now: datetime) -> int:
    """Log the appeals of the days that are over; how many. Any process may run it: rows are claimed one by
    one."""
    today = _today(now)
    over = Appeal.objects.filter(filed_at__gte=today - _LOGGED_WITHIN, filed_at__lt=today)
    waiting = over.filter(filed_outbox_id__isnull=True).exclude(CLOSED).order_by()
    days = waiting.values_list("restriction_id", TruncDate("filed_at", tzinfo=UTC)).distinct()
    return sum(_log_day(over.filter(restriction_id=each, filed_at__date=day)) for each, day in days)


def log_decided(now: datetime) -> int:
    """Log the decisions of the days that are over, and what they are about if the log does not know it yet;
    how many. Any process may run it."""
    waiting = Appeal.objects.filter(decided_at__lt=_today(now), decided_outbox_id__isnull=True)
    waiting = waiting.exclude(CLOSED).order_by("decided_at", "id")
    return sum(_claimed(pk, say_decided) for pk in waiting.values_list("pk", flat=True))


def _today(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _log_day(filed: QuerySet[Appeal]) -> int:
    """Of one restriction and one day, as many as there is room for."""
    waiting = filed.filter(filed_outbox_id__isnull=True).exclude(CLOSED).order_by("id")
    return sum(_claimed(pk, say_filed) for pk in waiting.values_list("pk", flat=True)[: _room(filed)])


def _room(filed: QuerySet[Appeal]) -> int:
    return max(0, MOST_LOGGED - filed.filter(filed_outbox_id__isnull=False).count())


def is_known_or_has_room(row: Appeal) -> bool:
    """Whether the log has it, or takes one more of its restriction and day."""
    day = row.filed_at.astimezone(UTC).date()
    same = Appeal.objects.filter(restriction_id=row.restriction_id, filed_at__date=day)
    return row.filed_outbox_id is not None or _room(same) > 0


def _claimed(appeal_id: UUID, say: Callable[[Appeal], bool]) -> int:
    with transaction.atomic():
        row = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal_id)
        return int(say(row))


# ---------------------------------------------------------------- in the caller's transaction, which holds it


def say_filed(row: Appeal) -> bool:
    """That it was filed, unless the log has it. Whether it was news."""
    if row.filed_outbox_id is not None:
        return False
    entry = {"day": row.filed_at.date(), "appeal": row.pk.hex, "restriction": row.restriction_id.hex}
    row.filed_outbox_id = ledger.append(AppealFiled.model_validate(entry))
    row.save(update_fields=["filed_outbox_id"])
    return True


def say_decided(row: Appeal) -> bool:
    """How it was decided, unless the log has it, and before that what was. Whether it was news."""
    if row.decided_at is None or row.decided_outbox_id is not None:
        return False
    say_filed(row)
    entry = {
        "day": row.decided_at.date(),
        "appeal": row.pk.hex,
        "restriction": row.restriction_id.hex,
        "outcome": row.outcome,
    }
    row.decided_outbox_id = ledger.append(AppealDecided.model_validate(entry))
    row.save(update_fields=["decided_outbox_id"])
    return True

"""How an appeal ends in its row: decided by somebody, or closed because what it is about was withdrawn."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from bailiwick.accounts.actions.audit import audit
from bailiwick.orders.models import Appeal, Exemption, Outcome, Restriction

from .appeal_log import is_known_or_has_room, say_decided

_AT_A_TIME: Final = 500
CLOSED: Final = "appeal.closed"
"""In the audit trail: not an act of its own, but what follows from a withdrawal."""
AT_ONCE: Final = frozenset({Outcome.WITHDRAWN, Outcome.CORRECTED})
"""What the log says in the same moment, since the restriction's own entry does. That one person was let back
or not waits until the day is over."""


def decided(row: Appeal, outcome: Outcome, answer: str, actor: UUID, now: datetime) -> None:
    """In the caller's transaction, which holds the row: answered, by somebody who took no part."""
    _end(row, outcome, answer, actor, now)
    if outcome in AT_ONCE:
        say_decided(row)


def close_all(restriction_id: UUID, actor: UUID, now: datetime) -> None:
    """In the transaction of a withdrawal: whoever else objects gets all there is to get, without an answer of
    their own. That needs nobody who took no part. Of a flood the log says no more than on any other day."""
    rows = Appeal.objects.select_for_update(of=("self",))
    for row in rows.filter(restriction_id=restriction_id, decided_at__isnull=True).order_by("pk"):
        _end(row, Outcome.WITHDRAWN, "", actor, now)
        if is_known_or_has_room(row):
            say_decided(row)
        audit(actor, CLOSED, f"appeal:{row.pk}", now)


def _end(row: Appeal, outcome: Outcome, answer: str, actor: UUID, now: datetime) -> None:
    """Nothing leads to its author any more."""
    row.outcome, row.answer = outcome, answer
    row.decided_at, row.decided_by_id = now, actor
    row.account = row.invitation = None
    row.device_digest = row.evidence = ""
    row.save()


def forget_texts(now: datetime) -> int:
    """Empty what people wrote in appeals that were decided long ago, as letters are deleted; how many. Any
    process may run it."""
    old = Appeal.objects.filter(decided_at__lte=_long_ago(now)).exclude(text="")
    ids = list(old.values_list("pk", flat=True)[:_AT_A_TIME])
    return Appeal.objects.filter(pk__in=ids).update(text="") if ids else 0


def forget_exemptions(now: datetime) -> int:
    """Delete exemptions from what ended long ago, and so did whatever renewed it; how many. Any process may
    run it."""
    before = _long_ago(now)
    rows = Exemption.objects.filter(restriction__expires_at__lte=before)
    old = {pk for pk in rows.values_list("restriction_id", flat=True).distinct() if _is_over(pk, before)}
    return Exemption.objects.filter(restriction_id__in=old).delete()[0] if old else 0


def _long_ago(now: datetime) -> datetime:
    return now - timedelta(days=settings.ENV["ORIGINALS_DAYS"])


def _is_over(restriction_id: UUID, before: datetime) -> bool:
    """Whether all that renewed it ended by then, step by step."""
    chain = {restriction_id}
    while more := set(Restriction.objects.filter(renews_id__in=chain).values_list("pk", flat=True)) - chain:
        chain |= more
    return not Restriction.objects.filter(pk__in=chain, expires_at__gt=before).exists()

"""What the gate writes: proofs as they come, and how often a restriction took effect."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from bailiwick.meetings.actions.change import changed
from bailiwick.orders.models import Restriction


def record_proof(restriction_id: UUID, proof: bytes, before: bytes | None) -> bool:
    """Keep a proof in the place of `before`, and have the meeting decided again. False: another process was
    first."""
    rows = Restriction.objects.filter(id=restriction_id)
    same = rows.filter(Q(proof__isnull=True) if before is None else Q(proof=before))
    with transaction.atomic():
        if same.update(proof=proof) != 1:
            return False
        for meeting_id in rows.filter(meeting__isnull=False).values_list("meeting_id", flat=True):
            if meeting_id is not None:
                changed(meeting_id)
    return True


def hold(restriction_ids: Iterable[str]) -> None:
    """Lock their rows until the caller's transaction ends, before the meeting's is touched: whoever withdraws
    one takes them in this order, too, and both would wait for each other."""
    if connection.features.has_select_for_update:  # SQLite has one writer
        rows = Restriction.objects.select_for_update(no_key=True)
        rows = rows.filter(id__in=[UUID(each) for each in restriction_ids])
        list(rows.order_by("id").values_list("id"))


def count_effects(restriction_ids: Iterable[str], times: int) -> None:
    """Restrictions kept somebody out so many times. In the transaction that keeps them out, and with it, of
    the first time, that the meeting's host is to be mailed: whatever dies afterwards, it is (P4)."""
    rows = Restriction.objects.filter(id__in=[UUID(each) for each in restriction_ids])
    rows.filter(effects=0, meeting__isnull=False).update(host_mail_due=timezone.now())
    rows.update(effects=F("effects") + times)


def forget_effects(since: datetime, before: datetime) -> None:
    """Forget how often restrictions that ended in `[since, before)`, which is over, kept somebody out. In the
    transaction that publishes the report on it: the band is told, and nobody needs the number any more."""
    rows = Restriction.objects.filter(expires_at__gte=since, expires_at__lt=before)
    rows.exclude(effects=0).update(effects=0)

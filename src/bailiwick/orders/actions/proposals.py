"""What goes with a proposal that comes to nothing, and with a restriction whose time is long over: what could
show which meeting was meant."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from bailiwick.ledger import actions as ledger
from bailiwick.orders.models import Restriction

_AT_A_TIME: Final = 50


def drop(rows: Iterable[Restriction]) -> None:
    """In the caller's transaction: proposals that were never approved, with the salts of what they would have
    meant and the decisions that nobody made."""
    for row in rows:
        ledger.erase(row.target)
        row.delete()
        if not Restriction.objects.filter(document=row.document).exists():
            ledger.remove_document(row.document)


def forget_targets(now: datetime) -> int:
    """Erase what shows which meeting was restricted: at once where its host deleted it, else some time after
    the restriction's end; how many. Any process may run it."""
    before = now - timedelta(days=settings.ENV["ORIGINALS_DAYS"])
    over = Q(meeting__isnull=True) | Q(expires_at__lte=before)
    rows = Restriction.objects.filter(over, outbox_id__isnull=False, target_erased_at__isnull=True)
    return sum(_forget(row, now) for row in rows.only("target")[:_AT_A_TIME])


def _forget(row: Restriction, now: datetime) -> int:
    with transaction.atomic():
        ledger.erase(row.target)
        waiting = Restriction.objects.filter(pk=row.pk, target_erased_at__isnull=True)
        return waiting.update(target_erased_at=now)

"""What the half-yearly report asks of private rows: what the log does not have, and nothing else."""

from datetime import date, datetime

from django.db.models import Sum

from .models import Channel, Demand, Restriction


def effects_by_state(since: datetime, before: datetime) -> dict[str, int]:
    """How often restrictions that ended by their own clock in `[since, before)` kept somebody out, by state.

    Not how many people: nobody is counted, so somebody who tries twice counts twice. To be told in bands only
    (P9): an exact number beside a day tells an authority that somebody was there.
    """
    rows = Restriction.objects.filter(outbox_id__isnull=False, expires_at__gte=since, expires_at__lt=before)
    sums = rows.order_by().values("state").annotate(times=Sum("effects")).values_list("state", "times")
    return {state: times or 0 for state, times in sums}


def informed_on(since: datetime, before: datetime) -> dict[str, date]:
    """When authorities were told that their demands arrived, by demand, of those that arrived in `[since,
    before)`."""
    rows = Demand.objects.filter(
        received_on__gte=since.date(), received_on__lt=before.date(), informed_on__isnull=False
    )
    return {pk.hex: day for pk, day in rows.values_list("pk", "informed_on") if day is not None}


def unofficial(since: datetime, before: datetime) -> frozenset[str]:
    """Demands recorded in `[since, before)` that were spoken, or came by no official channel."""
    rows = Demand.objects.filter(received_at__gte=since, received_at__lt=before)
    rows = rows.exclude(channel=Channel.OFFICIAL)
    return frozenset(pk.hex for pk in rows.values_list("pk", flat=True))

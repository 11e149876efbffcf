"""How many mails to people they invite an account may send in a day: anybody may have an account on a server
that is open, and what is mailed are words of theirs to addresses of their choice."""

from datetime import UTC, date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from bailiwick.notices.actions import raise_alarm

from .models import Mailed


def take(account_id: UUID, wanted: int, now: datetime) -> int:
    """How many of `wanted` mails the account may send now; they count from here on. Fewer is an alarm."""
    with transaction.atomic():
        row, _ = Mailed.objects.select_for_update().get_or_create(
            account_id=account_id, defaults={"day": _day(now)}
        )
        if row.day != _day(now):
            row.day, row.count = _day(now), 0
        most: int = settings.ENV["INVITATIONS_A_DAY"]
        granted = max(0, min(wanted, most - row.count))
        row.count += granted
        row.save(update_fields=["day", "count"])
        if granted < wanted:
            raise_alarm("invitations_limit", f"account:{account_id}", now)
    return granted


def give_back(account_id: UUID, unsent: int, now: datetime) -> None:
    """The mail server did not take them."""
    rows = Mailed.objects.filter(account_id=account_id, day=_day(now), count__gte=unsent)
    rows.update(count=F("count") - unsent)


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()

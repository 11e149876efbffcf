"""That a half-yearly report is due: nothing publishes it by itself, so somebody is reminded, once."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bailiwick.ledger import queries as ledger
from bailiwick.ledger.entries import DemandsSwitched, ReportPublished
from bailiwick.notices.actions import raise_alarm
from bailiwick.notices.queries import was_raised
from bailiwick.orders.models import Demand
from bailiwick.orders.permissions import demands_taken

GRACE: Final = timedelta(days=31)
"""So long after a half year its report may take."""
CODE: Final = "report_due"


def alarm_report_due(now: datetime) -> bool:
    """An alarm if the report on the last half year that is over is not out a month later: once, on a server
    that takes demands or received one then. Whether it was raised. Any process may run it."""
    first, end = _last_half(now)
    subject = f"period:{first.year}-H{1 if first.month == 1 else 2}"
    if now < _midnight(end) + GRACE or was_raised(CODE, subject) or not _has_to_report(first, end):
        return False
    raise_alarm(CODE, subject, now)
    return True


def _last_half(now: datetime) -> tuple[date, date]:
    """The first day of the half year before this one, and the first day after it."""
    today = now.astimezone(UTC).date()
    if today.month < 7:
        return date(today.year - 1, 7, 1), date(today.year, 1, 1)
    return date(today.year, 1, 1), date(today.year, 7, 1)


def _has_to_report(first: date, end: date) -> bool:
    received = Demand.objects.filter(received_on__gte=first, received_on__lt=end)
    if not (demands_taken() or received.exists()) or _is_out(first):
        return False
    begun = next((entry for _, entry in ledger.entries_of("demands.switched")), None)
    return isinstance(begun, DemandsSwitched) and begun.at < _midnight(end)


def _is_out(first: date) -> bool:
    """Whether its report was published, sequenced or not."""
    known = [entry for _, entry in ledger.entries_of("report.published")]
    last = ledger.latest("report.published")
    return any(isinstance(each, ReportPublished) and each.first == first for each in (*known, last))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

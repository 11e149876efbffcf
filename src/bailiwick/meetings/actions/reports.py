"""Reports of abuse: made inside a meeting, read by its host and the staff, emptied once dealt with."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from bailiwick.accounts.actions.audit import audit
from bailiwick.accounts.names import clean_text
from bailiwick.accounts.queries import require
from bailiwick.accounts.roles import Role
from bailiwick.meetings.errors import NoSuchReport
from bailiwick.meetings.models import Abuse, Handling, Meeting, Presence, Report

__all__ = [
    "Abuse",
    "Handling",
    "file",
    "handle",
    "of_meeting",
    "open_report_count",
    "open_reports",
]

KEPT: Final = timedelta(days=183)
MOST_OPEN: Final = 20
"""About one presence: more say nothing new, and would only fill the table."""
HANDLING: Final = (Role.INTAKE, Role.REVIEWER)


def file(target: Presence, about: Abuse, words: str, now: datetime) -> None:
    """Keep a report about somebody inside, in the caller's transaction; the host is told that there is one,
    unless it is about whoever runs the meeting."""
    _forget_old(now)
    runs_meeting = target.role in {"host", "co_host"}
    if Report.objects.filter(presence_ref=target.pk, handled_at__isnull=True).count() >= MOST_OPEN:
        return
    Report.objects.create(
        meeting_ref=target.meeting_id,
        presence_ref=target.pk,
        account_id=target.account_id,
        runs_meeting=runs_meeting,
        label=target.display_name,
        about=about,
        words=clean_text(words).strip(),
        at=now,
    )
    if not runs_meeting:
        Meeting.objects.filter(pk=target.meeting_id).update(
            reported_count=F("reported_count") + 1, roster_revision=F("roster_revision") + 1
        )


def _forget_old(now: datetime) -> None:
    """What nobody dealt with in half a year is not kept for another."""
    old = Report.objects.filter(handled_at__isnull=True, at__lt=now - KEPT)
    old.update(handled_at=now, handling=Handling.NO_ACTION, words="", label="", account=None)


def handle(actor: UUID, report_id: int, handling: Handling, now: datetime) -> None:
    """The staff dealt with it: what could point to a person is deleted now.

    Raises:
        RoleNeeded; NoSuchReport: it is dealt with already.
    """
    require(actor, *HANDLING)
    with transaction.atomic():
        changed = Report.objects.filter(pk=report_id, handled_at__isnull=True).update(
            handled_at=now, handling=handling, words="", label="", account=None
        )
        if changed != 1:
            raise NoSuchReport
        audit(actor, f"report.{handling}", f"report:{report_id}", now)


def open_reports(start: int = 0, count: int = 50) -> Sequence[Report]:
    """For the staff, newest first (one query)."""
    rows = Report.objects.filter(handled_at__isnull=True).select_related("account")
    return list(rows[start : start + count])


def open_report_count() -> int:
    """One query."""
    return Report.objects.filter(handled_at__isnull=True).count()


def of_meeting(meeting_id: UUID) -> Sequence[Report]:
    """For the host and co-hosts: what the staff has not dealt with, and not about those who run the meeting
    (one query)."""
    rows = Report.objects.filter(meeting_ref=meeting_id, runs_meeting=False, handled_at__isnull=True)
    return list(rows[:50])

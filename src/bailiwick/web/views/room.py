"""`GET /m/<slug>`: the shell the room's client is drawn in, from before the door on."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bailiwick.accounts.device import device_of, remember_device
from bailiwick.accounts.queries import Account
from bailiwick.meetings import queries
from bailiwick.meetings.access import fields_of, rules_of
from bailiwick.meetings.actions.schedule import reopen_if_due
from bailiwick.meetings.queries import Meeting
from bailiwick.web.errors import page


@never_cache
@require_safe
def room(request: HttpRequest, slug: str) -> HttpResponse:
    """The room's page; 404 for an unknown link, 410 once the host has ended the meeting."""
    now = timezone.now()
    meeting = queries.by_slug(slug)
    if meeting.ended_at is not None:
        if not reopen_if_due(slug, now):
            return _ended(request, meeting)
        meeting.ended_at = None
    response = render(request, "web/room.html", {"meeting": meeting, "boot": _boot(request, meeting, now)})
    remember_device(response, device_of(request))
    return response


def _ended(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Who runs it sees what they can do; everybody else that it is over."""
    if not isinstance(request.user, Account) or not queries.runs(meeting, request.user.pk):
        return page(request, "ended")
    context = {"meeting": meeting, "is_host": request.user.pk == meeting.host_id}
    return render(request, "web/ended.html", context, status=410)


def _boot(request: HttpRequest, meeting: Meeting, now: datetime) -> dict[str, Any]:
    rule = rules_of(meeting)
    account = request.user if isinstance(request.user, Account) else None
    times = queries.next_times(meeting, now, 1)
    return {
        "slug": meeting.slug,
        "title": meeting.title,
        "siteName": settings.SITE_NAME,
        "status": "not_started" if times and times[0] > now else "open",
        "startsAt": times[0].isoformat() if times else None,
        "rule": fields_of(rule) if rule else None,
        "serverRule": queries.in_force() is not None,
        "waitingRoom": meeting.waiting_room,
        "account": {"name": account.display_name} if account else None,
        "runs": account is not None and queries.runs(meeting, account.pk),
        "csrf": get_token(request),
        "language": translation.get_language() or "en",
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
    }

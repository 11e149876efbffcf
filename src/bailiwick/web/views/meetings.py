"""A host's meetings: list, make, look at, change, open again, delete, calendar file."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick.meetings import calendar, links, queries
from bailiwick.meetings.actions import reports, schedule
from bailiwick.meetings.authority import Act
from bailiwick.meetings.errors import InvalidField
from bailiwick.meetings.invitations import tell
from bailiwick.web.forms import add_error
from bailiwick.web.forms.meeting import MeetingForm, initial

from .account import account_id, owner
from .people import say_unsent


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All of the account's meetings."""
    listed = queries.of_account(account_id(request), timezone.now())
    context = {"coming": [m for m in listed if not m.is_over], "past": [m for m in listed if m.is_over]}
    return render(request, "web/meetings/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a meeting."""
    first = {"timing": "open", "time_zone": owner(request).time_zone, "finish": "never"}
    form = MeetingForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = schedule.create(account_id(request), form.meeting_fields())
        except InvalidField as error:
            add_error(form, error)
        else:
            return redirect("meeting", slug=meeting.slug)
    context = {"form": form, "guess_zone": owner(request).time_zone == "UTC"}
    return render(request, "web/meetings/new.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """One meeting: when, the link, the rule, and ways on."""
    permitted = queries.for_act(slug, account_id(request), Act.VIEW)
    meeting = permitted.meeting
    context = {
        "permitted": permitted,
        "meeting": meeting,
        "times": queries.next_times(meeting, timezone.now()),
        "link": links.public(settings.PUBLIC_URL, meeting),
        "reports": reports.of_meeting(meeting.pk),
    }
    return render(request, "web/meetings/overview.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a meeting; tell the invited if its time changed and the host wants to."""
    permitted = queries.for_act(slug, account_id(request), Act.EDIT)
    form = MeetingForm(request.POST or None, initial=initial(permitted.meeting))
    if request.method == "POST" and form.is_valid():
        try:
            changed = schedule.edit(slug, account_id(request), form.meeting_fields())
        except InvalidField as error:
            add_error(form, error)
        else:
            messages.success(request, _("Saved."))
            if "tell" in request.POST:
                done = tell(permitted.meeting, changed, timezone.now(), by=account_id(request))
                say_unsent(request, done)
            return redirect("meeting", slug=slug)
    context = {"form": form, "permitted": permitted, "meeting": permitted.meeting}
    return render(request, "web/meetings/edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def reopen(request: HttpRequest, slug: str) -> HttpResponse:
    """Open an ended meeting."""
    schedule.reopen(slug, account_id(request))
    messages.success(request, _("The meeting is open again."))
    return redirect("meeting", slug=slug)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete a meeting, after asking."""
    permitted = queries.for_act(slug, account_id(request), Act.DELETE)
    if request.method == "POST":
        schedule.delete(slug, account_id(request), timezone.now())
        messages.success(request, _("“%s” is deleted.") % permitted.meeting.title)
        return redirect("meetings")
    return render(request, "web/meetings/delete.html", {"permitted": permitted, "meeting": permitted.meeting})


@login_required
@require_GET
def calendar_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The meeting for the host's own calendar, with the link for guests."""
    meeting = queries.for_act(slug, account_id(request), Act.VIEW).meeting
    if meeting.starts_at is None:
        return redirect("meeting", slug=slug)
    link = links.public(settings.PUBLIC_URL, meeting)
    text = calendar.render(meeting, public_url=settings.PUBLIC_URL, link=link, now=timezone.now())
    name = f'attachment; filename="{meeting.slug}.ics"'
    return HttpResponse(text, content_type="text/calendar", headers={"Content-Disposition": name})

"""What participants reported."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member, act, page
from bailiwick.desk.forms import Numbered
from bailiwick.desk.frame import show
from bailiwick.desk.paging import paged
from bailiwick.meetings.actions import reports
from bailiwick.meetings.errors import NoSuchReport

SECTION = "desk_abuse"


class _HandlingForm(Numbered):
    handling = forms.ChoiceField(choices=[(each.value, each.value) for each in reports.Handling])


@page(Role.INTAKE, Role.REVIEWER)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """What is open, newest first."""
    listed = paged(request, reports.open_reports)
    context = {"reports": listed.rows, "listed": listed}
    return show(request, member, "desk/abuse.html", SECTION, context)


@act(Role.INTAKE, Role.REVIEWER)
def handle(request: HttpRequest, member: Member) -> HttpResponse:
    """It is dealt with."""
    form = _HandlingForm(request.POST)
    if not form.is_valid():
        raise NoSuchReport
    handling = reports.Handling(form.cleaned_data["handling"])
    reports.handle(member.id, form.cleaned_data["id"], handling, timezone.now())
    messages.success(request, _("Dealt with. Name and words are deleted."))
    return redirect(SECTION)

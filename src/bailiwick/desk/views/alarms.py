"""Alarms: seen, assigned, acknowledged."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.accounts import queries as accounts
from bailiwick.accounts.actions import alarms as actions
from bailiwick.accounts.errors import NoSuchAlarm
from bailiwick.desk.access import EVERYBODY, OPERATING, Member, act, page
from bailiwick.desk.forms import AssignForm
from bailiwick.desk.frame import show
from bailiwick.desk.paging import paged
from bailiwick.desk.subjects import page_of
from bailiwick.notices.queries import open_alarms, past_alarms

from .numbered import number

SECTION = "desk_alarms"


@page(*EVERYBODY)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """What needs looking at, and what was looked at."""
    found = [(each, page_of(each.alarm.subject, member)) for each in open_alarms()]
    listed = paged(request, past_alarms)
    past = [(each, page_of(each.alarm.subject, member)) for each in listed.rows]
    context = {"open": found, "listed": listed, "past": past, "staff": accounts.staff()}
    return show(request, member, "desk/alarms.html", SECTION, context)


@act(*OPERATING)
def see(request: HttpRequest, member: Member) -> HttpResponse:
    """Somebody says that they have seen it."""
    actions.see(member.id, number(request), timezone.now())
    return redirect(SECTION)


@act(*OPERATING)
def assign(request: HttpRequest, member: Member) -> HttpResponse:
    """Somebody is to deal with it."""
    form = AssignForm(request.POST)
    if not form.is_valid():
        raise NoSuchAlarm
    actions.assign(member.id, form.cleaned_data["id"], form.cleaned_data["to"], timezone.now())
    messages.success(request, _("Assigned."))
    return redirect(SECTION)


@act(*OPERATING)
def acknowledge(request: HttpRequest, member: Member) -> HttpResponse:
    """It is dealt with."""
    actions.acknowledge(member.id, number(request), timezone.now())
    messages.success(request, _("Acknowledged. If it happens again, it is a new alarm."))
    return redirect(SECTION)

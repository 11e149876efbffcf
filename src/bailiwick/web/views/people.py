"""The page of a meeting's co-hosts, invitations and blocks. Each form posts to an address of its own."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from bailiwick.meetings import links, queries
from bailiwick.meetings.actions import people as actions
from bailiwick.meetings.authority import Act
from bailiwick.meetings.errors import MeetingError
from bailiwick.meetings.invitations import Sent, send
from bailiwick.web.forms import add_error
from bailiwick.web.forms.meeting import ChosenMeeting as Chosen
from bailiwick.web.forms.people import CoHostForm, InvitationForm
from bailiwick.web.tries import take_naming

from .account import account_id


@login_required
@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Who helps, who is invited, who is kept out."""
    return _page(request, slug, CoHostForm(), InvitationForm())


def _page(request: HttpRequest, slug: str, co_host: forms.Form, invitation: forms.Form) -> HttpResponse:
    permitted = queries.for_act(slug, account_id(request), Act.INVITE)
    meeting = permitted.meeting
    invited = [(row, links.personal(settings.PUBLIC_URL, row)) for row in queries.invitations(meeting)]
    context = {
        "permitted": permitted,
        "meeting": meeting,
        "co_hosts": queries.co_hosts(meeting),
        "invited": invited,
        "blocks": queries.blocks(meeting, timezone.now()),
        "co_host_form": co_host,
        "invitation_form": invitation,
    }
    wrong = bool(co_host.errors or invitation.errors)
    return render(request, "web/meetings/people.html", context, status=422 if wrong else 200)


@login_required
@require_POST
def add_co_host(request: HttpRequest, slug: str) -> HttpResponse:
    """Add one."""
    form = CoHostForm(request.POST)
    if form.is_valid():
        take_naming(request, account_id(request))
        try:
            actions.add_co_host(slug, account_id(request), form.cleaned_data["email"])
        except MeetingError as error:
            if error.field is None:
                raise
            add_error(form, error)
        else:
            return redirect("people", slug=slug)
    return _page(request, slug, form, InvitationForm())


@login_required
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite people and mail them."""
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            rows = actions.invite(
                slug,
                account_id(request),
                form.addresses(),
                exempt=form.cleaned_data["exempt"],
                now=timezone.now(),
            )
        except MeetingError as error:
            if error.field is None:
                raise
            add_error(form, error)
        else:
            _mail(request, slug, [row.pk for row in rows])
            return redirect("people", slug=slug)
    return _page(request, slug, CoHostForm(), form)


def _mail(request: HttpRequest, slug: str, invitation_ids: list[UUID]) -> None:
    meeting = queries.for_act(slug, account_id(request), Act.INVITE).meeting
    done = send(meeting, invitation_ids, timezone.now(), by=account_id(request))
    if done.sent:
        text = ngettext("%d invitation is on its way.", "%d invitations are on their way.", done.sent)
        messages.success(request, text % done.sent)
    say_unsent(request, done)


def say_unsent(request: HttpRequest, done: Sent) -> None:
    """What was not mailed, why, and what can be done."""
    if done.failed:
        text = ngettext("%d mail could not be sent.", "%d mails could not be sent.", done.failed)
        advice = _("You can send it again, or copy the personal link.")
        messages.warning(request, f"{text % done.failed} {advice}")
    if done.held:
        text = ngettext("%d mail is not sent.", "%d mails are not sent.", done.held)
        advice = _("You have sent as many as an account may in a day. Try again tomorrow, or copy the links.")
        messages.warning(request, f"{text % done.held} {advice}")
    if done.recent:
        text = ngettext("%d person is not mailed again.", "%d people are not mailed again.", done.recent)
        advice = _("They were sent this invitation less than an hour ago.")
        messages.warning(request, f"{text % done.recent} {advice}")


def _on_one(
    act: Callable[[HttpRequest, str, UUID], None],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """A view for a button beside one row of a list."""

    @login_required
    @require_POST
    def view(request: HttpRequest, slug: str) -> HttpResponse:
        form = Chosen(request.POST)
        if form.is_valid():
            act(request, slug, form.chosen())
        return redirect("people", slug=slug)

    return view


@login_required
@require_POST
def remove_co_host(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the role away; one's own too, and then there is nothing more to see here."""
    form = Chosen(request.POST)
    if not form.is_valid():
        return redirect("people", slug=slug)
    if actions.remove_co_host(slug, account_id(request), form.chosen()):
        messages.success(request, _("You are no longer a co-host of this meeting."))
        return redirect("meetings")
    return redirect("people", slug=slug)


@_on_one
def send_again(request: HttpRequest, slug: str, chosen: UUID) -> None:
    """Mail an invitation once more."""
    queries.for_act(slug, account_id(request), Act.INVITE)
    _mail(request, slug, [chosen])


@_on_one
def set_exempt(request: HttpRequest, slug: str, chosen: UUID) -> None:
    """Whether the rule applies to somebody invited."""
    exempt = request.POST.get("exempt") == "yes"
    actions.set_exempt(slug, account_id(request), chosen, exempt=exempt)


@_on_one
def revoke(request: HttpRequest, slug: str, chosen: UUID) -> None:
    """Make a personal link useless."""
    actions.revoke(slug, account_id(request), chosen, timezone.now())
    messages.success(request, _("The personal link no longer works."))


@_on_one
def lift_block(request: HttpRequest, slug: str, chosen: UUID) -> None:
    """Let somebody come back."""
    actions.lift_block(slug, account_id(request), chosen)
    messages.success(request, _("They can come back now."))

"""Authorities: proposed by one person, approved by another. Nobody types in a territory."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.actions import authorities as actions
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand
from bailiwick.orders.permissions import Act
from bailiwick.orders.reach import reach_of

from . import words
from .forms import AuthorityForm, add_error
from .guard import HANDLING, SECTION, may, page, transition


@dataclass(frozen=True, slots=True)
class Shown:
    """An authority, and how far its word counts today."""

    row: queries.Authority
    kind: str
    reach: str


@page(*HANDLING)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """All there are, proposed ones first."""
    return _show(request, member, AuthorityForm())


def _show(request: HttpRequest, member: Member, form: AuthorityForm) -> HttpResponse:
    now = timezone.now()
    rows = [_shown(row, now) for row in queries.authorities()]
    context = {
        "form": form,
        "proposed": [each for each in rows if each.row.approved_at is None],
        "approved": [each for each in rows if each.row.approved_at is not None],
        "may_propose": may(member, Act.PROPOSE_AUTHORITY),
        "may_approve": may(member, Act.APPROVE_AUTHORITY),
    }
    status = 422 if form.errors else 200
    return show(request, member, "desk/demands/authorities.html", SECTION, context, status)


def _shown(row: queries.Authority, now: datetime) -> Shown:
    reach = reach_of(row.state, row.kind, now.date(), now.date())
    return Shown(row, dict(words.kinds()).get(row.kind, row.kind), words.places(reach))


@transition(Act.PROPOSE_AUTHORITY)
def propose(request: HttpRequest, member: Member) -> HttpResponse:
    """Without effect until somebody else approves it."""
    form = AuthorityForm(request.POST)
    if form.is_valid():
        try:
            actions.propose(member.id, now=timezone.now(), **form.cleaned_data)
        except InvalidOrder as error:
            add_error(form, error)
        else:
            messages.success(request, _("Proposed. Somebody else must approve it."))
            return redirect("desk_authorities")
    return _show(request, member, form)


@transition(Act.APPROVE_AUTHORITY)
def approve(request: HttpRequest, member: Member) -> HttpResponse:
    """From now on its demands can be reviewed; an entry in the log says so."""
    try:
        which = UUID(request.POST.get("id", ""))
    except ValueError:
        raise NoSuchDemand from None
    actions.approve(member.id, which, timezone.now())
    messages.success(request, _("Approved and published."))
    return redirect("desk_authorities")

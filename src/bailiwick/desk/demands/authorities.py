"""Authorities: proposed by one person, approved by another; so are their changes and ends. Nobody types in a
territory."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
from bailiwick.orders.desk_queries import Authority, AuthorityChange, ChangeKind
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand
from bailiwick.orders.permissions import Act
from bailiwick.orders.reach import reach_of

from . import words
from .forms import AuthorityChangeForm, AuthorityEndForm, AuthorityForm, add_error
from .guard import HANDLING, SECTION, may, page, transition


@dataclass(frozen=True, slots=True)
class Shown:
    """An authority, how far its word counts today, and what is proposed of it."""

    row: Authority
    kind: str
    reach: str
    proposed: AuthorityChange | None


@page(*HANDLING)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """All there are, proposed ones first."""
    return _list(request, member, AuthorityForm())


def _list(request: HttpRequest, member: Member, form: AuthorityForm) -> HttpResponse:
    now = timezone.now()
    rows = [_shown(row, now) for row in queries.authorities()]
    added = [each for each in rows if each.row.approved_at is not None]
    context = {
        "form": form,
        "proposed": [each for each in rows if each.row.approved_at is None],
        "approved": [each for each in added if each.row.ended_at is None],
        "ended": [each for each in added if each.row.ended_at is not None],
        "may_propose": may(member, Act.PROPOSE_AUTHORITY),
        "may_approve": may(member, Act.APPROVE_AUTHORITY),
        "may_discard": may(member, Act.DISCARD_AUTHORITY),
    }
    status = 422 if form.errors else 200
    return show(request, member, "desk/demands/authorities.html", SECTION, context, status)


def _shown(row: Authority, now: datetime) -> Shown:
    reach = reach_of(row.state, row.kind, now.date(), now.date())
    waiting = next((each for each in row.changes.all() if each.approved_at is None), None)
    return Shown(row, dict(words.kinds()).get(row.kind, row.kind), words.places(reach), waiting)


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
    return _list(request, member, form)


@transition(Act.APPROVE_AUTHORITY)
def approve(request: HttpRequest, member: Member) -> HttpResponse:
    """From now on its demands can be reviewed; an entry in the log says so."""
    actions.approve(member.id, _which(request), timezone.now())
    messages.success(request, _("Approved and published."))
    return redirect("desk_authorities")


@transition(Act.DISCARD_AUTHORITY)
def discard(request: HttpRequest, member: Member) -> HttpResponse:
    """Drop a proposed one."""
    actions.discard(member.id, _which(request), timezone.now())
    messages.success(request, _("Discarded."))
    return redirect("desk_authorities")


def _which(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        raise NoSuchDemand from None


# ---------------------------------------------------------------- one that was added


@page(*HANDLING)
def shown(request: HttpRequest, member: Member, authority_id: UUID) -> HttpResponse:
    """What it is, what was changed, and what can be proposed of it."""
    return _show(request, member, queries.authority(authority_id))


def _show(
    request: HttpRequest, member: Member, row: Authority, form: AuthorityChangeForm | None = None,
    end_form: AuthorityEndForm | None = None,
) -> HttpResponse:  # fmt: skip
    about = _shown(row, timezone.now())
    is_open = row.ended_at is None and about.proposed is None
    context: dict[str, Any] = {
        "each": about,
        "proposed": about.proposed,
        "ends": about.proposed is not None and about.proposed.what == ChangeKind.END,
        "past": [_told(change) for change in row.changes.all() if change.approved_at is not None],
        "reason": dict(words.ENDED).get(about.proposed.reason, "") if about.proposed else "",
        "form": form or AuthorityChangeForm(initial={"name": row.name, "channels": row.channels}),
        "end_form": end_form or AuthorityEndForm(),
        "may_change": is_open and may(member, Act.CHANGE_AUTHORITY),
        "may_end": is_open and may(member, Act.END_AUTHORITY),
        "may_approve": may(member, Act.APPROVE_AUTHORITY_CHANGE),
        "may_discard": may(member, Act.DISCARD_AUTHORITY_CHANGE),
        "history": words.history(queries.history([f"authority:{row.pk}"])),
    }
    status = 422 if form or end_form else 200
    return show(request, member, "desk/demands/authority.html", SECTION, context, status)


def _told(row: AuthorityChange) -> tuple[AuthorityChange, Any]:
    """A change that was approved, and of an end why."""
    return row, dict(words.ENDED).get(row.reason, "")


@transition(Act.CHANGE_AUTHORITY)
def change(request: HttpRequest, member: Member, authority_id: UUID) -> HttpResponse:
    """Another name, or other channels; without effect until somebody else approves."""
    row, form = queries.authority(authority_id), AuthorityChangeForm(request.POST)
    if form.is_valid():
        try:
            actions.change(member.id, row.pk, now=timezone.now(), **form.cleaned_data)
        except InvalidOrder as error:
            add_error(form, error)
        else:
            messages.success(request, _("Proposed. Somebody else must approve it."))
            return redirect("desk_authority", row.pk)
    return _show(request, member, row, form)


@transition(Act.END_AUTHORITY)
def end(request: HttpRequest, member: Member, authority_id: UUID) -> HttpResponse:
    """No more of its demands, once somebody else approves."""
    row, form = queries.authority(authority_id), AuthorityEndForm(request.POST)
    if not form.is_valid():
        return _show(request, member, row, end_form=form)
    actions.end(member.id, row.pk, form.cleaned_data["reason"], timezone.now())
    messages.success(request, _("Proposed. Somebody else must approve it."))
    return redirect("desk_authority", row.pk)


@transition(Act.APPROVE_AUTHORITY_CHANGE)
def approve_change(request: HttpRequest, member: Member, authority_id: UUID) -> HttpResponse:
    """It holds from now on; an entry in the log says so."""
    actions.approve_change(member.id, authority_id, timezone.now())
    messages.success(request, _("Approved and published."))
    return redirect("desk_authority", authority_id)


@transition(Act.DISCARD_AUTHORITY_CHANGE)
def discard_change(request: HttpRequest, member: Member, authority_id: UUID) -> HttpResponse:
    """Drop what was proposed of it."""
    actions.discard_change(member.id, authority_id, timezone.now())
    messages.success(request, _("Discarded."))
    return redirect("desk_authority", authority_id)

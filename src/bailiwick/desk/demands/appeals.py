"""Appeals: read by appeals and auditors only, decided by somebody who took no part."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.desk.paging import paged
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.actions import appeals as actions
from bailiwick.orders.desk_queries import Appeal
from bailiwick.orders.errors import InvalidOrder, NoSuchRestriction, NotNarrower, TookPart
from bailiwick.orders.permissions import Act

from . import words
from .forms import add_error
from .guard import SAID, SECTION, may, page, transition
from .queue import clock
from .review_forms import RulingForm


@page(Role.APPEALS)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """What is due first stands first."""
    now, listed = timezone.now(), paged(request, queries.decided_appeals)
    context = {
        "open": [(row, clock(row.due_at, now)) for row in queries.open_appeals()],
        "late": queries.late_appeal_count(now),
        "listed": listed,
        "decided": [(row, dict(words.OUTCOMES)[row.outcome]) for row in listed.rows],
    }
    return show(request, member, "desk/demands/appeals.html", SECTION, context)


@page(Role.APPEALS)
def shown(request: HttpRequest, member: Member, appeal_id: UUID) -> HttpResponse:
    """What somebody writes, and a form to decide. Not for whoever took part in the restriction."""
    row = queries.appeal(appeal_id)
    _check_no_part(member, row)
    return _show(request, member, row, RulingForm())


def _check_no_part(member: Member, row: Appeal) -> None:
    if Role.AUDITOR not in member.roles and actions.took_part(member.id, row.restriction):
        raise TookPart


def _show(request: HttpRequest, member: Member, row: Appeal, form: RulingForm) -> HttpResponse:
    context = {
        "row": row,
        "form": form,
        "clock": clock(row.due_at, timezone.now()),
        "restriction": row.restriction,
        "places": words.places(row.restriction.territories),
        "review": queries.review_of(row.restriction.demand_id),
        "outcome": dict(words.OUTCOMES).get(row.outcome, ""),
        "bound": bool(row.account_id or row.invitation_id or row.device_digest),
        "may_decide": row.decided_at is None and may(member, Act.DECIDE_APPEAL),
    }
    status = 422 if form.errors else 200
    return show(request, member, "desk/demands/appeal.html", SECTION, context, status)


@transition(Act.DECIDE_APPEAL)
def decide(request: HttpRequest, member: Member, appeal_id: UUID) -> HttpResponse:
    """Answer it. Whatever it changes holds at once."""
    row = queries.appeal(appeal_id)
    _check_no_part(member, row)
    form = RulingForm(request.POST)
    if form.is_valid():
        try:
            actions.decide(member.id, row.pk, form.ruling(), timezone.now())
        except InvalidOrder as error:
            add_error(form, error)
        except (NotNarrower, NoSuchRestriction) as error:
            form.add_error(None, str(SAID[error.code][1]))
        else:
            messages.success(request, _("Decided. It holds from now on."))
            return redirect("desk_appeals")
    return _show(request, member, row, form)

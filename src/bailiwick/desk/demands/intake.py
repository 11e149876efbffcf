"""Taking a demand in: whatever arrives is recorded and logged, and what it does not say is sent back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.actions import intake as actions
from bailiwick.orders.desk_queries import DemandState
from bailiwick.orders.errors import InvalidOrder
from bailiwick.orders.papers.errors import PaperError
from bailiwick.orders.papers.pictures import fault as renderer_fault
from bailiwick.orders.permissions import MAY, Act

from . import words
from .demand import named
from .forms import add_error, add_paper_error, status_of
from .guard import SECTION, page, transition
from .letter_forms import LetterForm, SupplementForm


@page(*MAY[Act.RECEIVE])
def new(request: HttpRequest, member: Member) -> HttpResponse:
    """The form, and what a demand must say."""
    return _show(request, member, LetterForm(authorities=queries.approved_authorities()))


def _show(request: HttpRequest, member: Member, form: LetterForm) -> HttpResponse:
    context = {
        "form": form,
        "authorities": queries.approved_authorities(),
        "needed": words.NEEDED.values(),
        "can_picture": not renderer_fault(),
    }
    return show(request, member, "desk/demands/intake.html", SECTION, context, status_of(form))


@transition(Act.RECEIVE)
def receive(request: HttpRequest, member: Member) -> HttpResponse:
    """Record it. What asks for secrecy or is not authentic is refused at once."""
    form = LetterForm(request.POST, request.FILES, authorities=queries.approved_authorities())
    if form.is_valid():
        try:
            made = actions.receive(member.id, form.letter(), form.original_bytes(), timezone.now())
        except InvalidOrder as error:
            add_error(form, error)
        except PaperError as error:
            add_paper_error(form, "original" if form.cleaned_data["original"] else "note", error)
        else:
            _say(request, made)
            return redirect("desk_demand", made.pk)
    return _show(request, member, form)


def _say(request: HttpRequest, made: queries.Demand) -> None:
    if made.status == DemandState.REFUSED:
        messages.warning(request, _("Recorded, and refused at once. The public log says so."))
    else:
        messages.success(request, _("Recorded. The public log says that it arrived."))


@transition(Act.EXAMINE)
def supplement(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """Write down what the authority added, or what was recorded wrongly."""
    row = queries.demand(demand_id)
    form = _form(row, request.POST)
    if form.is_valid():
        try:
            actions.supplement(member.id, demand_id, timezone.now(), form.added())
        except InvalidOrder as error:
            add_error(form, error)
        else:
            messages.success(request, _("Written down."))
            return redirect("desk_demand", demand_id)
    return _written(request, member, row, form)


@page(*MAY[Act.EXAMINE])
def added(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """The form for what was missing, or is wrong."""
    row = queries.demand(demand_id)
    return _written(request, member, row, _form(row))


def _form(row: queries.Demand, data: QueryDict | None = None) -> SupplementForm:
    known = [(str(each.row.pk), f"{each.asked}: {each.what}") for each in named(row)]
    return SupplementForm(data, row=row, named=known, authorities=queries.approved_authorities())


def _written(request: HttpRequest, member: Member, row: queries.Demand, form: SupplementForm) -> HttpResponse:
    context = {
        "form": form,
        "row": row,
        "authorities": queries.approved_authorities(),
        "missing": [words.NEEDED[name] for name in actions.missing(row)],
        "can_change": row.status in (DemandState.RECEIVED, DemandState.INCOMPLETE),
    }
    status = 422 if form.errors else 200
    return show(request, member, "desk/demands/supplement.html", SECTION, context, status)


@transition(Act.EXAMINE)
def examine(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """Into review, or back to the authority."""
    try:
        made = actions.examine(member.id, demand_id, timezone.now())
    except InvalidOrder:
        messages.error(request, _("Say first which authority it is: one that two people added here."))
        return redirect("desk_demand_added", demand_id)
    if made.status == DemandState.UNDER_REVIEW:
        messages.success(request, _("It is complete and under review."))
    else:
        messages.warning(request, _("It is incomplete. Write to the authority what is missing."))
    return redirect("desk_demand", demand_id)

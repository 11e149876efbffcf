"""Reviewing: side by side, three answers in writing, then refusing, or proposing what is narrowest."""

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
from bailiwick.orders.actions import granting, intake, originals, refusals
from bailiwick.orders.actions.resuming import any_of
from bailiwick.orders.desk_queries import Answer, Demand, DemandState, Target
from bailiwick.orders.errors import BeyondTerritory, InvalidOrder, NoSuchDemand
from bailiwick.orders.papers.errors import PaperError
from bailiwick.orders.permissions import Act

from . import words
from .comparison import sides
from .demand import is_unexplained, named
from .forms import add_error, add_paper_error, status_of
from .guard import HANDLING, SAID, SECTION, may, page, transition
from .review_forms import PlanForm, RefusalForm, ReviewForm, WhyForm


@page(*HANDLING)
def shown(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """What was asked beside what could be granted."""
    return _show(request, member, queries.demand(demand_id))


def _show(
    request: HttpRequest,
    member: Member,
    row: Demand,
    review: ReviewForm | None = None,
    refusal: RefusalForm | None = None,
    why: WhyForm | None = None,
) -> HttpResponse:
    written = queries.review_of(row.pk)
    restrictions = queries.restrictions_of(row.pk)
    restricted = {each.meeting_id for each in restrictions}
    granted = any(each.outbox_id is not None for each in restrictions)
    under_review = row.status == DemandState.UNDER_REVIEW
    context: dict[str, Any] = {
        "row": row,
        "whose": words.whose(row),
        "sides": sides(row, timezone.now()),
        "named": named(row),
        "written": written,
        "form": review or ReviewForm(initial=_answers(written)),
        "refusal": refusal or RefusalForm(),
        "refused_target": _target_of(refusal),
        "why": why or WhyForm(),
        "may_explain": is_unexplained(row) and may(member, Act.EXPLAIN),
        "restricted": restricted,
        "under_review": under_review,
        "may_review": (under_review or any_of(row, timezone.now())) and may(member, Act.REVIEW),
        "may_refuse": row.status in intake.OPEN and may(member, Act.REFUSE),
        "granted": granted,
        "letter": originals.about(row, timezone.now()),
    }
    sent = review or refusal or why
    status = status_of(sent) if sent else 200
    return show(request, member, "desk/demands/review.html", SECTION, context, status)


def _target_of(refusal: RefusalForm | None) -> int | None:
    """Which of the things named somebody tried to refuse."""
    found: int | None = refusal.cleaned_data.get("target") if refusal else None
    return found


def _answers(written: queries.Review | None) -> dict[str, str]:
    if written is None:
        return {}
    return {name: getattr(written, name) for name in ("legality", "necessity", "proportionality")}


@transition(Act.REVIEW)
def write(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """Keep the answers, and publish the redacted copy."""
    form = ReviewForm(request.POST, request.FILES)
    if form.is_valid():
        now, redacted = timezone.now(), form.redacted_bytes()
        try:
            granting.review(member.id, demand_id, redacted=redacted, now=now, **form.answers())
        except InvalidOrder as error:
            add_error(form, error)
        except PaperError as error:
            field = "redacted_file" if form.cleaned_data["redacted_file"] else "redacted"
            add_paper_error(form, field, error)
        else:
            messages.success(request, _("Kept. Nothing is granted by that."))
            return redirect("desk_review", demand_id)
    return _show(request, member, queries.demand(demand_id), review=form)


@transition(Act.REFUSE)
def refuse(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """Refuse one of the things named, or all of them. One person is enough to say no."""
    form = RefusalForm(request.POST, request.FILES)
    if not (form.is_valid() and _refused(member, demand_id, form)):
        return _show(request, member, queries.demand(demand_id), refusal=form)
    messages.success(request, _("Refused. The public log says so and why, once all of it is answered."))
    goes_on = queries.demand(demand_id).status == DemandState.UNDER_REVIEW
    return redirect("desk_review" if goes_on else "desk_demand", demand_id)


def _refused(member: Member, demand_id: UUID, form: RefusalForm) -> bool:
    """Whether it is done; else the form says why not."""
    reasons, target_id, now = form.cleaned_data["reasons"], form.cleaned_data["target"], timezone.now()
    try:
        if target_id is None:
            intake.refuse(member.id, demand_id, reasons, now, form.why())
        else:
            _of(demand_id, target_id)
            granting.refuse_target(member.id, target_id, reasons, now)
    except InvalidOrder as error:
        add_error(form, error)
    except PaperError as error:
        add_paper_error(form, form.document, error)
    return not form.errors


@transition(Act.EXPLAIN)
def explain(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """Publish why a demand was refused, and its text."""
    form = WhyForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            refusals.explain(member.id, demand_id, form.why(), timezone.now())
        except InvalidOrder as error:
            add_error(form, error)
        except PaperError as error:
            add_paper_error(form, form.document, error)
        else:
            messages.success(request, _("Published. The public log names it."))
            return redirect("desk_demand", demand_id)
    return _show(request, member, queries.demand(demand_id), why=form)


def _of(demand_id: UUID, target_id: int) -> Target:
    """What this demand names; NoSuchDemand for another one's."""
    found = queries.target(target_id)
    if found.demand_id != demand_id:
        raise NoSuchDemand
    return found


@page(*HANDLING)
def plan(request: HttpRequest, member: Member, demand_id: UUID, target_id: int) -> HttpResponse:
    """The form of a restriction for one meeting."""
    row, target = queries.demand(demand_id), _of(demand_id, target_id)
    form = PlanForm(earlier=queries.renewable(row, target.meeting_id), initial={"law": row.law})
    return _plan(request, member, row, target, form)


def _plan(request: HttpRequest, member: Member, row: Demand, target: Target, form: PlanForm) -> HttpResponse:
    context = {
        "row": row,
        "target": target,
        "form": form,
        "sides": sides(row, timezone.now()),
        "written": queries.review_of(row.pk),
        "may_propose": may(member, Act.PROPOSE) and target.answer == Answer.OPEN,
    }
    status = 422 if form.errors else 200
    return show(request, member, "desk/demands/plan.html", SECTION, context, status)


@transition(Act.PROPOSE)
def propose(request: HttpRequest, member: Member, demand_id: UUID, target_id: int) -> HttpResponse:
    """A restriction, without effect until two people have signed it."""
    row, target = queries.demand(demand_id), _of(demand_id, target_id)
    form = PlanForm(request.POST, earlier=queries.renewable(row, target.meeting_id))
    if form.is_valid():
        try:
            now = timezone.now()
            made = granting.propose(member.id, target.pk, form.plan(now), now)
        except InvalidOrder as error:
            add_error(form, error)
        except BeyondTerritory as error:
            form.add_error(None, str(SAID[error.code][1]))
        else:
            messages.success(request, _("Proposed. Sign it, then somebody else must approve it."))
            return redirect("desk_restriction", made.pk)
    return _plan(request, member, row, target, form)

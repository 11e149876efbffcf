"""Suspending accounts for breach of terms. No page here reaches a meeting (P2)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.accounts import suspension_queries as queries
from bailiwick.accounts.actions import suspension_appeals as appeals
from bailiwick.accounts.actions import suspensions as actions
from bailiwick.accounts.errors import AccountError, AuthorityBehindIt
from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member, act, page
from bailiwick.desk.forms import AnswerForm, PromptedForm, SuspensionForm, add_error
from bailiwick.desk.frame import show
from bailiwick.desk.paging import paged

SECTION = "desk_suspensions"
READING = (Role.REVIEWER, Role.APPROVER, Role.APPEALS)


@page(*READING)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """What is proposed, in force and past, and a form."""
    return _listing(request, member, SuspensionForm())


def _listing(request: HttpRequest, member: Member, form: SuspensionForm) -> HttpResponse:
    rows = queries.open_suspensions()
    context = {
        "form": form,
        "proposed": [row for row in rows if row.approved_at is None],
        "in_force": [row for row in rows if row.approved_at is not None],
        "appealed": queries.appealed(),
        "now": timezone.now(),
        "listed": paged(request, queries.past_suspensions),
        "may_propose": Role.REVIEWER in member.roles,
    }
    status = 422 if form.errors else 200
    return show(request, member, "desk/suspensions.html", SECTION, context, status)


@act(Role.REVIEWER)
def propose(request: HttpRequest, member: Member) -> HttpResponse:
    """A proposal, without effect until somebody else approves it."""
    form = SuspensionForm(request.POST)
    if form.is_valid():
        try:
            made = actions.propose(
                member.id,
                form.cleaned_data["email"],
                form.statement(),
                authority_prompted=form.prompted(),
                now=timezone.now(),
            )
        except AuthorityBehindIt:
            return _prompted(request, member)
        except AccountError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Proposed. An approver must approve it."))
            return redirect("desk_suspension", made)
    return _listing(request, member, form)


def _prompted(request: HttpRequest, member: Member) -> HttpResponse:
    context = {"takes_in": Role.INTAKE in member.roles}
    return render(request, "desk/prompted.html", context, status=422)


@page(*READING)
def one(request: HttpRequest, member: Member, number: UUID) -> HttpResponse:
    """One suspension, its reasons, its appeal, and what this member may do."""
    return _one(request, member, number)


def _one(
    request: HttpRequest,
    member: Member,
    number: UUID,
    prompted: PromptedForm | None = None,
    answer: AnswerForm | None = None,
) -> HttpResponse:
    row = queries.suspension(number)
    if row is None:
        raise Http404
    took_part = member.id in {row.proposed_by_id, row.approved_by_id, row.account_id}
    appealed = getattr(row, "appeal", None)
    running = row.approved_at is not None and row.ended_at is None
    context = {
        "row": row,
        "appeal": appealed,
        "running": running,
        "said": queries.said_prompted(row.account_id),
        "may_approve": Role.APPROVER in member.roles and not took_part and _is_open(row),
        "may_discard": bool({Role.APPROVER, Role.REVIEWER} & member.roles) and _is_open(row),
        "may_reinstate": bool(set(READING) & member.roles) and running,
        "may_decide": Role.APPEALS in member.roles
        and not took_part
        and appealed is not None
        and appealed.decided_at is None,
        "prompted_form": prompted or PromptedForm(),
        "answer_form": answer or AnswerForm(),
    }
    wrong = (prompted and prompted.errors) or (answer and answer.errors)
    return show(request, member, "desk/suspension.html", SECTION, context, 422 if wrong else 200)


def _is_open(row: object) -> bool:
    return getattr(row, "approved_at", None) is None and getattr(row, "ended_at", None) is None


@act(Role.APPROVER)
def approve(request: HttpRequest, member: Member, number: UUID) -> HttpResponse:
    """The second person."""
    form = PromptedForm(request.POST)
    if not form.is_valid():
        return _one(request, member, number, prompted=form)
    try:
        actions.approve(member.id, number, authority_prompted=form.prompted(), now=timezone.now())
    except AuthorityBehindIt:
        return _prompted(request, member)
    messages.success(request, _("Suspended, logged, and told to the account's owner."))
    return redirect("desk_suspension", number)


@act(Role.REVIEWER, Role.APPROVER)
def discard(request: HttpRequest, member: Member, number: UUID) -> HttpResponse:
    """Drop a proposal."""
    actions.discard(member.id, number, timezone.now())
    messages.success(request, _("The proposal is discarded."))
    return redirect(SECTION)


@act(*READING)
def reinstate(request: HttpRequest, member: Member, number: UUID) -> HttpResponse:
    """Open the account again."""
    actions.reinstate(member.id, number, timezone.now())
    messages.success(request, _("The account is open again, with everything it had."))
    return redirect("desk_suspension", number)


@act(Role.APPEALS)
def decide(request: HttpRequest, member: Member, number: UUID) -> HttpResponse:
    """Answer the appeal."""
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            appeals.decide(member.id, number, form.outcome(), form.cleaned_data["answer"], timezone.now())
        except AccountError as error:
            if error.field is None:
                raise
            add_error(form, error)
        else:
            messages.success(request, _("Decided, and told to the account's owner."))
            return redirect("desk_suspension", number)
    return _one(request, member, number, answer=form)

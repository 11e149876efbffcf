"""The server-wide access rule. Nothing here reaches into a meeting (P2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.accounts.roles import Role
from bailiwick.desk.access import EVERYBODY, Member, act, page
from bailiwick.desk.forms import ApproveRuleForm, ServerRuleForm, add_error
from bailiwick.desk.frame import show
from bailiwick.meetings import queries
from bailiwick.meetings.actions import server_rule as actions
from bailiwick.meetings.errors import InvalidField
from bailiwick.rules.access import RuleSetter

from .numbered import number

SECTION = "desk_server_rule"


@page(*EVERYBODY)
def current(request: HttpRequest, member: Member) -> HttpResponse:
    """The rule in force, proposals, and a form for another one."""
    return _show(request, member, ServerRuleForm())


def _show(
    request: HttpRequest, member: Member, form: ServerRuleForm, answered: ApproveRuleForm | None = None
) -> HttpResponse:
    rules = queries.server_rules()
    context = {
        "form": form,
        "current": next((r for r in rules if r.approved_at and not r.withdrawn_at), None),
        "proposals": [
            (r, _question(r.pk, answered)) for r in rules if not r.approved_at and not r.withdrawn_at
        ],
        "said": [at for at, _ in queries.said_prompted(timezone.now())],
        "may_change": Role.ADMINISTRATOR in member.roles,
    }
    wrong = form.errors or (answered and answered.errors)
    return show(request, member, "desk/server_rule.html", SECTION, context, 422 if wrong else 200)


def _question(rule_id: int, answered: ApproveRuleForm | None) -> ApproveRuleForm:
    """What whoever approves this one is asked; with what was wrong in the answer, if it was for this one."""
    mine = answered is not None and answered.cleaned_data.get("id") == rule_id
    data = answered.data if answered is not None and mine else None
    return ApproveRuleForm(data, auto_id=f"approve_{rule_id}_%s")


@act(Role.ADMINISTRATOR)
def propose(request: HttpRequest, member: Member) -> HttpResponse:
    """A rule for everybody, without effect until another administrator approves it."""
    form = ServerRuleForm(request.POST)
    if form.is_valid():
        try:
            actions.propose(
                member.id,
                form.rule(RuleSetter.SERVER),
                statement=form.cleaned_data["statement"],
                authority_prompted=form.prompted(),
                now=timezone.now(),
            )
        except InvalidField as error:
            add_error(form, error)
        else:
            messages.success(request, _("Proposed. Another administrator must approve it."))
            return redirect(SECTION)
    return _show(request, member, form)


@act(Role.ADMINISTRATOR)
def approve(request: HttpRequest, member: Member) -> HttpResponse:
    """Put another person's proposal in force."""
    form = ApproveRuleForm(request.POST)
    if not form.is_valid() and "id" in form.cleaned_data:
        return _show(request, member, ServerRuleForm(), form)
    prompted = form.is_valid() and form.prompted()
    actions.approve(member.id, number(request), authority_prompted=prompted, now=timezone.now())
    messages.success(request, _("The rule is in force and published."))
    return redirect(SECTION)


@act(Role.ADMINISTRATOR)
def withdraw(request: HttpRequest, member: Member) -> HttpResponse:
    """Take a rule or a proposal away."""
    actions.withdraw(member.id, number(request), timezone.now())
    messages.success(request, _("Withdrawn."))
    return redirect(SECTION)

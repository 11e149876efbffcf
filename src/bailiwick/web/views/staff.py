"""Staff: the server-wide access rule and alarms. Nothing here reaches into a meeting (P2)."""

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick.meetings import queries
from bailiwick.meetings.actions import server_rule as actions
from bailiwick.meetings.errors import AuthorityPrompted, InvalidField, StaffOnly
from bailiwick.notices.actions import acknowledge
from bailiwick.notices.queries import open_alarms, past_alarms
from bailiwick.rules.access import RuleSetter
from bailiwick.web.errors import page
from bailiwick.web.forms import add_error
from bailiwick.web.forms.rule import ServerRuleForm

from .account import account_id, owner

View = Callable[[HttpRequest], HttpResponse]


class _Numbered(forms.Form):
    id = forms.IntegerField(min_value=1)


def staff_only(view: View) -> View:
    """For members of staff; StaffOnly for other accounts."""

    @wraps(view)
    @login_required
    def checked(request: HttpRequest) -> HttpResponse:
        if not owner(request).is_staff:
            raise StaffOnly
        return view(request)

    return checked


@require_GET
def published(request: HttpRequest) -> HttpResponse:
    """What applies to the whole server, and what did: for everybody to read."""
    rules = [rule for rule in queries.server_rules() if rule.approved_at]
    current = next((rule for rule in rules if rule.withdrawn_at is None), None)
    past = [rule for rule in rules if rule.withdrawn_at is not None]
    return render(request, "web/rules.html", {"current": current, "past": past})


@require_GET
def published_json(request: HttpRequest) -> JsonResponse:
    """The same for programs."""
    rules = [rule for rule in queries.server_rules() if rule.approved_at]
    return JsonResponse(
        {
            "rules": [
                {
                    "mode": rule.mode,
                    "territories": rule.territories,
                    "undetermined": rule.undetermined,
                    "statement": rule.statement,
                    "authority_prompted": rule.authority_prompted,
                    "proposed_at": rule.proposed_at.isoformat(),
                    "approved_at": rule.approved_at and rule.approved_at.isoformat(),
                    "withdrawn_at": rule.withdrawn_at and rule.withdrawn_at.isoformat(),
                }
                for rule in rules
            ]
        }
    )


@staff_only
@require_http_methods(["GET", "POST"])
def server_rule(request: HttpRequest) -> HttpResponse:
    """The rule in force, proposals, and a form for another one."""
    form = ServerRuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.propose(
                account_id(request),
                form.rule(RuleSetter.SERVER),
                statement=form.cleaned_data["statement"],
                authority_prompted=form.prompted(),
                now=timezone.now(),
            )
        except AuthorityPrompted as error:
            return page(request, error.code)
        except InvalidField as error:
            add_error(form, error)
        else:
            messages.success(request, _("Proposed. Somebody else on the staff must approve it."))
            return redirect("server_rule")
    rules = queries.server_rules()
    context = {
        "form": form,
        "current": next((r for r in rules if r.approved_at and not r.withdrawn_at), None),
        "proposals": [r for r in rules if not r.approved_at and not r.withdrawn_at],
    }
    return render(request, "web/staff/server_rule.html", context, status=422 if form.errors else 200)


def _numbered(request: HttpRequest) -> int:
    form = _Numbered(request.POST)
    return int(form.cleaned_data["id"]) if form.is_valid() else 0


@staff_only
@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """Put another person's proposal in force."""
    actions.approve(account_id(request), _numbered(request), timezone.now())
    messages.success(request, _("The rule is in force and published."))
    return redirect("server_rule")


@staff_only
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take a rule or a proposal away."""
    actions.withdraw(account_id(request), _numbered(request), timezone.now())
    messages.success(request, _("Withdrawn."))
    return redirect("server_rule")


@staff_only
@require_GET
def alarms(request: HttpRequest) -> HttpResponse:
    """What needs looking at."""
    return render(request, "web/staff/alarms.html", {"open": open_alarms(), "past": past_alarms()})


@staff_only
@require_POST
def acknowledge_alarm(request: HttpRequest) -> HttpResponse:
    """Somebody looked at it."""
    acknowledge(_numbered(request), account_id(request), timezone.now())
    return redirect("alarms")

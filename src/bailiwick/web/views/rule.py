"""The page of a meeting's access rule."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bailiwick.meetings import queries
from bailiwick.meetings.access import rules_of
from bailiwick.meetings.actions import rule as actions
from bailiwick.meetings.authority import Act
from bailiwick.meetings.errors import InvalidField
from bailiwick.meetings.forms import RuleForm, initial
from bailiwick.web.forms import add_error
from bailiwick.web.way import give_way

from .account import account_id


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """See and set the rule. It acts at once, on people inside too, and the page says so."""
    permitted = queries.for_act(slug, account_id(request), Act.SET_RULE)
    meeting = permitted.meeting
    row = None if rules_of(meeting) is None else meeting.host_rule
    form = RuleForm(request.POST or None, initial=initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_rule(slug, account_id(request), form.rule(), timezone.now())
        except InvalidField as error:
            add_error(form, error)
        else:
            give_way()
            messages.success(request, _("The rule applies from now on."))
            return redirect("meeting", slug=slug)
    context = {"form": form, "permitted": permitted, "meeting": meeting, "rule": row}
    context["server_rule"] = queries.in_force()
    return render(request, "web/meetings/rule.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def clear(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the rule away."""
    actions.clear_rule(slug, account_id(request))
    messages.success(request, _("The rule is gone: people can come in from anywhere."))
    return redirect("meeting", slug=slug)

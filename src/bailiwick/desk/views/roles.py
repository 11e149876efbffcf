"""Roles: proposed by one administrator, confirmed by another."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick.accounts import queries
from bailiwick.accounts.actions import roles as actions
from bailiwick.accounts.errors import AccountError
from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member, View, act, page
from bailiwick.desk.forms import ROLES, RoleForm, add_error
from bailiwick.desk.frame import show

from .numbered import number

SECTION = "desk_roles"


@page(Role.ADMINISTRATOR)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """Who holds what, what is proposed, and a form."""
    return _show(request, member, RoleForm())


def _show(request: HttpRequest, member: Member, form: RoleForm) -> HttpResponse:
    grants = queries.grants()
    held = [grant for grant in grants if grant.held]
    context = {
        "form": form,
        "by_role": [(label, [g for g in held if g.role is role]) for role, label in ROLES.items()],
        "proposed": [grant for grant in grants if not grant.held],
        "removals": [grant for grant in held if grant.removal_proposed_by],
    }
    return show(request, member, "desk/roles.html", SECTION, context, 422 if form.errors else 200)


@act(Role.ADMINISTRATOR)
def propose(request: HttpRequest, member: Member) -> HttpResponse:
    """A role for somebody, without effect until another administrator confirms it."""
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            actions.propose(
                member.id, form.cleaned_data["email"], Role(form.cleaned_data["role"]), timezone.now()
            )
        except AccountError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Proposed. Another administrator must confirm it."))
            return redirect(SECTION)
    return _show(request, member, form)


def _button(action: Callable[[UUID, int, datetime], None], done: object) -> View:
    @act(Role.ADMINISTRATOR)
    def pressed(request: HttpRequest, member: Member) -> HttpResponse:
        action(member.id, number(request), timezone.now())
        messages.success(request, str(done))
        return redirect(SECTION)

    return pressed


confirm = _button(actions.confirm, gettext_lazy("The role is held from now on."))
discard = _button(actions.discard, gettext_lazy("The proposal is discarded."))
propose_removal = _button(
    actions.propose_removal, gettext_lazy("Proposed. Another administrator must confirm the removal.")
)
confirm_removal = _button(actions.confirm_removal, gettext_lazy("The role has ended."))
discard_removal = _button(actions.discard_removal, gettext_lazy("The role stays."))

"""Who may open which page of the desk: a role, and a second factor shown in this session.

This is the first of two locks: every act is checked again, by role and by person, where it is carried out.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bailiwick.accounts.errors import RoleNeeded, StaffOnly
from bailiwick.accounts.queries import Account, roles_of
from bailiwick.accounts.roles import Role
from bailiwick.accounts.second_factor import SecondFactor, second_factor, where_to_show

EVERYBODY: Final = tuple(Role)
OPERATING: Final = tuple(role for role in Role if role is not Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Member:
    """Whoever is at the desk, with the roles they hold at this moment."""

    id: UUID
    roles: frozenset[Role]


View = Callable[..., HttpResponse]
"""(request, member, ...) -> a response."""


def page(*roles: Role) -> Callable[[View], View]:
    """A page that those roles may read, and auditors: they read all."""
    return _guarded(frozenset({*roles, Role.AUDITOR}), require_GET)


def act(*roles: Role) -> Callable[[View], View]:
    """A form that those roles may send; auditors never: they change nothing."""
    return _guarded(frozenset(roles) - {Role.AUDITOR}, require_POST)


def _guarded(roles: frozenset[Role], method: Callable[[View], View]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        @never_cache
        @method
        @login_required
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            member = _member(request)
            if lacking := _without_second_factor(request, member):
                return lacking
            if member.roles.isdisjoint(roles):
                raise RoleNeeded
            return view(request, member, *args, **kwargs)

        checked.roles = roles  # type: ignore[attr-defined]  # read by the test of all addresses
        return checked

    return decorate


def _member(request: HttpRequest) -> Member:
    account = request.user
    if not isinstance(account, Account):
        raise StaffOnly
    roles = roles_of(account.pk)
    if not roles:
        raise StaffOnly
    return Member(account.pk, roles)


def _without_second_factor(request: HttpRequest, member: Member) -> HttpResponse | None:
    """What to do instead, for whoever has no second factor or has not shown it; None for the others."""
    match second_factor(request, time.time()):
        case SecondFactor.MISSING:
            return render(request, "desk/second_factor.html", status=403)
        case SecondFactor.TO_SHOW:
            back = request.get_full_path() if request.method == "GET" else reverse("desk")
            asking = reverse(where_to_show(member.id))
            return redirect(f"{asking}?{urlencode({'next': back})}")
        case SecondFactor.SHOWN:
            return None

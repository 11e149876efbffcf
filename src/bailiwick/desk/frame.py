"""What stands around every page of the desk: its sections, as far as one's roles open them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from bailiwick.accounts.roles import Role
from bailiwick.orders.permissions import demands_taken

from .access import EVERYBODY, Member


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the desk: the name of its first page, and the roles that see it in the navigation."""

    url: str
    label: Any
    roles: frozenset[Role]


def _section(url: str, label: Any, *roles: Role) -> Section:
    return Section(url, label, frozenset({*roles, Role.AUDITOR}))


SECTIONS: Final = (
    _section("desk", _("Overview"), *EVERYBODY),
    _section("desk_demands", _("Demands"), Role.INTAKE, Role.REVIEWER, Role.APPROVER, Role.APPEALS),
    _section("desk_abuse", _("Abuse reports"), Role.INTAKE, Role.REVIEWER),
    _section("desk_suspensions", _("Suspensions"), Role.REVIEWER, Role.APPROVER, Role.APPEALS),
    _section("desk_server_rule", _("Server-wide rule"), *EVERYBODY),
    _section("desk_alarms", _("Alarms"), *EVERYBODY),
    _section("desk_roles", _("Roles"), Role.ADMINISTRATOR),
    _section("desk_audit", _("Audit trail"), Role.ADMINISTRATOR),
)


def show(
    request: HttpRequest,
    member: Member,
    template: str,
    section: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> HttpResponse:
    """A page of the desk. `section`: the `url` of the section it belongs to."""
    sections = [found for found in SECTIONS if found.roles & member.roles]
    frame = {
        "sections": sections,
        "section": section,
        "me": member,
        "reads_only": _reads_only(member),
        "taken": demands_taken(),
    }
    return render(request, template, {**frame, **context}, status=status)


def _reads_only(member: Member) -> bool:
    return member.roles == {Role.AUDITOR}

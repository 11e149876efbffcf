"""From what an act or an alarm was about, as kind and number, to its page, for whoever may open that."""

from collections.abc import Mapping
from typing import Final

from django.urls import NoReverseMatch, reverse

from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member

_HANDLING: Final = frozenset({Role.INTAKE, Role.REVIEWER, Role.APPROVER, Role.APPEALS, Role.AUDITOR})
_PAGES: Final[Mapping[str, tuple[str, frozenset[Role]]]] = {
    "demand": ("desk_demand", _HANDLING),
    "restriction": ("desk_restriction", _HANDLING),
    "authority": ("desk_authority", _HANDLING),
    "appeal": ("desk_appeal", frozenset({Role.APPEALS, Role.AUDITOR})),
    "suspension": (
        "desk_suspension",
        frozenset({Role.REVIEWER, Role.APPROVER, Role.APPEALS, Role.AUDITOR}),
    ),
}


def page_of(subject: str, member: Member) -> str:
    """The address, or empty: there is no such page, or it does not open for this member. What was discarded
    since has an address and is not found there."""
    kind, _, number = subject.partition(":")
    name, roles = _PAGES.get(kind, ("", frozenset[Role]()))
    if not roles & member.roles:
        return ""
    try:
        return reverse(name, args=(number,))
    except NoReverseMatch:
        return ""

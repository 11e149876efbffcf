"""What somebody may do at the desk. A role takes two people to give and two to take away (P5)."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The closed list; docs/reference/roles.md says what each may do."""

    INTAKE = "intake"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    APPEALS = "appeals"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ALONE: Final = frozenset({Role.AUDITOR})
"""Roles that go with no other: whoever reads everything changes nothing."""


def conflict(role: Role, held: frozenset[Role]) -> bool:
    """Whether nobody may hold `role` beside those."""
    others = held - {role}
    return bool(others) and (role in ALONE or bool(others & ALONE))

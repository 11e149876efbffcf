"""Access rules between their rows and `rules.AccessRule`."""

from typing import TypedDict
from uuid import UUID

from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.territory import parse_territory

from .models import HostRule, Meeting, ServerRule


class RuleFields(TypedDict):
    """The columns that HostRule and ServerRule share; territories sorted."""

    mode: str
    territories: list[str]
    undetermined: str


def rules_of(meeting: Meeting) -> AccessRule | None:
    """The host's rule of the meeting; None: everybody may come in. One query unless it was selected."""
    try:
        return host_rule(meeting.host_rule)
    except HostRule.DoesNotExist:
        return None


def rule_of(meeting_id: UUID) -> AccessRule | None:
    """The host's rule of the meeting with that id. One query."""
    rows = list(HostRule.objects.filter(meeting_id=meeting_id))
    return host_rule(rows[0]) if rows else None


def host_rule(row: HostRule) -> AccessRule:
    """The rule a host's row stands for.

    Raises:
        UnknownTerritory, ValueError: the row was not written by `actions`; nothing is decided on it.
    """
    return _rule(row, RuleSetter.HOST)


def server_rule(row: ServerRule) -> AccessRule:
    """The rule a server-wide row stands for, whether in force or not."""
    return _rule(row, RuleSetter.SERVER)


def _rule(row: HostRule | ServerRule, setter: RuleSetter) -> AccessRule:
    return AccessRule(
        Mode(row.mode), parse_territory(row.territories), OnUndetermined(row.undetermined), setter
    )


def fields_of(rule: AccessRule) -> RuleFields:
    """What a row of the rule holds."""
    return {
        "mode": rule.mode.value,
        "territories": sorted(rule.territories),
        "undetermined": rule.undetermined.value,
    }

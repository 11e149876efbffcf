"""Access rules between their rows and `rules.AccessRule`."""

from typing import TypedDict
from uuid import UUID

from bailiwick.ledger import queries as ledger
from bailiwick.ledger.entries import ServerRuleChanged
from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.territory import parse_territory

from . import statements
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
    key = [statements.prepared(Meeting, "id", meeting_id)]
    row = statements.fetch_one(statements.rule_of_meeting(), key)
    if row is None:
        return None
    mode, territories, undetermined = row
    return _rule(
        HostRule(mode=mode, territories=statements.json_of(territories), undetermined=undetermined),
        RuleSetter.HOST,
    )


def host_rule(row: HostRule) -> AccessRule:
    """The rule a host's row stands for.

    Raises:
        UnknownTerritory, ValueError: the row was not written by `actions`; nothing is decided on it.
    """
    return _rule(row, RuleSetter.HOST)


def server_rule(row: ServerRule) -> AccessRule:
    """The rule a server-wide row stands for, whether in force or not."""
    return _rule(row, RuleSetter.SERVER)


def server_rule_in_force() -> ServerRule | None:
    """The server-wide rule that two people approved, nobody withdrew, and of which the log says just what its
    row says: one put there or changed by hand would be a secret restriction, so it keeps nobody out. Two
    queries, one where there is none."""
    row = ServerRule.objects.filter(approved_at__isnull=False, withdrawn_at__isnull=True).first()
    return row if row is not None and _is_logged(row) else None


def _is_logged(row: ServerRule) -> bool:
    said = ledger.latest("server_rule.changed")
    if not isinstance(said, ServerRuleChanged):
        return False
    logged = (said.rule, said.change, said.mode, list(said.territories), said.undetermined)
    return logged == (row.pk, "in_force", row.mode, row.territories, row.undetermined)


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

"""Setting a meeting's access rule: its host and co-hosts only, never staff (DESIGN.md)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bailiwick.meetings.access import fields_of
from bailiwick.meetings.authority import Act, locked_for
from bailiwick.meetings.errors import EmptyAllowList
from bailiwick.meetings.models import HostRule
from bailiwick.rules.access import AccessRule, Mode

from .change import changed


def check_rule(rule: AccessRule) -> None:
    """Raises EmptyAllowList where a rule allows no country at all: that is a lock, not a rule."""
    if rule.mode is Mode.ALLOW and not rule.territories:
        raise EmptyAllowList("choose at least one country that may come in", field="territories")


def set_rule(slug: str, account_id: UUID, rule: AccessRule, now: datetime) -> None:
    """From the commit on, everybody inside and at the door is decided by this rule."""
    check_rule(rule)
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.SET_RULE)
        HostRule.objects.update_or_create(meeting=meeting, defaults={**fields_of(rule), "set_at": now})
        changed(meeting.pk)


def clear_rule(slug: str, account_id: UUID) -> None:
    """Everybody may come in from anywhere again, the same second (P7)."""
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.SET_RULE)
        HostRule.objects.filter(meeting=meeting).delete()
        changed(meeting.pk)

"""Alarms as the staff deal with them: seen, assigned, acknowledged, each on record."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.errors import NoSuchAlarm
from bailiwick.accounts.queries import require
from bailiwick.accounts.roles import ALONE, Role
from bailiwick.notices import actions as notices

from .audit import audit

OPERATING: Final = tuple(sorted(set(Role) - ALONE))
"""Roles that may deal with alarms: all but those that only read."""


def see(actor: UUID, alarm_id: int, now: datetime) -> None:
    """RoleNeeded; NoSuchAlarm: acknowledged, or seen by somebody already."""
    require(actor, *OPERATING)
    with transaction.atomic():
        _check(notices.see(alarm_id, actor, now))
        audit(actor, "alarm.seen", f"alarm:{alarm_id}", now)


def assign(actor: UUID, alarm_id: int, to: UUID, now: datetime) -> None:
    """Somebody who may deal with it gets it; oneself too. RoleNeeded: either of the two may not."""
    require(actor, *OPERATING)
    require(to, *OPERATING)
    with transaction.atomic():
        _check(notices.assign(alarm_id, to, now))
        audit(actor, "alarm.assigned", f"alarm:{alarm_id}/account:{to}", now)


def acknowledge(actor: UUID, alarm_id: int, now: datetime) -> None:
    """It is dealt with: raised again, it is a new alarm. RoleNeeded, NoSuchAlarm."""
    require(actor, *OPERATING)
    with transaction.atomic():
        _check(notices.acknowledge(alarm_id, actor, now))
        audit(actor, "alarm.acknowledged", f"alarm:{alarm_id}", now)


def _check(changed: bool) -> None:
    if not changed:
        raise NoSuchAlarm

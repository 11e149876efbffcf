"""What the host's pages and the API read. Each function says how many queries it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from bailiwick.accounts.models import Audit
from bailiwick.accounts.time_zones import zones

from . import recurrence as recurring
from .access import server_rule, server_rule_in_force
from .authority import HOST_ONLY, Act, check_may
from .errors import NoSuchMeeting
from .models import Block, CoHost, Invitation, LeavePolicy, Meeting, Role, ServerRule
from .models.meeting import MAXIMUM_LIMIT
from .recurrence import Recurrence, occurrences, zone

__all__ = [
    "MAXIMUM_LIMIT",
    "PROMPTED",
    "Invitation",
    "LeavePolicy",
    "Listed",
    "Meeting",
    "Permitted",
    "ServerRule",
    "blocks",
    "by_slug",
    "co_hosts",
    "for_act",
    "in_force",
    "invitations",
    "next_times",
    "of_account",
    "recurrence_of",
    "runs",
    "said_prompted",
    "server_rules",
    "zone",
    "zones",
]

PROMPTED: Final = "server_rule.refused_as_demand"
"""How the audit trail calls the answer that an authority prompted a server-wide rule."""
REMEMBERED: Final = timedelta(days=90)
"""So long as a restriction lasts at most: a no soon after a yes is a pretext."""
_SOON: Final = 6


@dataclass(frozen=True, slots=True)
class Permitted:
    """A meeting and the role by which the account may do what it asked."""

    meeting: Meeting
    role: Role

    @property
    def is_host(self) -> bool:
        """Whether what only hosts may do is to be offered."""
        return self.role is Role.HOST

    @property
    def acts(self) -> frozenset[Act]:
        """What to offer."""
        return frozenset(Act) - (frozenset() if self.is_host else HOST_ONLY)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of an account's list of meetings; `next_at` in the meeting's time zone."""

    meeting: Meeting
    is_host: bool
    next_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Ended by the host, or all its times are past."""
        scheduled = self.meeting.starts_at is not None
        return self.meeting.ended_at is not None or (scheduled and self.next_at is None)


def by_slug(slug: str) -> Meeting:
    """The meeting with its rule and host (one query). Raises NoSuchMeeting."""
    meeting = Meeting.objects.select_related("host_rule", "host").filter(slug=slug).first()
    if meeting is None:
        raise NoSuchMeeting
    return meeting


def for_act(slug: str, account_id: UUID, act: Act) -> Permitted:
    """The meeting, if the account may do this with it (one query; a co-host's takes two)."""
    meeting = by_slug(slug)
    return Permitted(meeting, check_may(meeting, account_id, act))


def runs(meeting: Meeting, account_id: UUID) -> bool:
    """Whether the account is its host or a co-host (no query, or one)."""
    return (
        account_id == meeting.host_id or CoHost.objects.filter(meeting=meeting, account=account_id).exists()
    )


def next_times(meeting: Meeting, now: datetime, limit: int = _SOON) -> list[datetime]:
    """The times to come, the one going on now first. No query."""
    if meeting.starts_at is None:
        return []
    after = now - timedelta(minutes=meeting.duration_minutes)
    if meeting.ended_at is not None:
        after = max(after, meeting.ended_at)
    return occurrences(meeting.starts_at, meeting.recurrence, meeting.time_zone, after=after, limit=limit)


def recurrence_of(meeting: Meeting) -> Recurrence | None:
    """The meeting's recurrence; None: it takes place once. No query."""
    if not meeting.recurrence:
        return None
    return recurring.from_text(meeting.recurrence, zone(meeting.time_zone))


def of_account(account_id: UUID, now: datetime) -> list[Listed]:
    """Every meeting the account hosts or co-hosts, the next one first (one query)."""
    helps = CoHost.objects.filter(meeting=OuterRef("pk"), account=account_id)
    rows = Meeting.objects.select_related("host_rule").filter(Q(host=account_id) | Exists(helps))
    listed = [Listed(row, row.host_id == account_id, _first(row, now)) for row in rows]
    return sorted(listed, key=lambda item: (item.is_over, item.next_at or now, item.meeting.created_at))


def _first(meeting: Meeting, now: datetime) -> datetime | None:
    return next(iter(next_times(meeting, now, 1)), None)


def co_hosts(meeting: Meeting) -> Sequence[CoHost]:
    """One query."""
    return list(CoHost.objects.filter(meeting=meeting).order_by("label", "pk"))


def invitations(meeting: Meeting) -> Sequence[Invitation]:
    """Those not revoked, by address (one query)."""
    rows = Invitation.objects.filter(meeting=meeting, revoked_at__isnull=True)
    return list(rows.select_related("meeting").order_by("email"))


def blocks(meeting: Meeting, now: datetime) -> Sequence[Block]:
    """Who may not come back, or through the waiting room only; newest first (one query)."""
    rows = Block.objects.filter(meeting=meeting).exclude(expires_at__lte=now)
    return list(rows.order_by("-created_at"))


def in_force() -> ServerRule | None:
    """The server-wide rule in force, as the log has it (two queries)."""
    return server_rule_in_force()


def published_rules() -> tuple[ServerRule | None, list[ServerRule]]:
    """The server-wide rule that works, and those that did. A row that the log does not know is neither."""
    rules = [rule for rule in server_rules() if rule.approved_at]
    return in_force(), [rule for rule in rules if rule.withdrawn_at is not None]


def server_rules() -> Sequence[ServerRule]:
    """Every server-wide rule and proposal there ever was, newest first (one query). Public."""
    rows = ServerRule.objects.select_related("proposed_by", "approved_by")
    for row in (found := list(rows)):
        server_rule(row)  # a row that `rules` does not accept is an error, not something to publish
    return found


def said_prompted(now: datetime) -> Sequence[tuple[datetime, UUID | None]]:
    """When, and who, answered not long ago that an authority prompted a server-wide rule, the oldest first
    (one query)."""
    rows = Audit.objects.filter(code=PROMPTED, at__gt=now - REMEMBERED).order_by("id")
    return list(rows.values_list("at", "actor"))

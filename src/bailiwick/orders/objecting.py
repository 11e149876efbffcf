"""What somebody can object to, and by what the door would know them: what the page to object on asks.

Which meeting a restriction stands on is told to nobody here. A host names a meeting of theirs in which one
took effect, which they have been told; which one it was, and so where, they have not (P4).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from django.db.models import Q

from bailiwick.meetings import bearers
from bailiwick.meetings.models import Meeting
from bailiwick.meetings.presences import Person

from .models import Later, LaterKind, Restriction

Digest: TypeAlias = Callable[[UUID, str], str]
"""How the gate hashes a browser's name for one meeting."""
MOST: Final = 5
"""Restrictions that one objection goes to; a receipt names as many as kept somebody out."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What somebody wants to be exempted by: at most one of these. `device`: the browser's name as it sent
    it; `invitation`: the token of a personal link."""

    account: UUID | None = None
    device: str = field(default="", repr=False)
    invitation: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Hosted:
    """A meeting that somebody runs, and in which a restriction took effect."""

    slug: str = field(repr=False)
    title: str = field(repr=False)


def logged(names: Iterable[str]) -> list[UUID]:
    """Those of these that are restrictions in the public log, in their order, each once."""
    asked = [made for name in dict.fromkeys(names) if (made := _uuid(name))]
    rows = Restriction.objects.filter(pk__in=asked, outbox_id__isnull=False)
    found = set(rows.values_list("pk", flat=True))
    return [each for each in asked if each in found][:MOST]


def not_withdrawn(ids: Iterable[UUID]) -> list[UUID]:
    """Those of these that were not ended for good: of the others there is nothing left to object to."""
    asked = list(ids)
    rows = Later.objects.filter(restriction_id__in=asked, kind=LaterKind.WITHDRAWN)
    gone = set(rows.values_list("restriction_id", flat=True))
    return [each for each in asked if each not in gone]


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name.strip())
    except ValueError:
        return None


def hosted(account: UUID) -> list[Hosted]:
    """Meetings the account runs, whose host was told that a restriction took effect (one query)."""
    mine = Q(host_id=account) | Q(co_hosts__account_id=account)
    rows = Meeting.objects.filter(mine, withheld_count__gt=0).distinct().order_by("title", "slug")
    return [Hosted(*each) for each in rows.values_list("slug", "title")]


def standing_on(slug: str, account: UUID, now: datetime) -> list[UUID]:
    """What stands on a meeting that the account runs: neither withdrawn nor over. None of anybody else's."""
    if slug not in {each.slug for each in hosted(account)}:
        return []
    rows = Restriction.objects.filter(meeting__slug=slug, outbox_id__isnull=False, expires_at__gt=now)
    rows = rows.exclude(later__kind=LaterKind.WITHDRAWN).order_by("stated_at", "id")
    return list(rows.values_list("pk", flat=True)[:MOST])


def person(restriction_id: UUID, binding: Binding, digest: Digest) -> Person:
    """Whom an exemption from this restriction would be for: of a browser, the hash for its meeting and no
    other; of a personal link, only one to its meeting."""
    rows = Restriction.objects.filter(pk=restriction_id)
    meeting = rows.values_list("meeting_id", flat=True).first()
    if meeting is None:
        return Person(account_id=binding.account)
    invited = bearers.bearer(meeting, binding.invitation) if binding.invitation else None
    return Person(
        account_id=binding.account,
        invitation_id=invited.pk if invited else None,
        device_digest=digest(meeting, binding.device) if binding.device else "",
    )

"""Presences change here, and only by conditional updates: a number of rows says who won.

Every function opens its own transaction unless it says otherwise. A transaction that makes or admits a
presence first takes the meeting's row (`_take`), on the condition that its revision is still the one just
decided on; the rule's editor bumps that row too, so the two are in order, whatever the database. One that
changes a presence and then the meeting takes that row first, too (`hold_meetings`): locks have one order.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, Q

from . import statements
from .models import CoHost, Meeting, Presence, PresenceState, Role

GRANT_LIFE = timedelta(seconds=60)
LIVE = (PresenceState.WAITING, PresenceState.ACTIVE)


class Lost(Enum):
    """Why a conditional change did not happen."""

    STALE = auto()  # the revision moved on: decide again
    FULL = auto()
    GONE = auto()  # the presence is no longer in the state asked for


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the door or inside, as far as blocks and roles go. Nothing of where they are."""

    account_id: UUID | None = None
    invitation_id: UUID | None = None
    device_digest: str = ""
    exempt: bool = False
    role: str = Role.PARTICIPANT

    @property
    def runs_meeting(self) -> bool:
        """Host or co-host."""
        return self.role in (Role.HOST, Role.CO_HOST)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a presence begins with; `digest` is of the secret that goes to the browser."""

    digest: str
    name: str
    let_in: bool = False


def role_of(host_id: UUID, meeting_id: UUID, account_id: UUID | None) -> str:
    """The role an account has in a meeting."""
    if account_id is None:
        return Role.PARTICIPANT
    if account_id == host_id:
        return Role.HOST
    is_co_host = CoHost.objects.filter(meeting_id=meeting_id, account_id=account_id).exists()
    return Role.CO_HOST if is_co_host else Role.PARTICIPANT


def _take(meeting_id: UUID, revision: int, **changes: Any) -> bool:
    """Lock the meeting's row on the condition that nothing about its rules changed and it has not ended."""
    rows = Meeting.objects.filter(id=meeting_id, revision=revision, ended_at__isnull=True)
    return rows.update(**(changes or {"revision": F("revision")})) == 1


def hold_meetings(presence_ids: Collection[UUID]) -> None:
    """Lock the rows of these presences' meetings until the caller's transaction ends, before a presence's is
    touched: else whoever ends somebody and whoever resumes as that person wait for each other, until the
    database fails one of them."""
    if not connection.features.has_select_for_update:
        return  # SQLite has one writer
    theirs = Presence.objects.filter(id__in=presence_ids).values("meeting_id")
    rows = Meeting.objects.select_for_update(no_key=True).filter(id__in=theirs)
    list(rows.order_by("id").values_list("id"))


def _full(meeting_id: UUID, maximum: int) -> bool:
    row = statements.fetch_one(
        statements.count_inside(), [statements.prepared(Presence, "meeting", meeting_id)]
    )
    return row is not None and int(row[0]) >= maximum


def place(
    meeting_id: UUID, revision: int, maximum: int, person: Person, grant: Grant, now: datetime
) -> UUID | Lost:
    """A presence with a single-use grant, conditional on the revision decided on (one transaction).

    `maximum` is the number of places; 0: no matter (host and co-hosts, and the waiting room). That
    there is one is looked at to say so at the door; it is taken when the grant is used.
    """
    with transaction.atomic():
        held = [statements.prepared(Meeting, "id", meeting_id), revision]
        if statements.change(statements.hold_meeting(), held) != 1:
            return Lost.STALE
        if maximum and _full(meeting_id, maximum):
            return Lost.FULL
        presence_id = uuid4()
        statements.insert_presence(
            {
                "id": presence_id,
                "meeting_id": meeting_id,
                "account_id": person.account_id,
                "invitation_id": person.invitation_id,
                "device_digest": person.device_digest,
                "role": person.role,
                "display_name": grant.name,
                "let_in": grant.let_in,
                "grant_digest": grant.digest,
                "grant_expires_at": now + GRANT_LIFE,
                "decided_revision": revision,
                "created_at": now,
            }
        )
        return presence_id


def refused(meeting_id: UUID, *, withheld: bool = False) -> None:
    """Count one refusal at the door, for the host to see. One by a restriction is not counted (P4: the host
    learns that it happened, and no more): it is told once, and whoever knocks again and again is no news."""
    meeting, changed = Meeting.objects.filter(id=meeting_id), F("roster_revision") + 1
    if withheld:
        meeting.filter(withheld_count=0).update(withheld_count=1, roster_revision=changed)
    else:
        meeting.update(refused_count=F("refused_count") + 1, roster_revision=changed)


def granted(digest: str, now: datetime) -> Presence | None:
    """The presence whose unused grant this is."""
    rows = Presence.objects.filter(grant_digest=digest, state=PresenceState.GRANTED)
    return rows.filter(grant_expires_at__gt=now).select_related("invitation").first()


def resumable(digest: str) -> Presence | None:
    """The presence whose last resume token this is."""
    rows = Presence.objects.filter(resume_digest=digest, state__in=LIVE)
    return rows.select_related("invitation").first()


def give_back(presence_id: UUID, meeting_id: UUID, person: Person, resume_digest: str) -> Presence | None:
    """A new resume token for a presence that somebody at the door calls their own; None: it is not theirs.

    Theirs is one of the same browser, under the same account or under none. A personal link says nothing:
    whoever runs the meeting sees those, and would speak in the guest's name.
    """
    if not person.device_digest:
        return None
    account = Q(account_id=person.account_id) if person.account_id else Q(account__isnull=True)
    rows = Presence.objects.filter(
        account, id=presence_id, meeting_id=meeting_id, device_digest=person.device_digest, state__in=LIVE
    )
    return rows.first() if rows.update(resume_digest=resume_digest) == 1 else None


def take_grant(
    presence: Presence,
    state: str,
    revision: int,
    maximum: int,
    node_id: UUID,
    resume_digest: str,
    now: datetime,
) -> Lost | None:
    """Use the grant up: waiting or active from now on, held by `node_id`. None: done. `maximum` as for
    `place`."""
    with transaction.atomic():
        if not _take(presence.meeting_id, revision, roster_revision=F("roster_revision") + 1):
            return Lost.STALE
        if maximum and _full(presence.meeting_id, maximum):
            return Lost.FULL
        rows = Presence.objects.filter(id=presence.pk, state=PresenceState.GRANTED, grant_expires_at__gt=now)
        done = rows.update(
            state=state,
            generation=1,
            node_id=node_id,
            resume_digest=resume_digest,
            decided_revision=revision,
            joined_at=now if state == PresenceState.ACTIVE else None,
        )
        return None if done == 1 else Lost.GONE


def take_over(presence: Presence, revision: int, node_id: UUID, resume_digest: str) -> Lost | None:
    """A connection takes a presence over: exactly one of any number that try it with the same token."""
    with transaction.atomic():
        if not _take(presence.meeting_id, revision, roster_revision=F("roster_revision") + 1):
            return Lost.STALE
        rows = Presence.objects.filter(
            id=presence.pk,
            state=presence.state,
            generation=presence.generation,
            resume_digest=presence.resume_digest,
        )
        done = rows.update(
            generation=F("generation") + 1,
            node_id=node_id,
            resume_digest=resume_digest,
            decided_revision=revision,
            unheld_since=None,
            resumable_until=None,
            away=False,
        )
        return None if done == 1 else Lost.GONE


def promote(presence_id: UUID, meeting_id: UUID, revision: int, maximum: int, now: datetime) -> Lost | None:
    """From the waiting room into the meeting. None: done."""
    with transaction.atomic():
        if not _take(meeting_id, revision, roster_revision=F("roster_revision") + 1):
            return Lost.STALE
        if maximum and _full(meeting_id, maximum):
            return Lost.FULL
        rows = Presence.objects.filter(id=presence_id, state=PresenceState.WAITING)
        done = rows.update(state=PresenceState.ACTIVE, joined_at=now, decided_revision=revision)
        return None if done == 1 else Lost.GONE


def confirm(presence_ids: Collection[UUID], node_id: UUID, revision: int) -> None:
    """These were decided again on `revision` and stay as they are."""
    Presence.objects.filter(
        id__in=presence_ids, node_id=node_id, state__in=LIVE, decided_revision__lt=revision
    ).update(decided_revision=revision)


def move(presence_id: UUID, node_id: UUID) -> None:
    """Make this node the one that finishes an ended presence."""
    Presence.objects.filter(id=presence_id, state=PresenceState.ENDED).update(node_id=node_id)


def end(
    presence_ids: Sequence[UUID],
    reason: str,
    now: datetime,
    *,
    refusals: bool = False,
    withheld: bool = False,
) -> set[UUID]:
    """Mark presences ended: from here on no resume and no grant brings them back (P8).

    Returns the ids that this call ended: each presence is ended by exactly one caller. With `refusals`,
    their number is added to what the host sees, in the same transaction; with `withheld`, the host is told
    that it happened (P4). Display names go at once (P9).
    """
    with transaction.atomic():
        hold_meetings(presence_ids)
        # SQLite has one writer; PostgreSQL's UPDATE waits for the row and looks again: nobody else ends them
        found = statements.end_presences(presence_ids, reason, now)
        for meeting_id, count in sorted(Counter(found.values()).items()):
            counts = [count if refusals else 0, 1 if withheld else 0]
            values = [*counts, statements.prepared(Meeting, "id", meeting_id)]
            statements.change(statements.ended_in_meeting(), values)
    return set(found)


def same_person(meeting_id: UUID, row: Presence) -> list[Presence]:
    """All that this person has inside or waiting: by account, invitation or device; at least the row."""
    keys = Q(id=row.pk)
    if row.account_id:
        keys |= Q(account_id=row.account_id)
    if row.invitation_id:
        keys |= Q(invitation_id=row.invitation_id)
    if row.device_digest:
        keys |= Q(device_digest=row.device_digest)
    rows = Presence.objects.filter(keys, meeting_id=meeting_id)
    return list(rows.exclude(state=PresenceState.ENDED))


def record_media(presence_id: UUID, generation: int, session: str, feed: int | None) -> bool:
    """The media session of an active presence. False: it is no longer inside, so destroy the session."""
    rows = Presence.objects.filter(id=presence_id, generation=generation, state=PresenceState.ACTIVE)
    with transaction.atomic():
        hold_meetings([presence_id])
        done = rows.update(media_session=session, feed=feed, streams=[])
        if done == 1:
            _seen(presence_id)
    return done == 1


def change(presence_id: UUID, **fields: Any) -> bool:
    """What others see of somebody inside: microphone_on, camera_on, hand_raised_at, streams."""
    rows = Presence.objects.filter(id=presence_id, state=PresenceState.ACTIVE)
    with transaction.atomic():
        hold_meetings([presence_id])
        done = rows.update(**fields)
        if done == 1:
            _seen(presence_id)
    return done == 1


def _seen(presence_id: UUID) -> None:
    """Others see a difference. Inside the caller's transaction."""
    meeting = Presence.objects.filter(id=presence_id).values("meeting_id")
    Meeting.objects.filter(id__in=meeting).update(roster_revision=F("roster_revision") + 1)


def told(presence_ids: Collection[UUID], now: datetime) -> None:
    """They were told why."""
    Presence.objects.filter(id__in=presence_ids, told_at__isnull=True).update(told_at=now)


def media_gone(presence_ids: Collection[UUID], now: datetime) -> None:
    """The media server's own list shows that their sessions are gone."""
    rows = Presence.objects.filter(id__in=presence_ids, state=PresenceState.ENDED)
    rows.filter(media_gone_at__isnull=True).update(media_gone_at=now)


def to_finish(node_id: UUID, before: datetime) -> list[Presence]:
    """Ended since before `before`, media not known to be gone, held by this node or by none."""
    mine = Q(node_id=node_id) | Q(node__isnull=True)
    return list(
        Presence.objects.filter(
            mine, state=PresenceState.ENDED, media_gone_at__isnull=True, ended_at__lte=before
        ).order_by("ended_at")[:200]
    )


def unused_grants(now: datetime) -> list[UUID]:
    """Granted, never used, expired."""
    rows = Presence.objects.filter(state=PresenceState.GRANTED, grant_expires_at__lte=now)
    return list(rows.values_list("id", flat=True)[:500])


def delete_finished(before: datetime) -> set[UUID]:
    """Delete presences whose media is gone since before `before` (P9); meetings nobody is left in."""
    rows = Presence.objects.filter(state=PresenceState.ENDED, media_gone_at__lte=before)
    meetings = set(rows.values_list("meeting_id", flat=True))
    busy = set(
        Presence.objects.filter(meeting_id__in=meetings)
        .exclude(state=PresenceState.ENDED, media_gone_at__lte=before)
        .values_list("meeting_id", flat=True)
    )
    rows.filter(meeting_id__in=busy).delete()
    return meetings - busy


def delete_all_finished(meeting_id: UUID, before: datetime) -> None:
    """Delete what `delete_finished` left of a meeting, once its room is closed."""
    Presence.objects.filter(
        meeting_id=meeting_id, state=PresenceState.ENDED, media_gone_at__lte=before
    ).delete()


def media_sessions() -> set[str]:
    """Every media session some presence's row knows, ended ones whose media is not yet gone included."""
    rows = Presence.objects.filter(media_gone_at__isnull=True).exclude(media_session="")
    return set(rows.values_list("media_session", flat=True))


def ended_among(presence_ids: Collection[UUID]) -> dict[UUID, str]:
    """Of these presences, the ended ones and why."""
    rows = Presence.objects.filter(id__in=presence_ids, state=PresenceState.ENDED)
    return dict(rows.values_list("id", "end_reason"))


def person_of(presence: Presence) -> Person:
    """Who a presence's row says it is; exempt as long as the invitation is."""
    return Person(
        account_id=presence.account_id,
        invitation_id=presence.invitation_id,
        device_digest=presence.device_digest,
        exempt=bool(presence.invitation and presence.invitation.exempt),
        role=presence.role,
    )

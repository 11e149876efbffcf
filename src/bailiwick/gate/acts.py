"""What people inside may do to the meeting and to each other. Synchronous, in the gate's hop.

Who may is read from the rows each time, in the act's own transaction; nothing that the client or the
connection remembers of its role counts.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from bailiwick.meetings import blocks, host_act, presences
from bailiwick.meetings.actions import reports
from bailiwick.meetings.models import (
    Abuse,
    Block,
    CoHost,
    LeavePolicy,
    Meeting,
    Presence,
    PresenceState,
    Role,
)
from bailiwick.meetings.models.meeting import bump
from bailiwick.meetings.presences import person_of

from .ending import EndReason
from .errors import NoSuchParticipant, NotAllowed
from .views import RUNNING, caretaker


def _active(meeting_id: UUID) -> list[Presence]:
    rows = Presence.objects.filter(meeting_id=meeting_id, state=PresenceState.ACTIVE)
    return list(rows.order_by("joined_at", "created_at", "id"))


def _actor(presence_id: UUID, roles: Collection[str], *, keeper: bool = False) -> Presence:
    """The presence that acts, locked, its meeting before it. `keeper`: the caretaker may, too."""
    presences.hold_meetings([presence_id])
    rows = Presence.objects.select_for_update(of=("self",)).select_related("meeting")
    actor = rows.filter(id=presence_id, state=PresenceState.ACTIVE).first()
    if actor is None:
        raise NotAllowed("you are not inside")
    if actor.role in roles or (keeper and caretaker(_active(actor.meeting_id)) == actor.pk):
        return actor
    raise NotAllowed("your role in this meeting does not carry that")


def _target(actor: Presence, presence_id: UUID, state: str = PresenceState.ACTIVE) -> Presence:
    rows = Presence.objects.select_for_update(of=("self",)).select_related("invitation")
    target = rows.filter(id=presence_id, meeting_id=actor.meeting_id, state=state).first()
    if target is None:
        raise NoSuchParticipant("nobody by that id is there")
    return target


def _touch(meeting_id: UUID) -> None:
    Meeting.objects.filter(id=meeting_id).update(roster_revision=F("roster_revision") + 1)


def mute(actor_id: UUID, presence_id: UUID | None) -> None:
    """Mute one microphone, or everybody's but one's own and the host's."""
    with transaction.atomic():
        actor = _actor(actor_id, RUNNING, keeper=True)
        rows = Presence.objects.filter(meeting_id=actor.meeting_id, state=PresenceState.ACTIVE)
        if presence_id is None:
            rows = rows.exclude(id=actor_id).exclude(role=Role.HOST)
        else:
            rows = rows.filter(id=_target(actor, presence_id).pk)
        rows.update(microphone_on=False, mutes=F("mutes") + 1)
        _touch(actor.meeting_id)


def lower_hand(actor_id: UUID, presence_id: UUID) -> None:
    """Lower somebody's hand."""
    with transaction.atomic():
        actor = _actor(actor_id, RUNNING, keeper=True)
        _target(actor, presence_id)
        Presence.objects.filter(id=presence_id).update(hand_raised_at=None)
        _touch(actor.meeting_id)


def let_in(actor_id: UUID, presence_id: UUID | None) -> None:
    """Let one, or all, in from the waiting room. Their node decides once more, then admits them."""
    with transaction.atomic():
        actor = _actor(actor_id, RUNNING, keeper=True)
        rows = Presence.objects.filter(meeting_id=actor.meeting_id, state=PresenceState.WAITING)
        if presence_id is not None:
            rows = rows.filter(id=_target(actor, presence_id, PresenceState.WAITING).pk)
        for waiting in rows.select_related("invitation"):
            blocks.forgive(actor.meeting_id, person_of(waiting))
        rows.update(let_in=True)
        _touch(actor.meeting_id)


def turn_away(actor_id: UUID, presence_id: UUID, now: datetime) -> None:
    """Not let in."""
    with transaction.atomic():
        actor = _actor(actor_id, RUNNING)
        _target(actor, presence_id, PresenceState.WAITING)
        presences.end([presence_id], EndReason.TURNED_AWAY, now)


def remove(
    actor_id: UUID, presence_id: UUID, now: datetime, *, block: bool, terms: blocks.Terms | None = None
) -> bool:
    """Remove somebody; with `block` by its `terms`, else they may come back through the waiting room (P8).

    All presences of theirs go with it: those that the block would keep out. False: they are out, but there is
    nothing to know them by, should they come again.
    """
    with transaction.atomic():
        actor = _actor(actor_id, RUNNING)
        target = _target(actor, presence_id)
        if target.role == Role.HOST or target.pk == actor.pk:
            raise NotAllowed("the host cannot be removed, nor can you remove yourself")
        if actor.role == Role.CO_HOST and target.role == Role.CO_HOST:
            raise NotAllowed("only the host removes a co-host")
        block_made = blocks.add(
            actor.meeting,
            person_of(target),
            label=target.display_name,
            actor=actor.role,
            terms=(terms or blocks.Terms()) if block else None,
            now=now,
        )
        if target.account_id is not None:
            CoHost.objects.filter(meeting_id=actor.meeting_id, account_id=target.account_id).delete()
        reason = EndReason.BLOCKED if block else EndReason.REMOVED
        presences.end(_theirs(target, block_made), reason, now)
        bump(Meeting.objects.filter(id=actor.meeting_id))
        return block_made is not None


def _theirs(target: Presence, block: Block | None) -> list[UUID]:
    """The presence, and all others of the same person."""
    others = presences.same_person(target.meeting_id, target) if block else []
    named = [row.pk for row in others if block and blocks.names(block, person_of(row))]
    return [target.pk, *(pk for pk in named if pk != target.pk)]


def lock(actor_id: UUID, *, locked: bool) -> None:
    """Lock or unlock the door. Nobody inside is touched by it."""
    with transaction.atomic():
        actor = _actor(actor_id, RUNNING)
        rows = Meeting.objects.filter(id=actor.meeting_id)
        rows.update(locked=locked)
        bump(rows)


def set_co_host(actor_id: UUID, presence_id: UUID, *, co_host: bool) -> None:
    """The host makes somebody co-host: an account for good, a guest while they are inside."""
    with transaction.atomic():
        actor = _actor(actor_id, (Role.HOST,))
        target = _target(actor, presence_id)
        if target.role == Role.HOST:
            raise NotAllowed("the host is the host already")
        _make_co_host(target, co_host=co_host)


def _make_co_host(target: Presence, *, co_host: bool) -> None:
    if target.account_id is not None:
        if co_host:
            CoHost.objects.get_or_create(
                meeting_id=target.meeting_id,
                account_id=target.account_id,
                defaults={"label": target.display_name},
            )
        else:
            CoHost.objects.filter(meeting_id=target.meeting_id, account_id=target.account_id).delete()
    role = Role.CO_HOST if co_host else Role.PARTICIPANT
    # in all their tabs, and in grants not used yet: a role taken away is taken away everywhere
    theirs = Q(account_id=target.account_id) if target.account_id else Q(id=target.pk)
    rows = Presence.objects.filter(theirs, meeting_id=target.meeting_id)
    rows.exclude(state=PresenceState.ENDED).update(role=role)
    bump(Meeting.objects.filter(id=target.meeting_id))


def report(actor_id: UUID, presence_id: UUID, about: str, words: str, now: datetime) -> None:
    """Anybody inside tells the host and the staff of somebody inside. Who told is not kept."""
    with transaction.atomic():
        actor = _actor(actor_id, tuple(Role))
        target = _target(actor, presence_id)
        if target.pk == actor.pk:
            raise NotAllowed("nobody reports themselves")
        reports.file(target, Abuse(about), words, now)


def leave(presence_id: UUID, now: datetime, *, end: bool, hand_over: UUID | None) -> None:
    """Leave; the host as they chose, now or beforehand: go on, hand over, or end the meeting.

    Only here is a meeting ended, and only by its host (P2). A host who is removed, or loses the connection,
    ends nothing.
    """
    with transaction.atomic():
        row = Presence.objects.filter(id=presence_id, state=PresenceState.ACTIVE).first()
        if row is not None and row.role == Role.HOST:
            _host_leaves(presence_id, now, end=end, hand_over=hand_over)
        elif end or hand_over:
            raise NotAllowed("only the host ends a meeting or hands it over")
        presences.end([presence_id], EndReason.LEFT, now)


def _host_leaves(presence_id: UUID, now: datetime, *, end: bool, hand_over: UUID | None) -> None:
    actor = _actor(presence_id, (Role.HOST,))
    policy = actor.meeting.on_host_leave
    if end or (policy == LeavePolicy.END and hand_over is None):
        act = host_act.by_host(presence_id)
        if act is None:
            raise NotAllowed("only the host ends a meeting")
        host_act.end_meeting(act, now)
    elif hand_over is not None:
        _make_co_host(_target(actor, hand_over), co_host=True)
    elif policy == LeavePolicy.HAND_OVER:
        _hand_over_to_longest(actor)


def _hand_over_to_longest(actor: Presence) -> None:
    """To nobody where a co-host is there already; else to whoever signed in has been here longest."""
    others = [row for row in _active(actor.meeting_id) if row.pk != actor.pk]
    heir = caretaker(others)
    if heir is not None:
        _make_co_host(_target(actor, heir), co_host=True)

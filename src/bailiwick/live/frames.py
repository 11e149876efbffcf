"""From the gate's views to the protocol's messages, and the differences between two views."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal, cast

from bailiwick.gate.views import CARETAKER, RUNNING, ParticipantView, RoomView
from bailiwick.meetings.terms import MeetingFacts
from bailiwick.rules.access import AccessRule

from .protocol import Kind, MeetingInfo, Participant, Role, Roster, RuleSummary, Stream, Waiter

LeavePolicy = Literal["continue", "hand_over", "end"]
_MAY_LET_IN: Final = (*RUNNING, CARETAKER)


@lru_cache(maxsize=4096)
def participant(view: ParticipantView) -> Participant:
    """Somebody, as the protocol says it. Views are immutable, so one message serves all lines."""
    return Participant.model_construct(
        id=view.id,
        name=view.name,
        role=cast(Role, str(view.role)),
        away=view.away,
        microphone=view.microphone,
        camera=view.camera,
        hand=view.hand,
        streams=[
            Stream.model_construct(mid=stream.mid, kind=cast(Kind, stream.kind)) for stream in view.streams
        ],
    )


def participants(views: Iterable[ParticipantView]) -> list[Participant]:
    """Everybody."""
    return [participant(view) for view in views]


def roster(before: RoomView, after: RoomView) -> Roster | None:
    """What became different between two views; None if nothing did."""
    old, new = before.participants, after.participants
    different = [
        view for key, view in new.items() if key not in old or participant(old[key]) != participant(view)
    ]
    gone = [key for key in old if key not in new]
    if not different and not gone:
        return None
    return Roster(type="roster", changed=participants(different), gone=gone)


def may_let_in(view: RoomView, me: str) -> bool:
    """Whether the waiting room is shown to this participant."""
    mine = view.participants.get(me)
    return mine is not None and mine.role in _MAY_LET_IN


def runs(view: RoomView, me: str) -> bool:
    """Whether this participant is the host or a co-host."""
    mine = view.participants.get(me)
    return mine is not None and mine.role in RUNNING


def waiters(view: RoomView) -> list[Waiter]:
    """The waiting room."""
    return [Waiter(id=waiter.id, name=waiter.name) for waiter in view.waiting]


def meeting(view: RoomView, me: str) -> MeetingInfo:
    """The meeting's state for one participant; what happened at the door for who runs it only."""
    facts: MeetingFacts = view.meeting
    running = runs(view, me)
    return MeetingInfo.model_construct(
        title=facts.title,
        slug=facts.slug,
        locked=facts.locked,
        waiting_room=facts.waiting_room,
        rule=rule(view.rule),
        started_at=int((facts.starts_at or facts.created_at).timestamp() * 1000),
        on_host_leave=cast(LeavePolicy, facts.on_host_leave),
        refused=facts.refused if running else None,
        withheld=facts.withheld > 0 if running else None,
    )


def rule(access_rule: AccessRule | None) -> RuleSummary | None:
    """The access rule, as everyone inside is told it."""
    if access_rule is None:
        return None
    return RuleSummary.model_construct(
        mode=access_rule.mode.value,
        territories=sorted(access_rule.territories),
        undetermined=access_rule.undetermined.value,
    )

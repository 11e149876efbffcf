"""The door: decides and, in one conditional transaction, makes or takes a presence. Synchronous: every
function runs whole in one hop, on any thread of the gate's.

Deciding needs no lock. The commit demands that the revision decided on is still the meeting's; if a rule
was committed in between, it is decided again (P8: nobody slips through the gap).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from bailiwick.accounts.sessions import signed_in
from bailiwick.meetings import bearers, blocks, presences
from bailiwick.meetings.actions.schedule import reopen_if_due
from bailiwick.meetings.models import Presence, PresenceState
from bailiwick.meetings.presences import Grant, Lost, Person, person_of
from bailiwick.meetings.terms import MeetingFacts, TermsCache, facts
from bailiwick.rules.access import AccessRule
from bailiwick.rules.decision import (
    Admitted,
    Cause,
    Decision,
    Full,
    Lobby,
    Locked,
    Refused,
    Standing,
    Withheld,
    decide,
)
from bailiwick.rules.location import Location

from . import marking, secrets
from .ending import Ending, EndReason, of_decision, withheld
from .errors import Unavailable
from .proofs import NOTHING, Enforced, Proofs

NAMELESS: Final = "Guest"
"""Whoever gives no name that can be seen has one all the same: nobody is inside unnoticed."""
_ATTEMPTS: Final = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody at the door. Whatever names them stays out of `repr`."""

    slug: str = field(repr=False)
    name: str = field(repr=False)
    session_key: str | None = field(default=None, repr=False)
    invitation: str | None = field(default=None, repr=False)
    device: str = field(default="", repr=False)
    take_back: UUID | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The door opened: a single-use grant. `lobby`: into the waiting room.

    `taken_back`: `grant` is a resume token of the presence that was asked for."""

    meeting_id: UUID
    grant: str = field(repr=False)
    lobby: bool
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A presence taken by a connection: what its node keeps in memory of it, except where it is."""

    presence_id: UUID
    generation: int
    meeting: MeetingFacts
    person: Person
    decision: Admitted | Lobby
    waiting: bool
    resume: str = field(repr=False)
    let_in: bool = False
    media_session: str = ""
    mutes: int = 0
    microphone_on: bool = False


class Door:
    """Decides at the door; `between` is called between deciding and committing (a seam for tests)."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        device_key: bytes,
        between: Callable[[], None] = lambda: None,
        proofs: Proofs | None = None,
    ) -> None:
        self._clock = clock
        self._device_key = device_key
        self._between = between
        self.proofs = proofs
        self._terms = TermsCache(lambda meeting: self._enforced(meeting).restrictions, self._generation)

    def _enforced(self, meeting: MeetingFacts) -> Enforced:
        """The restrictions in a meeting: none at all where demands are off."""
        return NOTHING if self.proofs is None else self.proofs.of(meeting.id, meeting.revision)

    def _generation(self) -> int:
        return 0 if self.proofs is None else self.proofs.generation

    # ------------------------------------------------------------ POST join

    def knock(self, knock: Knock, location: Location) -> Opened | Ending:
        """Admit to a presence with a grant, or say why not."""
        return _settle(lambda: self._knock(knock, location))

    def _knock(self, knock: Knock, location: Location) -> Opened | Ending | Lost:
        meeting = facts(slug=knock.slug)
        if meeting is None or meeting.ended_at is not None:
            # an ended series opens again for its next occurrence; then it is all to be read anew
            reopened = meeting is not None and reopen_if_due(meeting.slug, self._clock())
            return Lost.STALE if reopened else _closed(meeting)
        person, name = self._who(meeting, knock)
        own = self._own(meeting, person, knock.take_back)
        if own is not None:
            return own
        decision = self._at_door(meeting, person, location)
        self._between()
        if not isinstance(decision, Admitted | Lobby):
            return _refuse(meeting, self.ending(meeting, decision))
        lobby = isinstance(decision, Lobby)
        places = 0 if lobby or person.runs_meeting else meeting.maximum
        token = secrets.new_token()
        grant = Grant(secrets.digest(token), name)
        placed = presences.place(meeting.id, meeting.revision, places, person, grant, self._clock())
        if placed is Lost.FULL:
            return of_decision(Full(decision.location, None))
        return placed if isinstance(placed, Lost) else Opened(meeting.id, token, lobby)

    def _own(self, meeting: MeetingFacts, person: Person, presence_id: UUID | None) -> Opened | None:
        """Somebody inside through another tab of theirs wants to go on here: there must not be two of them.

        What comes of it is decided when the token is brought, as with every resume."""
        if presence_id is None:
            return None
        token = secrets.new_token()
        row = presences.give_back(presence_id, meeting.id, person, secrets.digest(token))
        if row is None:
            return None
        return Opened(meeting.id, token, row.state == PresenceState.WAITING, taken_back=True)

    def _who(self, meeting: MeetingFacts, knock: Knock) -> tuple[Person, str]:
        account = signed_in(knock.session_key)
        invitation = bearers.bearer(meeting.id, knock.invitation) if knock.invitation else None
        account_id = account.id if account else None
        person = Person(
            account_id=account_id,
            invitation_id=invitation.id if invitation else None,
            device_digest=secrets.device_digest(self._device_key, meeting.id, knock.device),
            exempt=bool(invitation and invitation.exempt),
            role=presences.role_of(meeting.host_id, meeting.id, account_id),
        )
        return person, knock.name or (account.display_name if account else "") or NAMELESS

    # ------------------------------------------------------------ the socket's first message

    def enter(self, grant: str, location: Location, node_id: UUID) -> Entry | Ending:
        """Use a grant up, decided again at the location of the connection that brings it."""
        return _settle(lambda: self._enter(secrets.digest(grant), location, node_id))

    def _enter(self, digest: str, location: Location, node_id: UUID) -> Entry | Ending | Lost:
        now = self._clock()
        presence = presences.granted(digest, now)
        meeting = facts(meeting_id=presence.meeting_id) if presence else None
        if presence is None or meeting is None:
            return Ending(EndReason.BAD_GRANT)
        if meeting.ended_at is not None:
            return self._out(presence, _closed(meeting), node_id)
        person = person_of(presence)
        decision = self._at_door(meeting, person, location, let_in=presence.let_in)
        self._between()
        if not isinstance(decision, Admitted | Lobby):
            return self._out(presence, self.ending(meeting, decision), node_id)
        waiting = isinstance(decision, Lobby)
        state = PresenceState.WAITING if waiting else PresenceState.ACTIVE
        places = 0 if waiting or person.runs_meeting else meeting.maximum
        token = secrets.new_token()
        lost = presences.take_grant(
            presence, state, meeting.revision, places, node_id, secrets.digest(token), now
        )
        if lost is Lost.FULL:
            return self._out(presence, of_decision(Full(decision.location, None)), node_id)
        return lost or Entry(presence.pk, 1, meeting, person, decision, waiting, token, presence.let_in)

    def resume(self, token: str, location: Location, node_id: UUID) -> Entry | Ending:
        """Take a presence over from a lost connection; the gate decides again before it does."""
        return _settle(lambda: self._resume(secrets.digest(token), location, node_id))

    def _resume(self, digest: str, location: Location, node_id: UUID) -> Entry | Ending | Lost:
        presence = presences.resumable(digest)
        meeting = facts(meeting_id=presence.meeting_id) if presence else None
        if presence is None or meeting is None:
            return Ending(EndReason.BAD_GRANT)
        if meeting.ended_at is not None:
            return self._out(presence, _closed(meeting), node_id)
        person = person_of(presence)
        waiting = presence.state == PresenceState.WAITING
        again = self.decide_waiting if waiting else self.decide_inside
        found = blocks.of(meeting.id, person, self._clock())
        decision = again(meeting, person, location, found, let_in=presence.let_in)
        self._between()
        if not isinstance(decision, Admitted | Lobby):
            return self._out(presence, self.ending(meeting, decision), node_id)
        token = secrets.new_token()
        lost = presences.take_over(presence, meeting.revision, node_id, secrets.digest(token))
        return lost or Entry(
            presence.pk, presence.generation + 1, meeting, person, decision, waiting, token,
            presence.let_in, presence.media_session, presence.mutes, presence.microphone_on,
        )  # fmt: skip

    def _out(self, presence: Presence, ending: Ending, node_id: UUID) -> Ending:
        """A presence that is not taken after all; whatever media it has left is this node's to destroy."""
        marking.mark([presence.pk], ending, self._clock())
        presences.move(presence.pk, node_id)
        return ending

    # ------------------------------------------------------------ decisions

    def _at_door(
        self,
        meeting: MeetingFacts,
        person: Person,
        location: Location,
        reaching: blocks.Reaching | None = None,
        *,
        let_in: bool = False,
    ) -> Decision:
        now = self._clock()
        found, to_lobby = blocks.of(meeting.id, person, now) if reaching is None else reaching
        terms = self._terms.of(meeting)
        if to_lobby:
            terms = replace(terms, waiting_room=True)
        if let_in:
            # the host's word to this person is younger than the lock
            terms = replace(terms, locked=False)
        standing = Standing(
            let_in=let_in,
            runs_meeting=person.runs_meeting,
            exempt=person.exempt,
            blocks=found,
            exemptions=self._enforced(meeting).exempt(person),
        )
        return decide(terms, standing, location, now)

    def ending(self, meeting: MeetingFacts, decision: Refused | Withheld | Full | Locked) -> Ending:
        """What a negative decision means, and all that the person is told of it (P4)."""
        if isinstance(decision, Withheld):
            return withheld(decision, self._enforced(meeting).told(decision.restrictions), self._clock())
        return of_decision(decision)

    def withheld(self, meeting: MeetingFacts, location: Location) -> Ending:
        """What somebody is told whom another node marked as withheld: by what is in force where they are."""
        enforced, now = self._enforced(meeting), self._clock()
        ids = enforced.reaching(location, now)
        return withheld(Withheld(location, None, ids), enforced.told(ids), now)

    def rule(self, meeting: MeetingFacts) -> AccessRule | None:
        """The host's rule, for those inside to see."""
        return self._terms.of(meeting).rule

    def decide_waiting(
        self,
        meeting: MeetingFacts,
        person: Person,
        location: Location,
        reaching: blocks.Reaching,
        *,
        let_in: bool,
    ) -> Decision:
        """For somebody in the waiting room: a lock or a full meeting is no reason to go from there."""
        decision = self._at_door(meeting, person, location, reaching, let_in=let_in)
        if isinstance(decision, Locked | Full):
            return Lobby(location, decision.valid_until, Cause.WAITING_ROOM, None)
        return decision

    def decide_inside(
        self,
        meeting: MeetingFacts,
        person: Person,
        location: Location,
        reaching: blocks.Reaching,
        *,
        let_in: bool,
    ) -> Decision:
        """For somebody who is inside: nothing of the door reaches them."""
        now = self._clock()
        found, _ = reaching
        standing = Standing(
            inside=True,
            let_in=let_in,
            runs_meeting=person.runs_meeting,
            exempt=person.exempt,
            blocks=found,
            exemptions=self._enforced(meeting).exempt(person),
        )
        return decide(self._terms.of(meeting), standing, location, now)


def _settle(attempt: Callable[[], T | Lost]) -> T | Ending:
    """Repeat while the rules move under the decision. A grant or token somebody else used is no good."""
    for _ in range(_ATTEMPTS):
        answer = attempt()
        if not isinstance(answer, Lost):
            return answer
        if answer is not Lost.STALE:
            return Ending(EndReason.BAD_GRANT)
    raise Unavailable("contention")


def _closed(meeting: MeetingFacts | None) -> Ending:
    return Ending(EndReason.NO_SUCH_MEETING if meeting is None else EndReason.ENDED)


def _refuse(meeting: MeetingFacts, ending: Ending) -> Ending:
    if ending.is_refusal or ending.is_withheld:
        marking.refused(meeting.id, ending)
    return ending

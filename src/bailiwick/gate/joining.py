"""From what the door gave to what a node holds."""

from dataclasses import dataclass, field

from bailiwick.geo.address import ClientAddress
from bailiwick.rules.decision import Cause, Lobby

from .door import Entry
from .line import Held


@dataclass(frozen=True, slots=True)
class Joined:
    """A presence taken by a connection that is not attached yet.

    `resume`: its next token. `by_rule`: a country rule sent them to the waiting room. `muted`: by a host, and
    they have not heard of it.
    """

    held: Held
    resume: str = field(repr=False)
    title: str = field(repr=False)
    by_rule: bool
    muted: bool = False


def taken(entry: Entry, address: ClientAddress | None) -> Joined:
    """What this node holds of a presence it just took."""
    held = Held(
        presence_id=entry.presence_id,
        meeting_id=entry.meeting.id,
        generation=entry.generation,
        person=entry.person,
        waiting=entry.waiting,
        let_in=entry.let_in,
        mutes=entry.mutes,
        decided_revision=entry.meeting.revision,
        valid_until=entry.decision.valid_until,
        address=address,
        location=entry.decision.location,
        line=None,
        media_ref=entry.media_session,
    )
    by_rule = isinstance(entry.decision, Lobby) and entry.decision.cause is Cause.RULE
    return Joined(held, entry.resume, entry.meeting.title, by_rule)

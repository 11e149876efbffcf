"""A second telling of the decision, written from DESIGN.md and apart from `rules.decision`.

It asks questions of whole sets instead of walking steps, uses no index and no early exit, works the evidence
out of the votes itself, and finds `valid_until` by trying every instant in sight.
"""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from bailiwick.rules.access import AccessRule, Mode
from bailiwick.rules.decision import Decision, MeetingTerms, Standing
from bailiwick.rules.location import Location, Undetermined

OUR_FAULT = {"no_table", "not_active", "no_address", "stale", "too_few_sources"}


class Told(NamedTuple):
    """A decision without its clock: the kind, and everything the person is told."""

    kind: str
    cause: str | None = None
    setter: str | None = None
    block: str | None = None
    restrictions: tuple[str, ...] = ()


def told(decision: Decision) -> Told:
    """The real decision in the oracle's words."""
    block = getattr(decision, "block", None)
    return Told(
        type(decision).__name__,
        getattr(decision, "cause", None),
        getattr(decision, "setter", None),
        None if block is None else block.id,
        getattr(decision, "restrictions", ()),
    )


def expected(meeting: MeetingTerms, standing: Standing, location: Location, now: datetime) -> Told:
    """The first of the outcomes that holds."""
    outcomes = [
        *_blocked(standing, now),
        *_withheld(meeting, standing, location, now),
        *_by_rule(meeting, standing, location),
        *_at_door(meeting, standing),
        Told("Admitted"),
    ]
    return outcomes[0]


def expected_until(
    meeting: MeetingTerms, standing: Standing, location: Location, now: datetime
) -> datetime | None:
    """The first instant after now at which something else would be said, of all instants anything names."""
    instants = {block.expires_at for block in standing.blocks}
    for restriction in meeting.restrictions:
        instants |= {restriction.effective_from, restriction.expires_at}
    first = expected(meeting, standing, location, now)
    later = sorted(instant for instant in instants if instant is not None and instant > now)
    return next((at for at in later if expected(meeting, standing, location, at) != first), None)


def _blocked(standing: Standing, now: datetime) -> list[Told]:
    live = [block for block in standing.blocks if block.expires_at is None or block.expires_at > now]
    forever = [block for block in live if block.expires_at is None]
    ends = sorted({block.expires_at for block in live if block.expires_at}, reverse=True)
    by_end = [block for end in ends for block in live if block.expires_at == end]
    return [Told("Refused", "blocked", block=block.id) for block in forever + by_end]


def _withheld(meeting: MeetingTerms, standing: Standing, location: Location, now: datetime) -> list[Told]:
    names = {vote.code for vote in location.votes}
    sure = len(location.votes) >= 2 and len(names) == 1 and not any(vote.stale for vote in location.votes)
    if not sure or location.reason is Undetermined.OVERRIDDEN:
        return []
    ids = tuple(
        restriction.id
        for restriction in meeting.restrictions
        if restriction.proven
        and names & restriction.territory
        and restriction.id not in standing.exemptions
        and not now < restriction.effective_from
        and now < restriction.expires_at
    )
    return [Told("Withheld", restrictions=ids)] if ids else []


def _place(location: Location) -> str | None:
    if location.reason is Undetermined.OVERRIDDEN:
        return location.majority
    named = Counter(vote.code for vote in location.votes if vote.code and not vote.stale)
    return next((code for code, count in named.items() if count > len(location.votes) / 2), None)


def _by_rule(meeting: MeetingTerms, standing: Standing, location: Location) -> list[Told]:
    counting = [meeting.rule] if standing.inside else [meeting.server_rule, meeting.rule]
    words = [
        (_word(rule, standing, location), rule.setter)
        for rule in counting
        if rule is not None and not standing.exempt
    ]
    refused = [Told("Refused", "rule", setter) for word, setter in words if word == "refuse"]
    return refused + [Told("Lobby", "rule", setter) for word, setter in words if word == "waiting_room"]


def _word(rule: AccessRule, standing: Standing, location: Location) -> str:
    place = _place(location)
    if place is not None:
        return "admit" if (place in rule.territories) == (rule.mode is Mode.ALLOW) else "refuse"
    if standing.let_in:
        return "admit"
    nobody_to_wait_for = standing.inside or standing.runs_meeting
    if rule.undetermined == "waiting_room":
        return "admit" if nobody_to_wait_for else "waiting_room"
    if standing.inside and location.reason in OUR_FAULT:
        return "admit"
    return rule.undetermined


def _at_door(meeting: MeetingTerms, standing: Standing) -> list[Told]:
    if standing.inside or standing.runs_meeting:
        return []
    waits = meeting.waiting_room and not standing.let_in
    return (
        [Told("Locked")] * meeting.locked
        + [Told("Full")] * meeting.full
        + [Told("Lobby", "waiting_room")] * waits
    )

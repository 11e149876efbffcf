"""What the API takes and gives."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from bailiwick.meetings.recurrence import Frequency, Recurrence
from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.territory import parse_territory


class Strict(Schema):
    """What comes in: an unknown field is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class RuleIn(Strict):
    """An access rule; all three parts are asked for, there is no default."""

    mode: Literal["allow", "deny"]
    territories: Annotated[list[Annotated[str, Field(max_length=8)]], Field(max_length=260)]
    undetermined: Literal["admit", "waiting_room", "refuse"]

    def rule(self) -> AccessRule:
        """Raises UnknownTerritory."""
        territories = parse_territory(self.territories)
        return AccessRule(Mode(self.mode), territories, OnUndetermined(self.undetermined), RuleSetter.HOST)


class RuleOut(Schema):
    """A rule, and what it does in words."""

    mode: str
    territories: list[str]
    undetermined: str
    sentence: str


class RuleAnswer(Schema):
    """`rule` null: people can come in from anywhere."""

    rule: RuleOut | None


class DryRunOut(Schema):
    """How many of those inside would stay, would go, could not be located: bands like "0-4", "10-24"."""

    stay: str
    go: str
    undetermined: str


class RecurrenceIn(Strict):
    """`weekdays` (0 is Monday) with `weekly` only; at most one of `until` and `count`."""

    frequency: Frequency
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = []
    until: date | None = None
    count: int | None = None

    def recurrence(self) -> Recurrence:
        """Raises InvalidRecurrence."""
        weekdays = tuple(sorted(set(self.weekdays)))
        return Recurrence(self.frequency, weekdays, self.until, self.count)


class RecurrenceOut(Schema):
    """As RecurrenceIn."""

    frequency: str
    weekdays: list[int]
    until: date | None
    count: int | None


class MeetingPatch(Strict):
    """What may be changed; a field left out stays."""

    title: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    description: Annotated[str, Field(max_length=2000)] | None = None
    starts_at: datetime | None = None
    duration_minutes: int | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    recurrence: RecurrenceIn | None = None
    waiting_room: bool | None = None
    locked: bool | None = None
    maximum: int | None = None
    on_host_leave: Literal["continue", "hand_over", "end"] | None = None


class MeetingChange(MeetingPatch):
    """A change of a meeting that exists."""

    tell: Annotated[bool, Field(description="mail the invited when time or title changed")] = True


class MeetingIn(MeetingPatch):
    """A new meeting: only the title must be given."""

    title: Annotated[str, Field(min_length=1, max_length=120)]


class MeetingOut(Schema):
    """A meeting as its host and co-hosts see it. `refused` counts, and never says from where."""

    slug: str
    title: str
    description: str
    link: str
    role: Literal["host", "co_host"]
    starts_at: datetime | None
    duration_minutes: int
    time_zone: str
    recurrence: RecurrenceOut | None
    next_times: list[datetime]
    waiting_room: bool
    locked: bool
    maximum: int
    on_host_leave: str
    rule: RuleOut | None
    refused: int
    ended_at: datetime | None


class MeetingsOut(Schema):
    """An account's meetings, the next one first."""

    meetings: list[MeetingOut]


class CoHostIn(Strict):
    """By the e-mail address of an account."""

    email: Annotated[str, Field(max_length=254)]


class CoHostOut(Schema):
    """`id` is what DELETE takes, and `label` what they were named by: an address typed in, or the name shown
    inside. Whose account it is, is not told."""

    id: UUID
    label: str
    you: bool


class InvitationsIn(Strict):
    """`exempt`: the meeting's rule does not apply to whoever brings one of these links."""

    emails: Annotated[list[Annotated[str, Field(max_length=254)]], Field(min_length=1, max_length=100)]
    exempt: bool = False
    send: bool = True


class InvitationPatch(Strict):
    """Whether the rule applies to them."""

    exempt: bool


class InvitationOut(Schema):
    """`link` is personal: hand it to nobody else."""

    id: UUID
    email: str
    exempt: bool
    sent_at: datetime | None
    link: str


class BlockOut(Schema):
    """Somebody kept out; `lobby_only`: they may come back through the waiting room. `scope`: `meeting` or
    `series`. `reason`: `removed` where none was given."""

    id: UUID
    label: str
    lobby_only: bool
    scope: str
    reason: str
    created_at: datetime
    expires_at: datetime | None


class PeopleOut(Schema):
    """Who helps, who is invited, who is kept out."""

    co_hosts: list[CoHostOut]
    invitations: list[InvitationOut]
    blocks: list[BlockOut]


class TerritoryOut(Schema):
    """One country or territory."""

    code: str
    name: str
    continent: str


class TerritoriesOut(Schema):
    """All of them, and groups: continents by code, EU and EEA as of today."""

    territories: list[TerritoryOut]
    continents: dict[str, str]
    groups: dict[str, list[str]]

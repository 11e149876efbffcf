"""What the gate decides on: one meeting's facts and terms, read so that they are at least as new as the
revision they are read with. A cache by revision keeps the door down to one query where nothing changed."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from bailiwick.rules.access import AccessRule
from bailiwick.rules.decision import MeetingTerms
from bailiwick.rules.restriction import Restriction

from . import statements
from .access import rule_of, server_rule, server_rule_in_force
from .models import Meeting

_CACHED: Final = 1024
_FIELDS: Final = (
    "id", "slug", "title", "host", "revision", "roster_revision", "locked", "waiting_room", "maximum",
    "on_host_leave", "refused_count", "withheld_count",
    "reported_count", "ended_at", "created_at", "starts_at", "recurrence",
)  # fmt: skip
_FLAGS: Final = ("locked", "waiting_room")
_TIMES: Final = ("ended_at", "created_at", "starts_at")


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """A meeting's row as the gate needs it, with the revision of server-wide state beside it."""

    id: UUID
    slug: str
    title: str
    host_id: UUID
    revision: int
    roster_revision: int
    locked: bool
    waiting_room: bool
    maximum: int
    on_host_leave: str
    refused: int
    withheld: int
    reported: int
    ended_at: datetime | None
    created_at: datetime
    starts_at: datetime | None
    recurrence: str
    server_revision: int


def facts(*, slug: str | None = None, meeting_id: UUID | None = None) -> MeetingFacts | None:
    """The meeting with that link or id; None if there is none. One query."""
    key, value = ("slug", slug) if meeting_id is None else ("id", meeting_id)
    row = statements.fetch_one(
        statements.meeting_by(key, _FIELDS), [statements.prepared(Meeting, key, value)]
    )
    if row is None:
        return None
    values = dict(zip(_FIELDS, row, strict=False))
    values["refused"] = values.pop("refused_count")
    values["withheld"] = values.pop("withheld_count")
    values["reported"] = values.pop("reported_count")
    values["host_id"] = statements.uuid_of(values.pop("host"))
    values["id"] = statements.uuid_of(values["id"])
    for name in _FLAGS:
        values[name] = bool(values[name])
    for name in _TIMES:
        values[name] = statements.time_of(values[name])
    return MeetingFacts(**values, server_revision=row[-1] or 0)


Restrictions = Callable[[MeetingFacts], tuple[Restriction, ...]]


class TermsCache:
    """Terms by meeting and revisions. For one thread's use, or several: entries are never changed.

    `restrictions` gives those to enforce as of the meeting's revision; `generation` grows when it would give
    others at the same one.
    """

    def __init__(
        self, restrictions: Restrictions = lambda _meeting: (), generation: Callable[[], int] = lambda: 0
    ) -> None:
        self._terms: OrderedDict[tuple[UUID, int, int, int, bool, bool], MeetingTerms] = OrderedDict()
        self._restrictions = restrictions
        self._generation = generation
        self._server: tuple[int, AccessRule | None] = (-1, None)

    def of(self, meeting: MeetingFacts) -> MeetingTerms:
        """The terms of `meeting`, nobody's place counted yet (`full` is False)."""
        locked, waiting_room = meeting.locked, meeting.waiting_room
        key = (
            meeting.id, meeting.revision, meeting.server_revision, self._generation(), locked, waiting_room
        )  # fmt: skip
        terms = self._terms.get(key)
        if terms is None:
            terms = self._terms[key] = self._read(meeting)
            while len(self._terms) > _CACHED:
                self._terms.popitem(last=False)
        return terms

    def _read(self, meeting: MeetingFacts) -> MeetingTerms:
        return MeetingTerms(
            revision=meeting.revision,
            rule=rule_of(meeting.id),
            server_rule=self._server_rule(meeting.server_revision),
            restrictions=self._restrictions(meeting),
            locked=meeting.locked,
            waiting_room=meeting.waiting_room,
        )

    def _server_rule(self, revision: int) -> AccessRule | None:
        # one look at it: another thread may be putting an older revision's rule there
        known = self._server
        if known[0] != revision:
            known = self._server = (revision, current_server_rule())
        return known[1]


def current_server_rule() -> AccessRule | None:
    """The server-wide rule in force: approved by a second person, not withdrawn, and in the log."""
    row = server_rule_in_force()
    return None if row is None else server_rule(row)

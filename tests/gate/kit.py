"""A gate to test with: real rules, rows and table; the media server's double; people who note what they
are told. The clock is the test's."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from channels.layers import InMemoryChannelLayer

from bailiwick.accounts.models import Account
from bailiwick.gate.door import Door, Knock, Opened
from bailiwick.gate.eject import Ejector
from bailiwick.gate.ending import Ending
from bailiwick.gate.gate import Gate
from bailiwick.gate.joining import Joined
from bailiwick.gate.line import Chat
from bailiwick.gate.proofs import Proofs
from bailiwick.gate.views import RoomView
from bailiwick.geo.address import parse_address
from bailiwick.geo.locator import Locator
from bailiwick.media.double import DoubleMedia, World
from bailiwick.media.port import MediaSession
from bailiwick.meetings import events
from bailiwick.meetings.models import HostRule, Meeting, Presence
from bailiwick.meetings.models.meeting import bump
from tests.factories.geo import small_table

ADDRESS = {
    "CN": "1.0.1.7",
    "HK": "1.32.192.9",
    "TW": "1.34.0.5",
    "FR": "2.0.0.9",
    "US": "3.208.0.4",
    "DE": "5.9.0.1",
    "GB": "81.2.69.5",
    "??": "60.242.0.3",  # the sources disagree: majority AU, unanimous nothing
    "none": "17.5.0.8",  # one vote: nothing
}
SECONDS = 30.0


class Clock:
    """The gate's clock: real time plus what the test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass
class Person:
    """Somebody and their connection; implements `gate.line.Line`."""

    name: str
    place: str
    views: list[RoomView] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    chats: list[Chat] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    session: MediaSession | None = None
    resets: int = 0
    was_muted: int = 0
    mutes: int = 0
    was_superseded: bool = False
    went_away: bool = False
    was_let_in: bool = False
    joined: Joined | None = None

    def room(self, view: RoomView) -> None:
        self.views.append(view)

    def let_in(self) -> None:
        self.was_let_in = True

    def media(self, session: MediaSession | None) -> None:
        self.session = session
        self.resets += session is None

    def muted(self, mutes: int) -> None:
        self.was_muted += 1
        self.mutes = mutes

    def chat(self, chat: Chat) -> None:
        self.chats.append(chat)

    def notice(self, code: str) -> None:
        self.notices.append(code)

    def ended(self, ending: Ending) -> None:
        self.endings.append(ending)

    def superseded(self) -> None:
        self.was_superseded = True

    def going_away(self) -> None:
        self.went_away = True

    @property
    def id(self) -> str:
        assert self.joined is not None
        return self.joined.held.presence_id.hex

    @property
    def sees(self) -> set[str]:
        """The names in the last view."""
        return {one.name for one in self.views[-1].participants.values()} if self.views else set()

    @property
    def ended_as(self) -> str | None:
        return self.endings[-1].reason.value if self.endings else None


async def until(condition: Callable[[], Any], what: str = "") -> None:
    """Wait for a condition, generously; speed is judged by benchmarks only."""
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


class House:
    """Gates over one database and one media server, and meetings in them."""

    def __init__(self, folder: Path) -> None:
        self.world = World()
        self.clock = Clock()
        self.layer = InMemoryChannelLayer()
        self.table = folder / "table.bwt"
        small_table(self.table)
        self.other = folder / "other.bwt"
        self.overrides = folder / "overrides.txt"
        self.alarms: list[str] = []
        self.gates: list[Gate] = []
        self.between: Callable[[], None] = lambda: None
        self.proofs: Callable[[], Proofs | None] = lambda: None

    async def gate(
        self, *, ejector: type[Ejector] = Ejector, layer: Any = None, table: Path | None = None
    ) -> Gate:
        """One more node."""
        door = Door(self.clock, b"k" * 32, lambda: self.between(), self.proofs())  # noqa: PLW0108 (set later)
        gate = Gate(
            media=DoubleMedia(self.world),
            locator=Locator(table or self.table, overrides=self.overrides),
            layer=layer or self.layer,
            device_key=b"k" * 32,
            clock=self.clock,
            alarm=self.alarms.append,
            watch_seconds=0.2,
            ejector=ejector,
            door=door,
        )
        await gate.start()
        self.gates.append(gate)
        return gate

    async def kill(self, gate: Gate) -> None:
        """The node dies: its loops stop, nothing is handed over, its lease runs out."""
        gate._unlisten()
        for task in gate._tasks:
            task.cancel()
        await asyncio.gather(*gate._tasks, return_exceptions=True)
        await gate._keeper.stop()
        self.gates.remove(gate)

    async def pass_time(self, seconds: int) -> None:
        """As it passes in life: leases are renewed meanwhile."""
        for _ in range(seconds // 2):
            self.clock.advance(2)
            for gate in self.gates:
                await gate._node.renew_lease()

    async def close(self) -> None:
        for gate in self.gates:
            await gate.stop()


@sync_to_async
def meeting(**fields: Any) -> Meeting:
    """A meeting with a host of its own."""
    host = Account.objects.create_user(f"host{Account.objects.count()}@example.org", display_name="Host")
    count = Meeting.objects.count()
    return Meeting.objects.create(host=host, slug=f"room-{count:04}", title="Seminar", **fields)


@sync_to_async
def sign_in(account: Account) -> str:
    """A session of this account; its key."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    assert session.session_key is not None
    return session.session_key


@sync_to_async
def account(email: str) -> Account:
    return Account.objects.create_user(email, display_name=email.partition("@")[0])


def set_rule_now(row: Meeting, mode: str, *codes: str, undetermined: str = "admit") -> None:
    """As the host's endpoint does: rule and revision in one transaction, announced after commit."""
    from django.db import transaction

    with transaction.atomic():
        HostRule.objects.update_or_create(
            meeting=row,
            defaults={
                "mode": mode,
                "territories": sorted(codes),
                "undetermined": undetermined,
                "set_at": datetime.now(UTC),
            },
        )
        bump(Meeting.objects.filter(id=row.pk))
        events.announce(row.pk)


def lift_rule_now(row: Meeting) -> None:
    from django.db import transaction

    with transaction.atomic():
        HostRule.objects.filter(meeting=row).delete()
        bump(Meeting.objects.filter(id=row.pk))
        events.announce(row.pk)


set_rule = sync_to_async(set_rule_now)
lift_rule = sync_to_async(lift_rule_now)


async def knock(gate: Gate, row: Meeting, person: Person, **fields: Any) -> Opened | Ending:
    """Ask at the door."""
    asked = replace(Knock(slug=row.slug, name=person.name), **fields)
    return await gate.knock(asked, parse_address(ADDRESS[person.place]))


async def enter(gate: Gate, grant: str, person: Person) -> Joined | Ending:
    """Bring a grant."""
    joined = await gate.enter(grant, parse_address(ADDRESS[person.place]))
    if isinstance(joined, Joined):
        person.joined = joined
        await gate.attach(joined, person)
    return joined


async def join(
    gate: Gate, row: Meeting, name: str, place: str = "FR", *, published: bool = True, **fields: Any
) -> Person:
    """Come in, as far as one is let, and wait for the media session."""
    person = Person(name, place)
    opened = await knock(gate, row, person, **fields)
    assert isinstance(opened, Opened), opened
    joined = await enter(gate, opened.grant, person)
    assert isinstance(joined, Joined), joined
    if not joined.held.waiting and published:
        await until(lambda: person.session is not None)
    return person


async def join_as_host(gate: Gate, row: Meeting, place: str = "FR") -> Person:
    """The host comes in."""
    return await join(gate, row, "Host", place, session_key=await sign_in(row.host))


async def resume(gate: Gate, person: Person, place: str | None = None) -> tuple[Person, Joined | Ending]:
    """A new connection with the last resume token."""
    assert person.joined is not None
    again = Person(person.name, place or person.place)
    address = parse_address(ADDRESS[again.place])
    joined = await gate.resume(person.joined.resume, address, heard=person.mutes)
    if isinstance(joined, Joined):
        again.joined = joined
        await gate.attach(joined, again)
    return again, joined


@sync_to_async
def row_of(person: Person) -> Presence:
    """The presence's row."""
    return Presence.objects.get(pk=UUID(person.id))


@sync_to_async
def rows(row: Meeting) -> list[Presence]:
    return list(Presence.objects.filter(meeting=row))


@sync_to_async
def fresh(row: Meeting) -> Meeting:
    return Meeting.objects.get(pk=row.pk)

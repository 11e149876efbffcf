"""What is common to all rules of the machine: the house, the oracle, and looking at what came of a step."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection, transaction
from hypothesis.stateful import RuleBasedStateMachine

from bailiwick.gate.door import Opened
from bailiwick.gate.ending import Ending
from bailiwick.gate.joining import Joined
from bailiwick.gate.secrets import digest
from bailiwick.meetings.models import Presence, PresenceState
from bailiwick.orders.models import Appeal, Demand, Restriction
from tests.machine.oracle import Oracle, Order, Someone
from tests.machine.places import Place
from tests.machine.steady import Borrowed, Clock
from tests.machine.world import Guest, World


@dataclass
class Stage:
    """What all examples share: where they are played."""

    folder: Path
    table: Path
    settings: Any
    thread: Borrowed
    numbers: Iterator[int] = field(default_factory=count)
    clock: Clock = field(default_factory=Clock)


@dataclass
class Met:
    """What somebody was answered, what they should have been, and on which grounds. `settled`: the gate had
    its second before."""

    guest: Guest
    node: str
    expected: str
    grounds: set[str]
    found: str
    ending: Ending | None
    settled: bool
    freed: bool = False

    def __str__(self) -> str:
        who = self.guest.who
        asked = f"{who.name} in {who.meeting}, {who.place}"
        return f"{asked}: {self.found} for {self.expected}, by {self.ending and self.ending.restrictions}"


@dataclass
class Pending:
    """A demand under review, as the story knows it."""

    row: Demand
    state: str
    asked: set[str]
    ends: datetime
    meetings: dict[int, int]
    accounts: list[int]


@dataclass
class Objection:
    """Filed, and not decided as far as the story knows."""

    row: Appeal
    order: Order
    guest: Guest


class Story(RuleBasedStateMachine):
    """The house of one example; taken back at its end."""

    stage: ClassVar[Stage]

    def __init__(self) -> None:
        super().__init__()
        self._beginning = transaction.savepoint()
        self._logged = 0
        try:
            self._begin()
        except BaseException:
            self._take_back()
            raise

    def _begin(self) -> None:
        stage = self.stage
        folder = stage.folder / f"example-{next(stage.numbers)}"
        stage.clock = Clock()
        self.world = World(folder, stage.table, stage.settings, stage.thread, stage.clock)
        self.oracle = Oracle()
        self.pending: list[Pending] = []
        self.closed: set[UUID] = set()
        self.proposed: list[tuple[Restriction, Order]] = []
        self.rows: dict[str, Restriction] = {}
        self.objections: list[Objection] = []
        self.met: list[Met] = []
        self.recent: list[Met] = []
        self.was_withheld: set[str] = set()
        self.put_out: set[str] = set()
        self.to_be_mailed: set[int] = set()
        self.steps = 0
        self.passkeys = 0
        self.forged: set[UUID] = set()
        for meeting in (0, 1):
            self.arrive(Place(), meeting, "guest", wants_in=False)
        self.world.beat()
        self.world.publish()

    def teardown(self) -> None:
        try:
            self.world.close()
        finally:
            self._take_back()

    def _take_back(self) -> None:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(self._beginning)
        connection.run_on_commit.clear()

    # ------------------------------------------------------------ for the rules

    @property
    def now(self) -> datetime:
        return self.world.clock.now

    def arrive(self, place: Place, meeting: int, kind: str, *, wants_in: bool = True) -> Guest:
        number = len(self.world.guests)
        who = Someone(f"Canary{number}x", place, meeting, kind == "host", kind == "roster", wants_in=wants_in)
        return self.world.guest(who, number, kind)

    def name_of(self, node: int) -> str:
        return self.world.nodes[node].name

    def pick(self, among: list[Any], number: int) -> Any:
        return among[number % len(among)]

    def host_inside(self, meeting: int) -> Guest | None:
        guests = self.world.guests
        return next((g for g in guests if g.who.host and g.who.meeting == meeting and g.inside), None)

    # ------------------------------------------------------------ what came of it

    def look(self) -> None:
        """At once, before the gate had any time; then a second later."""
        self.steps += 1
        for guest in list(self.world.guests):
            if not guest.inside:
                self.try_door(guest, (guest.number + self.steps) % 2, settled=False)
        self.to_be_mailed = self.affected()
        self.world.beat()
        self.oracle.set_back = self.oracle.contradicted
        for guest in self.world.guests[:2]:
            for node in (0, 1):
                self.try_door(guest, node, settled=True)
        self._see_inside()
        for guest in list(self.world.guests[2:]):
            if not guest.inside and self._expected_at_door(guest, 0) == "withheld":
                self.try_door(guest, (guest.number + self.steps + 1) % 2, settled=True)
        for node in (0, 1):
            self.oracle.notice(self.name_of(node))
        self.was_withheld = {
            guest.who.name for guest in self.world.guests if self._expected_at_door(guest, 0) == "withheld"
        }
        self._drop_grants()
        self.met, self.recent = self.recent, []

    def affected(self) -> set[int]:
        """The meetings from which somebody was kept out by a restriction."""
        return {each.meeting for each in self.oracle.orders if each.kept_out}

    def _expected_at_door(self, guest: Guest, node: int) -> str:
        return self.oracle.at_door(guest.who, self.name_of(node), self.now)

    def _drop_grants(self) -> None:
        """Those that nobody kept are forgotten, as if their minute were over: the meeting must not fill."""
        kept = {digest(guest.kept_grant) for guest in self.world.guests if guest.kept_grant}
        Presence.objects.filter(state=PresenceState.GRANTED).exclude(grant_digest__in=kept).delete()

    def try_door(self, guest: Guest, node: int, *, settled: bool) -> None:
        """Knock, and come in if one is let."""
        expected = self._expected_at_door(guest, node)
        grounds = self.oracle.withholding(guest.who, self.name_of(node), self.now)
        found = self.world.knock(guest, node)
        self.note(guest, node, expected, grounds, found, settled=settled)
        if isinstance(found, Opened) and not found.lobby and guest.who.wants_in and not guest.kept_grant:
            self.enter(guest, found.grant, node, expected, grounds)

    def enter(self, guest: Guest, grant: str, node: int, expected: str, grounds: set[str]) -> None:
        """The socket's first message: decided again."""
        joined = self.world.enter(guest, grant, node)
        if isinstance(joined, Ending):
            self.note(guest, node, expected, grounds, joined, settled=False)

    def note(
        self, guest: Guest, node: int, expected: str, grounds: set[str],
        found: Opened | Ending | Joined, *, settled: bool,
    ) -> None:  # fmt: skip
        ending = found if isinstance(found, Ending) else None
        if ending is not None:
            word = ending.reason.value
            self._count(ending)
        else:
            word = "lobby" if isinstance(found, Opened) and found.lobby else "admitted"
        freed = guest.who.name in self.was_withheld and expected != "withheld"
        name = self.name_of(node)
        self.recent.append(Met(guest, name, expected, grounds, word, ending, settled, freed))

    def _count(self, ending: Ending) -> None:
        for each in self.oracle.orders:
            each.kept_out += each.name in ending.restrictions

    def _see_inside(self) -> None:
        for guest in self.world.guests:
            if guest.line is not None:
                self._see(guest)

    def _see(self, guest: Guest) -> None:
        """Whoever was inside: still there, or out and told why, and not coming back by a side door."""
        node = self.name_of(guest.at)
        expected = self.oracle.inside(guest.who, node, self.now)
        grounds = self.oracle.withholding(guest.who, node, self.now)
        line = guest.line
        assert line is not None
        if not line.endings:
            self.recent.append(Met(guest, node, expected, grounds, "admitted", None, settled=True))
            return
        (ending,) = line.endings
        self.put_out.add(line.id)
        self.note(guest, guest.at, expected, grounds, ending, settled=True)
        guest.line = None
        self._side_doors(guest, expected, grounds)

    def _side_doors(self, guest: Guest, expected: str, grounds: set[str]) -> None:
        """With the last token, at another node."""
        former, guest.former = guest.former, None
        assert former is not None
        again = self.world.resume(guest, former, 1 - guest.at)
        word = "admitted" if isinstance(again, Joined) else expected
        node = self.name_of(1 - guest.at)
        if isinstance(again, Ending):
            self._count(again)
        self.recent.append(Met(guest, node, expected, grounds, word, None, settled=True))

"""The world of the case of 2020: a server that takes demands, with a witness; crowds from seven places."""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

from bailiwick.rules import territory
from bailiwick.swarm import ParticipantReport, Progress, Report, Swarm, assign
from bailiwick.swarm import Person as Synthetic
from bailiwick.tlog.keys import parse_private
from tests.browser.person import Person
from tests.browser.wire import inbound, udp_dropped
from tests.factories import geo
from tests.monitor.kit import run
from tests.servers.product import Host, Product, product
from tests.servers.witness import RunningWitness

PLACES: Final = {
    **geo.PLACES,
    "60.246.0.0/16": "MO",
    "1.0.2.0/24": ("CN", "CN", "HK"),  # most say mainland China, not all
}
ADDRESSES: Final = {
    "CN": "1.0.1.{}",
    "HK": "1.32.192.{}",
    "MO": "60.246.0.{}",
    "TW": "1.34.0.{}",
    "US": "3.208.0.{}",
    "most say CN": "1.0.2.{}",
    "not in the table": "9.9.9.{}",
}
CROWDS: Final = (
    {"TW": 1, "MO": 1, "most say CN": 1, "CN": 1},
    {"HK": 1, "not in the table": 1, "CN": 1},
    {"US": 1, "most say CN": 1, "CN": 1},
    {"HK": 1, "US": 1, "most say CN": 1},
)
"""Who is in the four meetings beside the browsers; nobody of the territory in the fourth."""
OF: Final = (0, 1, 2, 1)
"""Whose they are: the hosts are in the US, in Hong Kong, in the US."""
FIRST: Final = 100
"""Last part of the first address: browsers have those below."""
SUBSCRIBE: Final = 2
SECONDS: Final = 180.0
QUIET_SECONDS: Final = 3.0
Looks = dict[str, list[dict[int, tuple[int, int]]]]
"""By person: packets received and lost, by SSRC, at several moments."""
_Of = TypeVar("_Of")


# ---------------------------------------------------------------- the server


@contextmanager
def witnessed(folder: Path) -> Iterator[tuple[Product, Path, str]]:
    """A server that takes demands; the policy and the key that outsiders judge its log by."""
    key, policy = folder / "log.key", folder / "policy"
    assert run("key", "--new", "meet.example.org/log", key, "--quiet") == 0
    vkey = parse_private(key.read_text().strip()).verifier.vkey
    witness = RunningWitness(folder / "witness", "--log", vkey, "--name", "witness.example")
    try:
        policy.write_text(f"witness w {witness.key.vkey} {witness.url}\nquorum w\n")
        env = {
            "BAILIWICK_LOG_ORIGIN": "meet.example.org/log",
            "BAILIWICK_LOG_KEY_FILE": str(key),
            "BAILIWICK_LOG_POLICY": str(policy),
            "BAILIWICK_DEMANDS": "on",
        }
        with product(data=folder / "data", env=env, places=PLACES, name="localhost") as server:
            yield server, policy, vkey
    finally:
        witness.kill()


# ---------------------------------------------------------------- the crowds


def people(places: dict[str, int], first: int, video: int) -> list[Synthetic]:
    """So many from each of `ADDRESSES`; all send sound, and the first few a picture."""
    found = [
        Synthetic(f"{place} {number}", place, _label(place), _from(place, number))
        for place, count in places.items()
        for number in range(first, first + count)
    ]
    return assign([replace(person, index=i) for i, person in enumerate(found)], video, None)


def _from(place: str, number: int) -> dict[str, str]:
    return {"X-Forwarded-For": ADDRESSES[place].format(number)}


def _label(place: str) -> str:
    return territory.name(territory.parse_code(place)) if len(place) == 2 else place


class Crowds:
    """A swarm in each of some meetings, on an event loop of their own: Playwright holds the test's thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.swarms: dict[str, Swarm] = {}
        self.dropped: dict[str, int] = {}
        """By window: packets that found no room with their receiver, whoever that was."""
        self._counted = udp_dropped()

    def _do(self, work: Coroutine[Any, Any, _Of]) -> "Future[_Of]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def enter(self, url: str, slug: str, crowd: list[Synthetic], ask_again: float | None) -> None:
        """They begin to join. `ask_again`: seconds after which whoever was put out asks again; None: they go
        on sending and listening instead."""

        async def begin() -> Swarm:
            swarm = Swarm(url, crowd, subscribe=SUBSCRIBE, ask_again=ask_again)
            return await swarm.__aenter__()

        self.swarms[slug] = self._do(begin()).result(SECONDS)

    def until(self, slug: str, reached: Callable[[Progress], bool], seconds: float = SECONDS) -> None:
        self._do(self.swarms[slug].until(reached, seconds)).result()

    def progress(self, slug: str) -> Progress:
        return self.swarms[slug].progress

    def cut(self, window: str) -> None:
        """In all meetings: end the window that runs, under this name."""

        async def cuts() -> None:
            await asyncio.gather(*(swarm.cut(window) for swarm in self.swarms.values()))

        self._do(cuts()).result(SECONDS)
        before, self._counted = self._counted, udp_dropped()
        self.dropped[window] = self._counted - before

    def stop(self, slug: str) -> Report:
        return self._do(self.swarms[slug].stop()).result(SECONDS)

    def close(self) -> None:
        for swarm in self.swarms.values():
            self._do(swarm.__aexit__(None, None, None)).result(SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass(frozen=True, slots=True)
class Meetings:
    """The four, with their hosts: two in the US, one in Hong Kong, who holds two."""

    slugs: tuple[str, ...]
    hosts: tuple[Host, ...]

    def host(self, slug: str) -> Host:
        return self.hosts[OF[self.slugs.index(slug)]]


@dataclass(frozen=True, slots=True)
class Room:
    """The browsers in the first meeting."""

    grace: Person
    wing: Person
    lin: Person

    @property
    def stayers(self) -> tuple[Person, ...]:
        return (self.grace, self.wing)

    @property
    def everybody(self) -> tuple[Person, ...]:
        return (*self.stayers, self.lin)


# ---------------------------------------------------------------- what is lost


def quiet(room: Room, crowds: Crowds) -> Looks:
    """Two looks at what the stayers' browsers received, with nothing happening in between."""
    crowds.cut("joining")
    looks = {person.name: [inbound(person)] for person in room.stayers}
    room.grace.page.wait_for_timeout(QUIET_SECONDS * 1000)
    crowds.cut("quiet")
    for person in room.stayers:
        looks[person.name].append(inbound(person))
    return looks


def nothing_was_lost(room: Room, crowds: Crowds, before: Looks) -> None:
    """Between those who stay, but for what found no room with its receiver. A browser is only judged after a
    quiet time in which it lost nothing either."""
    crowds.cut("ejecting")
    for person in room.stayers:
        person.sees(2 + sum(CROWDS[0].values()) - CROWDS[0]["CN"])
        staying = {heard.ssrc for heard in person.stats().values()}
        looks = [*before[person.name], inbound(person)]
        found = [
            sum(later[ssrc][1] - sooner[ssrc][1] for ssrc in staying & sooner.keys() & later.keys())
            for sooner, later in pairwise(looks)
        ]
        assert staying & looks[0].keys()
        dropped = crowds.dropped["ejecting"]
        assert found[1] <= dropped or found[0] > 0, f"{person.name} lost {found[1]} packets, not {dropped}"
    room.grace.receives(room.wing)
    room.wing.receives(room.grace)


def lost(report: Report, window: str, reached: set[str]) -> tuple[int, int]:
    """Packets received and lost in this window by those whom nothing reached, of one another. `reached`:
    names of the others."""
    heard = [
        stream.windows[window]
        for person in report.participants
        if person.name not in reached
        for stream in person.streams
        if stream.name not in reached and window in stream.windows
    ]
    return sum(each.received for each in heard), sum(each.lost for each in heard)


def undisturbed(person: ParticipantReport) -> bool:
    """Inside from first to last: never put out, no connection resumed, no media begun anew."""
    seen = (person.outcome, person.times_out, person.resumes, person.resets)
    return seen == ("inside", 0, 0, 0) and not person.errors


# ---------------------------------------------------------------- and the rest


class Clock:
    """Says how long each chapter took."""

    def __init__(self) -> None:
        self._at = time.monotonic()

    def __call__(self, chapter: str) -> None:
        before, self._at = self._at, time.monotonic()
        print(f"{chapter}: {self._at - before:.1f} s")


def minute(when: datetime) -> datetime:
    """The next whole minute: what the form takes."""
    return when.replace(second=0, microsecond=0) + timedelta(minutes=1)


def masked(page: str) -> str:
    """Without what two restrictions never share: ids, hashes, the number of the entry, days and times."""
    page = re.sub(r"[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", page)
    page = re.sub(r"\d\d:\d\d(:\d\d)?", "TIME", page)
    page = re.sub(r"\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]+ \d{4}", "DAY", page)
    return re.sub(r"(entry |entry=|proof/|'index', )\d+", r"\1N", page)


def number_of(address: str) -> str:
    """A restriction's number in the log, from its page at the desk."""
    return address.rpartition("/")[2].replace("-", "")

"""The whole product over two media servers: one that dies is felt by the meetings on it, and by no others."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from bailiwick.gate.rooms import room_of
from bailiwick.media.janus.several import name_of
from bailiwick.swarm import Progress, Report, Swarm
from benchmarks.crowd import people
from tests.contracts.test_several_janus import several
from tests.servers.janus import RunningJanus, running_janus
from tests.servers.product import Host, Product, product

pytestmark = pytest.mark.janus
PLACES = {"HK": 3, "FR": 1}


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[RunningJanus, RunningJanus]]:
    secret = secrets.token_urlsafe(32).encode()
    with running_janus(secret=secret) as one, running_janus(secret=secret) as two:
        yield one, two


@pytest.fixture(scope="module")
def server(pair: tuple[RunningJanus, RunningJanus]) -> Iterator[Product]:
    env = {
        "BAILIWICK_JANUS_URL": ",".join(each.api_url for each in pair),
        "BAILIWICK_JANUS_ADMIN_URL": ",".join(each.admin_url for each in pair),
        "BAILIWICK_JANUS_SECRET": pair[0].secrets.seed.decode(),
    }
    with product(env=env) as running:
        yield running


def meetings_on_each(server: Product, host: Host, pair: tuple[RunningJanus, RunningJanus]) -> list[str]:
    """The slug of one that belongs on each: every other meeting does."""
    found: dict[str, str] = {}
    while len(found) < len(pair):
        slug = host.create_meeting()
        answer = server.hand("values", model="meetings.Meeting", where={"slug": slug}, fields=["id"])
        (row,) = answer["rows"]
        found[several(*pair).place(room_of(UUID(row["id"])))] = slug
    return [found[name_of(janus.api_url)] for janus in pair]


def all_hear(progress: Progress) -> bool:
    return progress.inside == 4 and progress.flowing == progress.streams >= 8


async def test_when_one_of_two_dies_its_meeting_comes_back_and_the_other_loses_no_packet(
    server: Product, pair: tuple[RunningJanus, RunningJanus]
) -> None:
    host = server.host()
    slugs = meetings_on_each(server, host, pair)
    async with AsyncExitStack() as stack:
        untouched, struck = [
            await stack.enter_async_context(Swarm(server.meeting_url(slug), people(PLACES), subscribe=2))
            for slug in slugs
        ]
        for swarm in (untouched, struck):
            await swarm.until(all_hear, 90)
        await untouched.cut("before")
        pair[1].crash()
        # what a rule asks for is done while there is no media server to do it on
        await asyncio.to_thread(host.set_rule, slugs[1], "deny", "FR")
        before = await struck.until(lambda progress: progress.inside == 3, 60)
        pair[1].start()
        await struck.until(lambda now: now.received > before.received + 500, 90)
        await untouched.cut("killed")
        calm, shaken = await untouched.stop(), await struck.stop()
    assert lost(calm, "killed") == 0
    assert {person.resets for person in calm.participants} == {0}
    assert {p.origin: p.outcome for p in shaken.participants} == {"HK": "inside", "FR": "removed"}
    assert all(person.resets > 0 for person in shaken.participants if person.origin == "HK")


def lost(report: Report, window: str) -> int:
    """Packets that did not come, of all that were heard then."""
    windows = [s.windows[window] for p in report.participants for s in p.streams if window in s.windows]
    assert len(windows) == 8
    return sum(each.lost for each in windows)

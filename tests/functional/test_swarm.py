"""A swarm in meetings of the whole product: what it reports, and what a rule's change does to it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bailiwick.swarm import ParticipantReport, Person, Progress, Report, Swarm
from benchmarks.crowd import people
from tests.servers.product import Host, Product, product

pytestmark = pytest.mark.janus


@pytest.fixture(scope="module")
def server() -> Iterator[Product]:
    with product() as running:
        yield running


@pytest.fixture
def host(server: Product) -> Host:
    return server.host()


def everybody_hears(count: int, each: int) -> Callable[[Progress], bool]:
    return lambda progress: progress.inside == count and progress.flowing == progress.streams >= count * each


def of(report: Report, origin: str) -> list[ParticipantReport]:
    return [person for person in report.participants if person.origin == origin]


async def test_p10_ten_of_forty_are_ejected_and_the_thirty_lose_no_packet(
    server: Product, host: Host
) -> None:
    slug = host.create_meeting(maximum=60)
    crowd = people({"HK": 10, "TW": 10, "FR": 10, "CN": 10}, video=4)
    async with Swarm(server.meeting_url(slug), crowd, subscribe=4) as swarm:
        await swarm.until(everybody_hears(40, 4), 60)
        await asyncio.sleep(2)
        await swarm.cut("before")
        answer = await asyncio.to_thread(host.set_rule, slug, "deny", "CN")
        assert answer.status == 200
        await swarm.until(lambda progress: progress.out == 10, 60)
        await asyncio.sleep(3)
        await swarm.cut("after")
        report = await swarm.stop()

    ejected = of(report, "CN")
    assert {(p.outcome, p.code, p.setter) for p in ejected} == {("removed", "refused_by_rule", "host")}
    gone = {person.participant for person in ejected}
    staying = [person for person in report.participants if person.participant not in gone]
    assert {person.outcome for person in staying} == {"inside"}
    between = [
        stream.windows["after"]
        for person in staying
        for stream in person.streams
        if stream.participant not in gone and "after" in stream.windows
    ]
    assert len(between) >= 60
    assert sum(window.lost for window in between) == 0
    assert all(window.received > 20 for window in between)

    told = min(person.out_at or 0 for person in ejected)
    for person in ejected:  # they go on sending, and listening
        assert person.last_packet_at is not None
        assert person.last_packet_at < told + 1.5
    heard = [s.last_at or 0 for p in staying for s in p.streams if s.participant in gone]
    assert heard
    assert max(heard) < told + 1.5


async def test_who_is_refused_at_the_door_is_reported_with_the_reason(server: Product, host: Host) -> None:
    slug = host.create_meeting()
    host.set_rule(slug, "allow", "HK")
    async with Swarm(server.meeting_url(slug), people({"HK": 2, "CN": 2}), subscribe=1) as swarm:
        await swarm.until(lambda progress: progress.inside == 2 and progress.out == 2, 60)
        report = await swarm.stop()
    assert {(p.outcome, p.code, p.setter) for p in of(report, "CN")} == {
        ("refused", "refused_by_rule", "host")
    }
    assert {p.outcome for p in of(report, "HK")} == {"inside"}
    assert report.summary()["by_origin"] == {"HK": {"inside": 2}, "CN": {"refused": 2}}


async def test_who_waits_to_be_let_in_is_reported_as_waiting(server: Product, host: Host) -> None:
    slug = host.create_meeting(waiting_room=True)
    async with Swarm(server.meeting_url(slug), people({"HK": 1}), subscribe=1) as swarm:
        await swarm.until(lambda progress: progress.waiting == 1, 60)
        report = await swarm.stop()
    assert [person.outcome for person in report.participants] == ["waiting"]


async def test_a_full_meeting_is_asked_again_until_patience_ends(server: Product, host: Host) -> None:
    slug = host.create_meeting(maximum=2)
    url = server.meeting_url(slug)
    async with Swarm(url, people({"HK": 3}), subscribe=1, patience=3, spacing=0.5) as swarm:
        await swarm.until(lambda progress: progress.inside == 2 and progress.out == 1, 60)
        report = await swarm.stop()
    (refused,) = [person for person in report.participants if person.outcome == "refused"]
    assert refused.code == "full"
    assert refused.out_at is not None
    assert refused.asked_at is not None
    assert refused.out_at - refused.asked_at < 15


async def test_p7_who_was_removed_comes_back_as_soon_as_the_rule_is_lifted(
    server: Product, host: Host
) -> None:
    slug = host.create_meeting()
    url = server.meeting_url(slug)
    async with Swarm(url, people({"HK": 1, "CN": 2}), subscribe=1, ask_again=1) as swarm:
        await swarm.until(everybody_hears(3, 1), 60)
        await asyncio.to_thread(host.set_rule, slug, "deny", "CN")
        await swarm.until(lambda progress: progress.inside == 1, 60)
        await asyncio.sleep(3)
        assert swarm.progress.inside == 1
        await asyncio.to_thread(host.clear_rule, slug)
        await swarm.until(everybody_hears(3, 1), 60)
        report = await swarm.stop()
    assert {person.outcome for person in report.participants} == {"inside"}
    assert min(person.times_out for person in of(report, "CN")) >= 2


async def test_everybody_leaves_at_the_end_and_nobody_stays_behind(server: Product, host: Host) -> None:
    slug = host.create_meeting()
    async with Swarm(server.meeting_url(slug), people({"HK": 3}), subscribe=1) as swarm:
        await swarm.until(everybody_hears(3, 1), 60)
        await swarm.stop()
    inside = {"meeting__slug": slug, "state__in": ["granted", "active", "waiting"]}
    assert server.hand("count", model="meetings.Presence", where=inside) == {"count": 0}


async def test_when_the_web_process_is_killed_media_flows_on_and_all_resume(
    server: Product, host: Host
) -> None:
    slug = host.create_meeting()
    async with Swarm(server.meeting_url(slug), people({"HK": 6}), subscribe=3) as swarm:
        await swarm.until(everybody_hears(6, 3), 60)
        await asyncio.sleep(1)
        await swarm.cut("before")
        (web,) = server.web_pids
        before = max(links(server, slug))
        kill(web)
        async with asyncio.timeout(60):
            while min(links(server, slug)) <= before:
                await asyncio.sleep(0.2)
        await asyncio.sleep(2)
        await swarm.cut("killed")
        report = await swarm.stop()
    assert {person.outcome for person in report.participants} == {"inside"}
    assert {person.resumes for person in report.participants} == {1}
    windows = [s.windows["killed"] for p in report.participants for s in p.streams if "killed" in s.windows]
    assert sum(window.lost for window in windows) == 0
    assert max(window.gap_ms for window in windows) < 2000  # the new one takes longer to start


def links(server: Product, slug: str) -> list[int]:
    """The how many-th connection each of them has."""
    rows = server.hand(
        "values", model="meetings.Presence", where={"meeting__slug": slug}, fields=["generation"]
    )
    return [row["generation"] for row in rows["rows"]]


async def test_p8_when_the_media_server_is_killed_those_inside_come_back_and_nobody_else(
    server: Product, host: Host
) -> None:
    """Who was refused and who was ejected go on asking all the while, every second."""
    slug = host.create_meeting()
    host.set_rule(slug, "deny", "CN")
    crowd = people({"HK": 4, "CN": 1, "TW": 1})
    async with Swarm(server.meeting_url(slug), crowd, subscribe=3, ask_again=1) as swarm:
        await swarm.until(everybody_hears(5, 3), 60)
        await asyncio.to_thread(host.set_rule, slug, "deny", "CN", "TW")
        await swarm.until(everybody_hears(4, 3), 60)
        kill(server.janus_pid)
        await asyncio.sleep(3)
        await swarm.until(everybody_hears(4, 3), 60)
        report = await swarm.stop()
    assert {person.outcome for person in of(report, "HK")} == {"inside"}
    assert all(person.resets > 0 for person in of(report, "HK"))
    for origin in ("CN", "TW"):
        (out,) = of(report, origin)
        assert (out.outcome, out.code) == ("refused", "refused_by_rule")
        assert out.times_out >= 3


def test_the_command_draws_addresses_and_writes_the_report(
    server: Product, host: Host, tmp_path: Path
) -> None:
    slug = host.create_meeting()
    host.set_rule(slug, "deny", "CN")
    file = tmp_path / "report.json"
    command = [sys.executable, "-m", "bailiwick.config", "--data", str(server.data), "swarm"]
    command += [server.meeting_url(slug), "--from", "HK:2", "--from", "CN", "--from", "undetermined"]
    command += ["--video", "1", "--duration", "8", "--json", str(file), "--seed", "4"]
    done = subprocess.run(command, env=server.env, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(file.read_text())
    assert report["summary"]["by_origin"] == {
        "HK": {"inside": 2},
        "CN": {"refused": 1},
        "undetermined": {"inside": 1},
    }
    assert report["summary"]["received"] > 0


def test_p9_the_report_and_the_servers_files_hold_no_address(server: Product, host: Host) -> None:
    slug = host.create_meeting()
    crowd = people({"HK": 2, "CN": 1})
    host.set_rule(slug, "deny", "CN")
    report = asyncio.run(stay(server.meeting_url(slug), crowd))
    canaries = [person.headers["X-Forwarded-For"].encode() for person in crowd]
    told = json.dumps(report.as_json()).encode()
    assert [canary for canary in canaries if canary in told] == []
    found = [path.name for path in server.files() for canary in canaries if canary in path.read_bytes()]
    assert found == []


async def stay(url: str, crowd: list[Person]) -> Report:
    async with Swarm(url, crowd, subscribe=1) as swarm:
        await swarm.until(lambda progress: progress.inside == 2 and progress.out == 1, 60)
        return await swarm.stop()


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)

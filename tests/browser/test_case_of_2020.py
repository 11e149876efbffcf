"""The case this server exists for, from end to end: in June 2020 a platform ended meetings that remembered
4 June 1989, and closed the accounts of their hosts abroad, because an authority asked and it could not tell
who was where. Here the same demand arrives: it reaches whoever is in that authority's own territory, and
nobody else.

Real browsers, gate, Janus, log, witness and passkeys. `PICTURES_TO=docs/images` keeps pictures of it.
"""

import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import case_of_2020_kit as kit
from tests.browser.case_of_2020_desk import AUTHORITY, LAW, Desk
from tests.browser.conftest import Invite
from tests.browser.person import Person
from tests.browser.test_borders import raw_join
from tests.browser.wire import RECORD_PEERS
from tests.monitor.kit import run
from tests.servers.go import interop, read_by_go
from tests.servers.product import Product

pytestmark = pytest.mark.timeout(900)
WITHHELD: Final = "Withheld for legal reasons"
ELSEWHERE: Final = ("HK", "MO", "TW", "US", "most say CN", "not in the table")
SHORTEST: Final = timedelta(seconds=75)
PACES: Final = 10
"""The restrictions' term: so many times what the desk needs for a demand, on a machine as slow as this."""

READ_LATE: Final = 5.0
"""Seconds by which a packet may be read after it came, where many share a processor; far more than that
passes between somebody's end and the crowds' report."""


class Shoot(Protocol):
    """`shoot(page, "case-queue")`: a picture, kept where PICTURES_TO says."""

    def __call__(self, page: Page, called: str, *, whole: bool = False) -> None: ...


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, Path, str]]:
    with kit.witnessed(tmp_path_factory.mktemp("case")) as found:
        yield found


@pytest.fixture(scope="module")
def server(world: tuple[Product, Path, str]) -> Product:
    """Instead of the package's."""
    return world[0]


@pytest.fixture
def go(tmp_path: Path) -> Iterator[Future[Path]]:
    """The reference library's program, compiled meanwhile; skips when it is asked for and cannot be had."""
    with ThreadPoolExecutor(1) as executor:
        yield executor.submit(interop, tmp_path)


@pytest.fixture
def shoot(tmp_path: Path) -> Shoot:
    folder = Path(os.environ.get("PICTURES_TO", tmp_path))

    def take(page: Page, called: str, *, whole: bool = False) -> None:
        page.screenshot(path=folder / f"{called}.png", full_page=whole)

    return take


@pytest.fixture
def crowds() -> Iterator[kit.Crowds]:
    made = kit.Crowds()
    yield made
    made.close()


@pytest.fixture
def desk(browser: Browser, server: Product) -> Iterator[Desk]:
    made = Desk(browser, server)
    yield made
    made.close()


def test_p1_p2_p3_p4_p7_p8_p10_the_case_of_2020_reaches_whoever_is_in_the_territory_and_nobody_else(
    world: tuple[Product, Path, str], invite: Invite, crowds: kit.Crowds, desk: Desk, go: Future[Path],
    shoot: Shoot,
) -> None:  # fmt: skip
    server, policy, vkey = world
    clock = kit.Clock()
    meetings = four_meetings(server)
    crowds_gather(server, meetings, crowds)
    demand, pace = a_demand_is_reviewed(desk, meetings, shoot)
    clock("reviewed")
    restrictions, until = restrictions_are_signed_once(desk, meetings, demand, pace)
    clock("signed once")
    room = browsers_join(meetings, invite, crowds)
    clock("joined")
    before = kit.quiet(room, crowds)
    for address in restrictions:
        desk.approve(address)
    clock("approved")
    exactly_those_in_the_territory_are_out(room, crowds)
    kit.nothing_was_lost(room, crowds, before)
    clock("ejected")

    the_affected_person_is_told(room.lin, shoot)
    the_affected_person_can_show_which_meeting_it_was(server, room.lin)
    the_hosts_are_told_that_it_happened(server, meetings, room.grace, shoot)
    the_register_shows_it(server, restrictions)
    the_door_answers_451(server, meetings, restrictions)
    the_way_back_is_closed(room.lin, meetings.slugs[0])
    the_hosts_go_on(server, meetings)
    clock("in force")
    an_appeal_brings_one_back_at_once(server, desk, room, meetings.slugs[0])
    clock("appealed")
    assert datetime.now(UTC) < until, "this machine is too slow for terms this short"
    the_log_verifies(server, policy, vkey)
    the_others_end_by_the_clock(server, crowds, meetings, until)
    clock("ended")
    the_crowds_report(crowds, meetings)
    the_log_tells_of_nobody(server, meetings, policy, vkey)
    clock("reported")
    found = read_by_go(go.result(), f"{server.url}/log", vkey)
    assert found["included"] == found["consistent"] == found["size"] > 0
    clock("read by Go")


# ---------------------------------------------------------------- before


def four_meetings(server: Product) -> kit.Meetings:
    hosts = tuple(server.host(f"host{number}@example.org") for number in (1, 2, 3))
    for host, place in zip(hosts, ("US", "HK", "US"), strict=True):
        host.address = kit.ADDRESSES[place].format(90)
    titles = ("Remembrance", "Remembrance in Hong Kong", "Commemoration", "Planning")
    slugs = [hosts[each].create_meeting(title=title) for each, title in zip(kit.OF, titles, strict=True)]
    return kit.Meetings(tuple(slugs), hosts)


def crowds_gather(server: Product, meetings: kit.Meetings, crowds: kit.Crowds) -> None:
    """They begin to; the second meeting's ask again whenever they are put out."""
    for number, (slug, places) in enumerate(zip(meetings.slugs, kit.CROWDS, strict=True)):
        crowd = kit.people(places, kit.FIRST + 10 * number, video=int(number == 0))
        crowds.enter(server.meeting_url(slug), slug, crowd, 2.0 if slug == meetings.slugs[1] else None)


def browsers_join(meetings: kit.Meetings, invite: Invite, crowds: kit.Crowds) -> kit.Room:
    """Until everybody hears and sees somebody."""
    for slug, places in zip(meetings.slugs, kit.CROWDS, strict=True):
        inside = sum(places.values())
        crowds.until(slug, lambda now, inside=inside: now.inside == inside and now.flowing == now.streams > 0)
    first, watched = meetings.slugs[0], (RECORD_PEERS,)
    room = kit.Room(
        invite(first, "Grace", "US", host=meetings.hosts[0], scripts=watched).join(),
        invite(first, "Wing", "HK", scripts=watched).join(),
        invite(first, "Lin", "CN", scripts=watched).join(),
    )
    for person in room.everybody:
        person.sees(len(room.everybody) + sum(kit.CROWDS[0].values()))
        for other in room.everybody:
            if other is not person:
                person.receives(other)
    return room


def a_demand_is_reviewed(desk: Desk, meetings: kit.Meetings, shoot: Shoot) -> tuple[str, timedelta]:
    """End four meetings, close three accounts, in four territories: examined, the accounts refused. The
    demand's address, and how long the desk took."""
    begun = datetime.now(UTC)
    desk.add_authority()
    accounts = [f"host{number}@example.org" for number in (1, 2, 3)]
    demand = desk.take_in([desk.meeting(slug) for slug in meetings.slugs], accounts, begun)
    desk.review(demand)
    desk.refuse_accounts(demand, len(accounts))
    pace, page = datetime.now(UTC) - begun, desk.pages["reviewer"]
    page.goto(f"{desk.url}/")
    shoot(page, "case-queue")
    page.goto(f"{demand}/review")
    shoot(page, "case-review")
    return demand, pace


def restrictions_are_signed_once(
    desk: Desk, meetings: kit.Meetings, demand: str, pace: timedelta
) -> tuple[list[str], datetime]:
    """Four restrictions in one territory, proposed and signed by the same person; their addresses and end."""
    until = kit.minute(datetime.now(UTC) + max(SHORTEST, PACES * pace))
    proposed = [desk.propose(demand, slug, until) for slug in meetings.slugs]
    for address in proposed:
        desk.sign(address)
    return proposed, until


# ---------------------------------------------------------------- in force


def exactly_those_in_the_territory_are_out(room: kit.Room, crowds: kit.Crowds) -> None:
    """In the fourth meeting nobody is; and it stays like that."""
    room.lin.wait_for_state("over", "withheld")
    for slug, places in zip(crowds.swarms, kit.CROWDS, strict=True):
        out = places.get("CN", 0)
        crowds.until(slug, lambda now, out=out: now.out == out)
    room.grace.page.wait_for_timeout(kit.QUIET_SECONDS * 1000)
    for slug, places in zip(crowds.swarms, kit.CROWDS, strict=True):
        now, out = crowds.progress(slug), places.get("CN", 0)
        # the second meeting's are at the door whenever they ask again
        assert (now.out + now.door, now.inside) == (out, sum(places.values()) - out)


def the_affected_person_is_told(lin: Person, shoot: Shoot) -> None:
    """Who, which law, until when, and how to object; camera and microphone are off."""
    main = lin.page.get_by_role("main")
    expect(lin.page.get_by_role("heading", level=1)).to_have_text(WITHHELD)
    for text in (AUTHORITY, LAW, "Mainland China", "public security", "Until"):
        expect(main).to_contain_text(re.compile(text, re.IGNORECASE))
    expect(main.get_by_role("button", name="Object to this")).to_be_visible()
    assert lin.page.evaluate("() => window.tracks.every((track) => track.readyState === 'ended')")
    expect(lin.page).to_have_title("Bailiwick")
    shoot(lin.page, "case-removed", whole=True)
    lin.cannot_be_faulted()


def the_affected_person_can_show_which_meeting_it_was(server: Product, lin: Person) -> None:
    """By the link they were given, of which the server sees nothing."""
    link = lin.page.get_by_role("link", name="Check the proof in your browser").get_attribute("href")
    page = lin.page.context.new_page()
    page.goto(f"{server.url}{link}")
    expect(page.get_by_role("heading", name="Verified", exact=True)).to_be_visible()
    expect(page.locator(".step.right").first).to_contain_text("The entry is about the meeting that you")
    expect(page).not_to_have_url(re.compile("#"))
    page.close()


def the_hosts_are_told_that_it_happened(
    server: Product, meetings: kit.Meetings, grace: Person, shoot: Shoot
) -> None:
    """Neither to whom nor where; and where it happened to nobody, nothing."""
    expect(grace.page.get_by_role("link", name="A restriction took effect")).to_be_visible()
    expect(grace.page.get_by_text("China")).to_have_count(0)
    shoot(grace.page, "case-host")
    for slug, places in zip(meetings.slugs, kit.CROWDS, strict=True):
        page = meetings.host(slug).request("GET", f"/meetings/{slug}/").body.decode()
        assert ("has kept somebody out of this meeting" in page) is ("CN" in places)
        assert "China" not in page


def the_register_shows_it(server: Product, restrictions: list[str]) -> None:
    """As a page and for programs; and nothing there is other for the meeting in which nobody was reached."""
    found = server.request("GET", "/register/in-force.json").json["restrictions"]
    ids = [kit.number_of(address) for address in restrictions]
    assert sorted(each["restriction"] for each in found) == sorted(ids)
    for each in found:
        assert (each["standing"], each["territories"], each["law"]) == ("in_force", ["CN"], LAW)
        assert (each["authority"]["name"], each["authority"]["state"]) == (AUTHORITY, "CN")
    assert len({kit.masked(str(sorted(each.items()))) for each in found}) == 1
    pages = [server.request("GET", f"/register/restrictions/{each}").body.decode() for each in ids]
    for text in ("in force", AUTHORITY, LAW, "Hong Kong, Macao, Taiwan: beyond the authority’s territory"):
        assert text in pages[3], text
    assert len({kit.masked(page) for page in pages}) == 1
    assert server.request("GET", "/register").body.decode().count(f">{AUTHORITY}</a>") == len(ids)


def the_door_answers_451(server: Product, meetings: kit.Meetings, restrictions: list[str]) -> None:
    """To whoever comes from the territory, in all four; to nobody else."""
    for slug, address in zip(meetings.slugs, restrictions, strict=True):
        answer = server.join(slug, address=kit.ADDRESSES["CN"].format(80))
        assert (answer.status, answer.headers["content-type"]) == (451, "application/problem+json")
        for relation in ("blocked-by", "describedby", "help"):
            assert f'rel="{relation}"' in answer.headers["link"]
        assert f'<{server.url}>; rel="blocked-by"' in answer.headers["link"]
        assert answer.headers["cache-control"] == "private, no-store"
        (told,) = answer.json["restrictions"]
        assert told["restriction"] == kit.number_of(address)
        assert (told["authority"]["name"], told["legal_basis"]) == (AUTHORITY, LAW)
        assert (told["territory"], told["log"]["origin"]) == (["CN"], "meet.example.org/log")
        for place in ELSEWHERE:
            assert server.join(slug, address=kit.ADDRESSES[place].format(81)).status == 200, place


def the_way_back_is_closed(lin: Person, slug: str) -> None:
    """By a reload, by script, in a new tab."""
    lin.page.reload()
    lin.ask()
    expect(lin.page.get_by_role("heading", level=1)).to_have_text(WITHHELD)
    assert raw_join(lin, slug)[0] == 451


def the_hosts_go_on(server: Product, meetings: kit.Meetings) -> None:
    """No meeting ended, no account touched: each host is signed in and acts."""
    for slug in meetings.slugs:
        host = meetings.host(slug)
        acts = (
            host.set_rule(slug, "deny", "FR"),
            host.clear_rule(slug),
            host.request("GET", f"/meetings/{slug}/"),
        )
        assert [act.status for act in acts] == [200, 204, 200]
        rows = server.hand("values", model="meetings.Meeting", where={"slug": slug}, fields=["ended_at"])
        assert rows == {"rows": [{"ended_at": None}]}
    for host in meetings.hosts:
        rows = server.hand(
            "values", model="accounts.Account", where={"pk": host.account}, fields=["is_active"]
        )
        assert rows == {"rows": [{"is_active": True}]}


# ---------------------------------------------------------------- the end of it


def an_appeal_brings_one_back_at_once(server: Product, desk: Desk, room: kit.Room, slug: str) -> None:
    """Without an account, with the receipt from the page; decided by somebody who took no part."""
    lin, page, written = room.lin, room.lin.page, "I remember the dead. No law forbids that."
    page.get_by_role("button", name="Object to this").click()
    expect(page.get_by_label("Your receipt").first).to_have_value(re.compile("^bailiwick receipt v1"))
    page.get_by_label("Why you object").fill(written)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your objection has arrived")
    key = page.locator("#token-1").input_value()
    assert key not in page.url
    desk.annul(written)
    assert server.join(slug, address=kit.ADDRESSES["CN"].format(82)).status == 200
    page.locator("[data-token]").fill(key)
    page.get_by_role("button", name="Read the answer").click()
    expect(page.get_by_role("main")).to_contain_text("Everybody can join at once")
    lin.join()
    room.grace.receives(lin)
    lin.receives(room.grace)


def the_log_verifies(server: Product, policy: Path, vkey: str) -> None:
    """With our own command, under a policy that wants the witness; the server's own is not asked."""
    assert run("verify", f"{server.url}/log", "--vkey", vkey, "--policy", policy, "--quiet") == 0


def the_log_tells_of_nobody(server: Product, meetings: kit.Meetings, policy: Path, vkey: str) -> None:
    """No meeting, no host, no participant, no address in what everybody can read."""
    copy = policy.with_name("copy")
    words = ("--vkey", vkey, "--policy", policy, "--quiet")
    assert run("mirror", f"{server.url}/log", copy, *words) == 0
    public = b"".join(path.read_bytes() for path in copy.rglob("*") if path.is_file())
    for path in ("/register/past", "/register/demands", "/register/feed.json", "/register/in-force.json"):
        public += server.request("GET", path).body
    canaries = [*meetings.slugs, "@example.org", "Remembrance", "Grace", "TW 100", "CN 1"]
    canaries += [address.partition("{}")[0] for address in kit.ADDRESSES.values()]
    assert b"restriction.approved" in public
    assert [word for word in canaries if word.encode() in public] == []


def the_others_end_by_the_clock(
    server: Product, crowds: kit.Crowds, meetings: kit.Meetings, until: datetime
) -> None:
    """`[from, until)`, judged by the gate's clock: 451 up to that second, and from then on the way in."""
    _, second, third, _ = meetings.slugs
    answers: list[tuple[datetime, datetime, int]] = []
    time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds() - 5))
    while not answers or answers[-1][2] == 451:
        assert datetime.now(UTC) < until + timedelta(seconds=30)
        begun = datetime.now(UTC)
        status = server.join(third, address=kit.ADDRESSES["CN"].format(83)).status
        answers.append((begun, datetime.now(UTC), status))
        time.sleep(0.1)
    assert answers[0][2] == 451
    assert answers[-1][2] == 200
    assert answers[-1][1] >= until, "admitted before the end"
    assert answers[-2][0] < until, "withheld after the end"
    crowds.until(second, lambda now: now.inside == sum(kit.CROWDS[1].values()) and now.out == 0)


def the_crowds_report(crowds: kit.Crowds, meetings: kit.Meetings) -> None:
    """Whoever was not in the territory noticed nothing, and lost nothing of one another."""
    for slug, places in zip(meetings.slugs, kit.CROWDS, strict=True):
        report = crowds.stop(slug)
        reached = {person.name for person in report.participants if person.times_out}
        assert reached == {person.name for person in report.participants if person.origin == "CN"}
        assert len(reached) == places.get("CN", 0)
        stayed = [person for person in report.participants if person.name not in reached]
        assert [person for person in stayed if not kit.undisturbed(person)] == []
        for window in ("quiet", "ejecting"):
            received, lost = kit.lost(report, window, reached | {"Lin"})
            assert lost <= crowds.dropped[window], (window, slug, lost)
            assert received > 20
        if slug == meetings.slugs[2]:
            for person in report.participants:
                if person.name in reached:
                    assert (person.outcome, person.code) == ("removed", "withheld")
                    assert (person.last_packet_at or 0) < (person.out_at or 0) + READ_LATE

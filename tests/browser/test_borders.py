"""The main job, in real browsers: a rule reaches one person where they are, and nobody else notices."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from playwright.sync_api import Page, expect

from tests.browser.conftest import Invite
from tests.browser.person import Person
from tests.browser.wire import RECORD_PEERS, inbound, media_ports, tap, udp_dropped
from tests.servers.canaries import kept
from tests.servers.product import Host, Product

REFUSED = re.compile("cannot be joined from where")
QUIET_SECONDS = 3.0
CLOSED_SECONDS = 1.0
"""Without a packet, after which the browser has closed its sockets: in threads of its own, and nobody
hears what it sends meanwhile."""
ATTEMPTS = 5
Counts = dict[int, tuple[int, int]]
"""Received and lost, by SSRC."""
Look = TypeVar("Look")


def all_hear_all(people: list[Person]) -> None:
    for person in people:
        person.sees(len(people))
        for other in people:
            if other is not person:
                person.receives(other, "microphone")
                person.receives(other, "camera")
                expect(person.tile(other.name).locator("video")).to_be_visible()


def refused(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(REFUSED)


def until(condition: Callable[[], bool], page: Page) -> None:
    for _ in range(120):
        if condition():
            return
        page.wait_for_timeout(250)
    raise AssertionError("it did not happen")


def lost(before: dict[str, Counts], after: dict[str, Counts], leave_out: dict[str, set[int]]) -> int:
    """Packets lost between two looks, in streams that were there at both and are not left out."""
    return sum(
        after[name][ssrc][1] - before[name][ssrc][1]
        for name in before
        for ssrc in before[name].keys() & after[name].keys() - leave_out[name]
    )


@dataclass(frozen=True, slots=True)
class Ejected:
    """Packets lost between those who stay, in a quiet time before and over the eject; and how many found no
    room with their receiver meanwhile, whoever that was."""

    quiet: int
    eject: int
    dropped: int


def ejected_alone(host: Host, slug: str, wing: Person, stayers: list[Person]) -> Ejected:
    """Deny where Wing is.

    Browsers on a machine that has other work lose packets at any time: the caller weighs that. What passes
    the media server's sockets is judged always.
    """
    ports = media_ports(wing)
    assert ports
    of_wing = {
        person.name: {heard.ssrc for (who, _), heard in person.stats().items() if who == wing.id}
        for person in stayers
    }
    assert all(of_wing.values())
    first = {person.name: inbound(person) for person in stayers}
    stayers[0].page.wait_for_timeout(QUIET_SECONDS * 1000)
    before, dropped = {person.name: inbound(person) for person in stayers}, udp_dropped()
    with tap(ports) as wire:
        until(lambda: len(wire.media_to) > 20 and len(wire.came_from) > 20, stayers[0].page)
        host.set_rule(slug, "deny", "CN", "HK")
        refused(wing.page)
        told_at = time.time()
        until(lambda: wire.silent_for > CLOSED_SECONDS, stayers[0].page)
        closed_at = time.time()
        counted = settled(lambda: {person.name: of(person, of_wing) for person in stayers}, stayers[0].page)
        stayers[0].page.wait_for_timeout(QUIET_SECONDS * 1000)
        media_to = [at for at in wire.media_to if at > told_at]
        late = [at for at in (*wire.sent_to, *wire.came_from) if at > closed_at]
    assert media_to == [], "the media server went on sending to whoever was ejected"
    assert late == [], "something passes between the media server and whoever was ejected"
    after, dropped = {person.name: inbound(person) for person in stayers}, udp_dropped() - dropped
    for person in stayers:
        for ssrc, received in of(person, of_wing).items():
            assert received == counted[person.name].get(ssrc, 0), "packets of the ejected"
    return Ejected(lost(first, before, of_wing), lost(before, after, of_wing), dropped)


def of(person: Person, ssrcs: dict[str, set[int]]) -> dict[int, int]:
    """Packets that the person received of these streams."""
    return {ssrc: received for ssrc, (received, _) in inbound(person).items() if ssrc in ssrcs[person.name]}


def settled(look: Callable[[], Look], page: Page) -> Look:
    """Once two looks, a quarter of a second apart, are the same: what was under way has arrived."""
    looks = [look()]

    def same() -> bool:
        looks.append(look())
        return looks[-1] == looks[-2]

    page.wait_for_timeout(250)
    until(same, page)
    return looks[-1]


def raw_join(person: Person, slug: str) -> tuple[int, dict[str, str]]:
    """Ask at the door by script, as a page that was changed would."""
    answer = person.page.evaluate(
        """async (slug) => {
          const answer = await fetch(`/m/${slug}/join`, {method: "POST", body: JSON.stringify({name: "x"})});
          return [answer.status, await answer.text()];
        }""",
        slug,
    )
    return answer[0], json.loads(answer[1])


def knock_on_socket(person: Person, first: dict[str, str]) -> int:
    """Open a socket of one's own with this first message; the close code it ends with."""
    code: int = person.page.evaluate(
        """(first) => new Promise((done) => {
          const socket = new WebSocket(`ws://${location.host}/ws`, ["bailiwick.v1"]);
          socket.onopen = () => socket.send(JSON.stringify(first));
          socket.onclose = (event) => done(event.code);
        })""",
        first,
    )
    return code


def test_p8_p9_p10_a_country_denied_in_mid_meeting_goes_alone_and_stays_out_until_the_rule_is_lifted(
    server: Product, host: Host, invite: Invite
) -> None:
    slug = host.create_meeting(title="Five people, four countries")
    host.set_rule(slug, "deny", "CN")
    watched = (RECORD_PEERS,)
    ada = invite(slug, "Ada", "DE", host=host, scripts=watched).join()
    others = [
        invite(slug, name, place, scripts=watched).join()
        for name, place in (("Jonas", "DE"), ("Eilidh", "GB"), ("Sam", "US"))
    ]
    wing = invite(slug, "Wing", "HK", scripts=watched).open()
    saved_status, saved = raw_join(wing, slug)
    assert saved_status == 200
    wing.ask()
    wing.is_inside()
    stayers = [ada, *others]
    all_hear_all([*stayers, wing])

    li = invite(slug, "Li", "CN").open()
    li.ask()
    refused(li.page)

    token = wing.page.evaluate("(slug) => JSON.parse(sessionStorage[`bailiwick.visit.${slug}`]).token", slug)
    for attempt in range(ATTEMPTS):
        seen = ejected_alone(host, slug, wing, stayers)
        if seen.eject == 0:
            break
        # Only what the machine loses by itself says nothing of the eject.
        assert seen.quiet > 0 or seen.eject <= seen.dropped, f"lost between those who stay: {seen}"
        if attempt == ATTEMPTS - 1:
            assert seen.eject <= seen.dropped, f"lost while nothing happened, and so each time: {seen}"
            break
        host.set_rule(slug, "deny", "CN")
        wing.page.get_by_role("button", name="Try again").click()
        wing.is_inside()
        all_hear_all([*stayers, wing])
        token = wing.page.evaluate(
            "(slug) => JSON.parse(sessionStorage[`bailiwick.visit.${slug}`]).token", slug
        )
    expect(wing.page.get_by_role("main")).to_contain_text("The host of this meeting decides")
    expect(wing.page.get_by_role("main")).not_to_contain_text("Hong Kong")
    all_hear_all(stayers)

    # no way back: reload, new tab, a grant saved earlier, the resume token replayed
    wing.page.reload()
    wing.ask()
    refused(wing.page)
    tab = wing.context.new_page()
    tab.goto(wing.link)
    tab.get_by_label("Your name").fill("Somebody else")
    tab.locator("form.join button").click()
    refused(tab)
    assert knock_on_socket(wing, {"type": "hello", "grant": saved["grant"]}) in {4401, 4403}
    assert knock_on_socket(wing, {"type": "resume", "token": token}) in {4401, 4403}
    for person in stayers:
        person.sees(4)

    # P7: lifted, and back the same moment
    host.set_rule(slug, "deny", "CN")
    wing.page.get_by_role("button", name="Try again").click()
    wing.is_inside()
    all_hear_all([*stayers, wing])
    refused(li.page)
    assert not [error for person in (*stayers, wing) for error in person.errors]
    # P9: their browsers' addresses went through proxies, ICE and SDP, and are nowhere
    assert kept(server, [person.proxy.address for person in (*stayers, wing, li)]) == []

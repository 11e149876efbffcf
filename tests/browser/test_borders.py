"""The main job, in real browsers: a rule reaches one person where they are, and nobody else notices."""

import json
import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Invite
from tests.browser.person import Person
from tests.browser.wire import RECORD_PEERS, inbound, media_ports, tap
from tests.servers.product import Host

REFUSED = re.compile("cannot be joined from where")
QUIET_SECONDS = 3.0


def all_hear_all(people: list[Person]) -> None:
    for person in people:
        person.sees(len(people))
        for other in people:
            if other is not person:
                person.receives(other, "microphone")
                person.receives(other, "camera")


def refused(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(REFUSED)


def until(condition: Callable[[], bool], page: Page) -> None:
    for _ in range(120):
        if condition():
            return
        page.wait_for_timeout(250)
    raise AssertionError("it did not happen")


def lost_by_ssrc(people: list[Person]) -> dict[str, dict[int, int]]:
    return {person.name: {ssrc: one[1] for ssrc, one in inbound(person).items()} for person in people}


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


def test_p8_p10_a_country_denied_in_mid_meeting_goes_alone_and_stays_out_until_the_rule_is_lifted(
    host: Host, invite: Invite
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

    ports = media_ports(wing)
    assert ports
    token = wing.page.evaluate("(slug) => JSON.parse(sessionStorage[`bailiwick.visit.${slug}`]).token", slug)
    of_wing = {
        person.name: {heard.ssrc for (who, _), heard in person.stats().items() if who == wing.id}
        for person in stayers
    }
    assert all(of_wing.values())
    lost_before = lost_by_ssrc(stayers)

    with tap(ports) as wire:
        until(lambda: len(wire.sent_to) > 20 and len(wire.came_from) > 20, ada.page)
        host.set_rule(slug, "deny", "CN", "HK")
        refused(wing.page)
        told_at = time.monotonic()
        counted = {person.name: inbound(person) for person in stayers}
        ada.page.wait_for_timeout(QUIET_SECONDS * 1000)
        late_to = [at for at in wire.sent_to if at > told_at]
        late_from = [at for at in wire.came_from if at > told_at]
    assert late_to == [], "the media server went on sending to whoever was ejected"
    assert late_from == [], "whoever was ejected went on sending"
    for person in stayers:
        now = inbound(person)
        for ssrc in of_wing[person.name] & now.keys():
            assert now[ssrc][0] == counted[person.name].get(ssrc, (0, 0))[0], "packets of the ejected"
    expect(wing.page.get_by_role("main")).to_contain_text("The host of this meeting decides")
    expect(wing.page.get_by_role("main")).not_to_contain_text("Hong Kong")

    all_hear_all(stayers)
    lost_after = lost_by_ssrc(stayers)
    for person in stayers:
        gone = of_wing[person.name]
        kept = lost_before[person.name].keys() - gone
        assert {s: lost_after[person.name].get(s) for s in kept} == {
            s: lost_before[person.name][s] for s in kept
        }

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

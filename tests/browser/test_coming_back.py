"""Lost connections, reloads, a second tab."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Invite
from tests.servers.product import Host

MEDIA_SECONDS = 4.0
"""Media that nobody comes back to for five seconds is let go (gate/sweep.py)."""
ATTEMPTS = 4


def test_a_broken_connection_comes_back_by_itself_and_media_flows_on(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada").join(), invite(slug, "Noor", "FR").join()
    noor.receives(ada)
    me = noor.id
    for _ in range(ATTEMPTS):
        before, begun = noor.stats(), time.monotonic()
        with noor.proxy.broken():
            noor.wait_for_state("retrying")
        noor.is_inside()
        away = time.monotonic() - begun
        assert noor.id == me
        noor.is_told("You are connected again")
        noor.receives(ada)
        ada.receives(noor)
        if noor.stats()[ada.id, "camera"].ssrc == before[ada.id, "camera"].ssrc:
            return
        assert away > MEDIA_SECONDS, "media began anew"
    pytest.skip("this machine is too slow to be back before media is let go")


def test_what_changed_meanwhile_is_there_after_coming_back(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada").join(), invite(slug, "Noor", "FR").join()
    with noor.proxy.broken():
        noor.wait_for_state("retrying")
        jonas = invite(slug, "Jonas").join()
    noor.is_inside()
    noor.sees(3)
    noor.receives(jonas)
    jonas.receives(noor)
    assert not ada.errors


def test_a_reload_comes_back_without_the_door(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada").join(), invite(slug, "Noor", "FR").join()
    me = noor.id
    noor.page.reload()
    noor.is_inside()
    assert noor.id == me
    noor.receives(ada)
    ada.receives(noor)


def test_what_is_off_stays_off_over_a_reload(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada", host=host).join(), invite(slug, "Noor", "FR").join()
    noor.control("Turn camera off").click()
    ada.receives(noor, "microphone")
    ada.control(re.compile("People")).click()
    ada.page.get_by_role("button", name="Mute all").click()
    expect(noor.control("Unmute")).to_be_visible()
    noor.page.reload()
    noor.is_inside()
    ada.sees(2)
    noor.page.wait_for_timeout(1500)  # longer than a device takes to open
    expect(noor.control("Unmute")).to_be_visible()
    expect(noor.control("Turn camera on")).to_be_visible()
    assert noor.page.evaluate("window.tracks.length") == 0
    expect(ada.tile("Noor")).to_have_accessible_name(re.compile("microphone off, camera off"))


def test_a_resumed_place_is_taken_from_the_tab_that_had_it_and_can_be_taken_back(
    host: Host, invite: Invite
) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada").join(), invite(slug, "Noor", "FR").join()
    first = noor.page
    token = first.evaluate("(slug) => sessionStorage.getItem(`bailiwick.visit.${slug}`)", slug)
    second = noor.context.new_page()
    second.goto(noor.link)
    second.evaluate(
        "([slug, token]) => sessionStorage.setItem(`bailiwick.visit.${slug}`, token)", [slug, token]
    )
    second.reload()
    expect(second.get_by_role("navigation", name="Meeting controls")).to_be_visible()
    expect(first.get_by_role("heading", name="You are in this meeting elsewhere")).to_be_visible()
    assert first.evaluate("window.tracks.every((track) => track.readyState === 'ended')")
    me = second.evaluate("window.bailiwick.session().you")
    first.get_by_role("button", name="Continue here").click()
    noor.is_inside()
    assert noor.id == me
    expect(second.get_by_role("heading", name="You are in this meeting elsewhere")).to_be_visible()
    ada.sees(2)
    ada.receives(noor)
    noor.receives(ada)


def test_whoever_left_can_come_back(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    noor = invite(slug, "Noor", "FR").join()
    noor.control("Leave").click()
    expect(noor.page.get_by_role("heading", name="You have left the meeting")).to_be_visible()
    assert noor.page.evaluate("window.tracks.every((track) => track.readyState === 'ended')")
    noor.page.get_by_role("button", name="Come back").click()
    noor.is_inside()
    expect(noor.control("Turn camera off")).to_be_visible()
    noor.page.wait_for_function("() => window.tracks.some((track) => track.readyState === 'live')")

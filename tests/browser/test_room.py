"""The room in real browsers, with a real media server."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Invite
from tests.browser.devices import LARGE_CAMERA, SCREEN
from tests.servers.product import Host


def test_the_picture_received_is_as_large_as_its_tile(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    noor = invite(slug, "Noor", "FR", scripts=(LARGE_CAMERA,)).join()
    ada = invite(slug, "Ada").join()
    picture = (noor.id, "camera")
    ada.waits_for(lambda now: picture in now and now[picture].width == 1280, "no large picture")
    ada.tile("Ada").hover()
    ada.page.get_by_role("button", name=re.compile("^Pin Ada")).click()
    ada.waits_for(lambda now: picture in now and now[picture].width == 320, "no small picture")
    ada.page.get_by_role("button", name="Unpin Ada").click()
    ada.waits_for(lambda now: picture in now and now[picture].width == 1280, "not large again")


def test_screens_are_shared_by_several_people_at_once_and_shown_large(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada = invite(slug, "Ada", scripts=(SCREEN,)).join()
    noor = invite(slug, "Noor", "FR", scripts=(SCREEN,)).join()
    jonas = invite(slug, "Jonas").join()
    ada.control("Share screen").click()
    noor.control("Share screen").click()
    for sharer in (ada, noor):
        jonas.receives(sharer, "screen")
        expect(
            jonas.page.locator(".fill.large").get_by_role("article", name=f"{sharer.name}’s screen")
        ).to_be_visible()
    ada.control("Stop sharing").click()
    expect(jonas.tile("Ada’s screen")).to_have_count(0)
    jonas.receives(noor, "screen")
    ada.control("Share screen").click()
    jonas.receives(ada, "screen")


def test_turning_the_camera_off_closes_it_and_turning_it_on_brings_it_back(
    host: Host, invite: Invite
) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada").join(), invite(slug, "Noor", "FR").join()
    noor.receives(ada)
    ada.control("Turn camera off").click()
    expect(noor.tile("Ada")).to_have_accessible_name(re.compile("camera off"))
    ada.page.wait_for_function(
        "window.tracks.filter((t) => t.kind === 'video').every((t) => t.readyState === 'ended')"
    )
    ada.control("Turn camera on").click()
    noor.receives(ada)


def test_a_muted_microphone_sends_nothing(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada").join(), invite(slug, "Noor", "FR").join()
    noor.receives(ada, "microphone")
    ada.control("Mute").click()
    expect(noor.tile("Ada")).to_have_accessible_name(re.compile("microphone off"))
    noor.hears_nothing_of(ada)
    ada.page.keyboard.press("m")
    noor.receives(ada, "microphone")


def test_people_write_to_each_other_and_raise_hands(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada").join(), invite(slug, "Noor", "FR").join()
    ada.control("Chat").click()
    ada.page.get_by_label("Write a message").fill("Good morning, see https://example.org/notes.")
    ada.page.get_by_label("Write a message").press("Enter")
    noor.is_told("Good morning")
    noor.control(re.compile("Chat, 1 new message")).click()
    expect(noor.page.get_by_role("log").get_by_role("link")).to_have_attribute(
        "href", "https://example.org/notes"
    )
    noor.control("Raise hand").click()
    ada.is_told("Noor raised their hand")
    ada.control(re.compile("People")).click()
    expect(ada.page.get_by_role("heading", name="Raised hands")).to_be_visible()

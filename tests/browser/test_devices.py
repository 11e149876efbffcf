"""The device check, people without devices, telephones, right-to-left: and that axe-core finds nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Invite
from tests.browser.devices import BLOCKED
from tests.servers.product import Host


def test_whoever_has_blocked_the_camera_gets_help_and_can_join_without(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada = invite(slug, "Ada").join()
    noor = invite(slug, "Noor", "FR", scripts=(BLOCKED,)).open()
    expect(noor.page.get_by_text("The browser blocks camera and microphone")).to_be_visible()
    noor.cannot_be_faulted()
    noor.ask().is_inside()
    noor.receives(ada)
    noor.receives(ada, "microphone")
    expect(ada.tile("Noor")).to_have_accessible_name(re.compile("microphone off, camera off"))
    noor.control("Turn camera on").click()
    noor.is_told("The browser blocks the camera")


def test_the_name_and_what_is_off_are_remembered(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    noor = invite(slug, "Noor", "FR").open()
    noor.page.get_by_role("button", name="Turn camera off").click()
    noor.ask().is_inside()
    expect(noor.control("Turn camera on")).to_be_visible()
    noor.control("Leave").click()
    expect(noor.page.get_by_role("heading", name="You have left the meeting")).to_be_visible()
    noor.page.reload()
    expect(noor.page.get_by_label("Your name")).to_have_value("Noor")
    expect(noor.page.get_by_role("button", name="Turn camera on")).to_be_visible()


def test_a_name_is_asked_for(host: Host, invite: Invite) -> None:
    noor = invite(host.create_meeting(title="Weekly round"), "", "FR").open().ask()
    expect(noor.page.get_by_text("Write the name others should see")).to_be_visible()
    noor.cannot_be_faulted()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_nothing_in_the_room_can_be_faulted(host: Host, invite: Invite, phone: bool, scheme: str) -> None:
    slug = host.create_meeting(title="Weekly round", waiting_room=True)
    host.set_rule(slug, "deny", "CN")
    ada = invite(slug, "Ada", host=host, phone=phone, color_scheme=scheme).open()
    ada.cannot_be_faulted()
    ada.ask().is_inside()
    invite(slug, "Noor", "FR").open().ask().wait_for_state("waiting")
    ada.cannot_be_faulted()
    shown = {
        "p": ada.panel.get_by_role("heading", name="People", exact=True),
        "l": ada.page.get_by_label("Grid view", exact=True),
        "?": ada.page.get_by_role("dialog"),
        "c": ada.panel.get_by_label("Write a message"),
    }
    for key, what in shown.items():
        ada.page.keyboard.press(key)
        expect(what).to_be_visible()
        ada.cannot_be_faulted()
        if key == "?":
            ada.page.keyboard.press("Escape")
            expect(what).to_have_count(0)
    ada.page.keyboard.press("Escape")
    expect(ada.panel).to_have_count(0)
    ada.page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")

"""What those who run a meeting do in the room, and what the others are told."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Invite
from tests.browser.person import PATIENCE, Person
from tests.servers.product import Host

OFF = "window.tracks.every((track) => track.readyState === 'ended')"
LOOK_AWAY = "Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })"


def test_somebody_removed_learns_it_at_once_and_camera_and_microphone_go_off(
    host: Host, invite: Invite
) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada", host=host).join(), invite(slug, "Noor", "FR").join()
    ada.receives(noor)
    ada.control(re.compile("People")).click()
    ada.panel.get_by_role("button", name="More about Noor").click()
    ada.panel.get_by_role("button", name="Remove…").click()
    dialog = ada.dialog()
    expect(dialog).to_contain_text("For guests on an open link a block is as good as can be, not certain")
    ada.cannot_be_faulted()
    dialog.get_by_role("button", name="Remove and block").click()
    expect(noor.page.get_by_role("heading", level=1)).to_have_text("You cannot join this meeting")
    assert noor.page.evaluate(OFF)
    ada.sees(1)
    noor.cannot_be_faulted()
    noor.page.reload()
    noor.ask()
    expect(noor.page.get_by_role("heading", level=1)).to_have_text("You cannot join this meeting")


def has_focus(person: Person, name: str) -> None:
    person.page.wait_for_function(
        "(name) => (document.activeElement.ariaLabel || document.activeElement.textContent).startsWith(name)",
        arg=name,
        timeout=PATIENCE,
    )


def test_the_keyboard_never_loses_its_place(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round", waiting_room=True)
    ada, noor = invite(slug, "Ada", host=host).join(), invite(slug, "Noor", "FR").open().ask()
    keys = ada.page.keyboard
    ada.control(re.compile("waiting")).press("Enter")
    ada.panel.get_by_role("button", name="Let in Noor").press("Enter")
    noor.is_inside()
    has_focus(ada, "People")
    remove = ada.panel.get_by_role("button", name="Remove…")
    ada.panel.get_by_role("button", name="More about Noor").press("Enter")
    expect(remove).to_be_visible()
    keys.press("Escape")
    expect(remove).to_have_count(0)
    has_focus(ada, "More about Noor")
    keys.press("Enter")
    remove.press("Enter")
    ada.dialog().get_by_role("button", name="Close").press("Enter")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    has_focus(ada, "More about Noor")
    keys.press("Enter")
    remove.press("Enter")
    ada.dialog().get_by_role("button", name="Remove", exact=True).press("Enter")
    ada.sees(1)
    has_focus(ada, "People")
    keys.press("Escape")
    expect(ada.panel).to_have_count(0)
    has_focus(ada, "People")


def test_a_rule_set_in_the_room_removes_whom_it_reaches_and_nobody_else(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada = invite(slug, "Ada", host=host).join()
    noor, sam = invite(slug, "Noor", "FR").join(), invite(slug, "Sam", "US").join()
    ada.sees(3)
    ada.control(re.compile("People")).click()
    ada.panel.get_by_role("button", name="Change").click()
    ada.panel.get_by_label("From everywhere but these countries").check()
    expect(ada.panel.locator("country-picker")).to_have_attribute("mode", "deny")
    ada.panel.get_by_label("Search by name or code").fill("France")
    ada.panel.get_by_role("option", name=re.compile("^France")).click()
    ada.panel.get_by_role("button", name="Set rule").click()
    lift = ada.panel.get_by_role("button", name="Remove rule")
    expect(lift).to_have_count(0)  # one choice is missing
    ada.panel.get_by_label("Waiting room", exact=True).check()
    ada.cannot_be_faulted()
    ada.panel.get_by_role("button", name="Set rule").click()
    expect(noor.page.get_by_role("heading", level=1)).to_have_text(re.compile("cannot be joined from where"))
    expect(noor.page.get_by_role("main")).to_contain_text("The host of this meeting decides")
    expect(noor.page.get_by_role("main")).not_to_contain_text("France")
    assert noor.page.evaluate(OFF)
    sam.is_told("The country rule of this meeting was changed")
    sam.sees(2)
    noor.page.get_by_role("button", name="Try again").click()
    expect(noor.page.get_by_role("status")).to_have_text("You have just asked again. The answer is the same.")
    lift.click()
    sam.is_told("The country rule of this meeting was lifted")
    noor.page.get_by_role("button", name="Try again").click()
    noor.is_inside()


def test_a_denied_country_is_told_who_decides_and_what_counts(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    host.set_rule(slug, "deny", "FR")
    noor = invite(slug, "Noor", "FR").open()
    expect(noor.page.get_by_text("depends on the country of your network connection")).to_be_visible()
    noor.cannot_be_faulted()
    noor.ask()
    expect(noor.page.get_by_role("heading", level=1)).to_have_text(re.compile("cannot be joined from where"))
    expect(noor.page.get_by_role("main")).to_contain_text("with a VPN, a company network or a roaming phone")
    noor.cannot_be_faulted()


def test_the_waiting_room_lets_in_and_turns_away(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round", waiting_room=True)
    ada = invite(slug, "Ada", host=host).join()
    noor, jonas = invite(slug, "Noor", "FR").open().ask(), invite(slug, "Jonas").open().ask()
    for waiter in (noor, jonas):
        waiter.wait_for_state("waiting")
    noor.cannot_be_faulted()
    ada.control(re.compile("waiting")).click()
    ada.panel.get_by_role("button", name="Let in Noor").click()
    noor.is_inside()
    ada.panel.get_by_role("button", name="Turn Jonas away").click()
    expect(jonas.page.get_by_role("heading", level=1)).to_have_text("You were not let in")
    noor.receives(ada)


def test_somebody_who_knocks_is_let_in_from_the_message_and_both_tabs_say_so(
    host: Host, invite: Invite
) -> None:
    slug = host.create_meeting(title="Weekly round", waiting_room=True)
    ada, noor = invite(slug, "Ada", host=host).join(), invite(slug, "Noor", "FR").open()
    ada.page.evaluate(LOOK_AWAY)  # the message waits until they look again
    noor.ask().wait_for_state("waiting")
    noor.page.evaluate(LOOK_AWAY)
    expect(ada.page).to_have_title(re.compile(r"^\(1\) Weekly round"))
    message = ada.page.locator(".toast").filter(has_text="Noor")
    message.get_by_role("button", name="Let in Noor").press("Enter")
    noor.is_inside()
    expect(noor.page).to_have_title(re.compile("^You are in · Weekly round"))
    expect(ada.page).to_have_title(re.compile("^Weekly round"))
    expect(ada.page.locator("#stage")).to_be_focused()
    noor.page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(noor.page).to_have_title(re.compile("^Weekly round"))


def test_a_host_mutes_everybody_and_they_unmute_themselves(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada", host=host).join(), invite(slug, "Noor", "FR").join()
    ada.receives(noor, "microphone")
    ada.control(re.compile("People")).click()
    ada.panel.get_by_role("button", name="Mute all").click()
    noor.is_told("A host muted your microphone")
    expect(ada.tile("Noor")).to_have_accessible_name(re.compile("microphone off"))
    noor.control("Unmute").click()
    ada.receives(noor, "microphone")


def test_the_host_may_leave_hand_over_or_end(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada", host=host).join(), invite(slug, "Noor", "FR").join()
    ada.sees(2)
    ada.control("Leave").click()
    dialog = ada.page.get_by_role("dialog", name="Leave the meeting?")
    expect(dialog).to_be_visible()
    ada.cannot_be_faulted()
    dialog.get_by_role("button", name="Leave", exact=True).click()
    expect(ada.page.get_by_role("heading", name="You have left the meeting")).to_be_visible()
    noor.sees(1)
    ada.page.get_by_role("button", name="Come back").click()
    ada.is_inside().sees(2)
    ada.control("Leave").click()
    dialog.get_by_role("button", name="End for everyone").click()
    for person in (ada, noor):
        expect(person.page.get_by_role("heading", level=1)).to_have_text("The meeting is over")
    assert noor.page.evaluate(OFF)


def test_a_locked_meeting_takes_nobody_else_in(host: Host, invite: Invite) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada", host=host).join(), invite(slug, "Noor", "FR").join()
    ada.control(re.compile("People")).click()
    lock = ada.panel.get_by_role("switch", name=re.compile("Lock the meeting"))
    lock.click()  # it shows what the server says: for a moment that may be what was before
    expect(lock).to_be_checked()
    noor.is_told("The meeting is locked")
    jonas = invite(slug, "Jonas").open().ask()
    expect(jonas.page.get_by_role("heading", level=1)).to_have_text("The meeting is locked")
    noor.is_inside()

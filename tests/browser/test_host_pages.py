"""The host's pages in a browser: the country picker by keyboard and map, passkeys. What axe finds on
them: test_every_page.py."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import DESKTOP
from tests.servers.product import Host, Product


@pytest.fixture
def page(browser: Browser, server: Product, host: Host) -> Iterator[Page]:
    """A desktop, signed in as the host."""
    context = browser.new_context(**DESKTOP)
    cookies = [{"name": name, "value": value, "url": server.url} for name, value in host.cookies.items()]
    context.add_cookies(cookies)
    yield context.new_page()
    context.close()


@pytest.fixture
def meeting(server: Product, host: Host) -> str:
    return f"{server.url}/meetings/{host.create_meeting(title='Weekly round')}"


def chosen(page: Page) -> list[str]:
    codes: list[str] = page.evaluate("document.querySelector('country-picker').value")
    return codes


def test_a_rule_is_made_with_the_keyboard_alone(page: Page, meeting: str) -> None:
    page.goto(f"{meeting}/rule")
    search = page.get_by_role("searchbox", name="Search by name or code")
    page.get_by_label("Everybody except people in the countries I choose").focus()
    page.keyboard.press("Space")
    search.focus()
    page.keyboard.type("cote")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("status").filter(has_text="added")).to_have_text("Côte d'Ivoire added, 1 chosen")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+a")
    page.keyboard.type("HK")
    page.keyboard.press("Enter")
    assert chosen(page) == ["CI", "HK"]
    page.get_by_label("They are refused").focus()
    page.keyboard.press("Space")
    sentence = "Everybody can come in except people located in Côte d'Ivoire or Hong Kong."
    expect(page.get_by_text(sentence)).to_be_visible()
    page.get_by_role("button", name="Set the rule").press("Enter")
    expect(page).to_have_url(re.compile("/meetings/[a-z-]+/$"))
    expect(page.get_by_text(sentence)).to_be_visible()


def test_the_map_shows_and_changes_the_choice(page: Page, meeting: str) -> None:
    page.goto(f"{meeting}/rule")
    brazil = page.locator("country-picker svg [data-code=BR]")
    brazil.click()
    expect(brazil).to_have_class("chosen")
    page.get_by_role("button", name="European Union").click()
    expect(page.locator("country-picker svg [data-code=FR]")).to_have_class("chosen")
    expect(page.locator("country-picker svg [data-code=GB]")).not_to_have_class("chosen")
    page.get_by_role("button", name="European Union").click()
    assert chosen(page) == ["BR"]
    page.get_by_role("button", name="Remove Brazil").click()
    assert chosen(page) == []


def test_a_passkey_is_added_and_signs_in(page: Page, server: Product) -> None:
    site = server.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to an address
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    answering = {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**device, **answering}})
    page.goto(f"{site}/accounts/signup/")
    page.get_by_label("Your name").fill("Kay")
    page.get_by_label("Email").fill("kay@example.org")
    page.get_by_label("Password").fill("a good passphrase")
    page.get_by_role("button", name="Create the account").click()
    expect(page).to_have_url(f"{site}/meetings/")
    server.hand("confirm_address", email="kay@example.org")  # a key is added to a confirmed address only
    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill("a good passphrase")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.wait_for_load_state()  # before that the button does nothing
    page.get_by_role("button", name="Add").click()
    expect(page).to_have_url(re.compile("recovery-codes"))
    page.context.clear_cookies()
    page.goto(f"{site}/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{site}/meetings/")

"""The desk, suspension and reports in a browser, and a passkey that opens it. What axe finds on its pages:
test_every_page.py."""

import re
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import axe
from tests.browser.conftest import Invite
from tests.browser.screens import DESKTOP, PHONE
from tests.servers.product import Host, Product

FACTS: Final = "Four hundred strangers were invited to sales talks."
TERMS: Final = "Section 4: no unasked-for mail. The invitations were that."
Seat = Callable[..., Page]


@pytest.fixture
def seat(browser: Browser, server: Product) -> Iterator[Seat]:
    """`seat("rae@example.org", "reviewer")`: somebody at the desk in a browser of their own."""
    contexts: list[BrowserContext] = []

    def make(email: str, *roles: str) -> Page:
        context = browser.new_context(**DESKTOP, reduced_motion="reduce")
        axe.bring_in(context)
        contexts.append(context)
        session = server.hand("seat", email=email, roles=list(roles))["session"]
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def test_an_administrator_without_second_factor_sets_one_up_and_is_let_in(
    browser: Browser, server: Product
) -> None:
    site = server.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to an address
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    page.goto(f"{site}/accounts/signup/")
    page.get_by_label("Your name").fill("Kim")
    page.get_by_label("Email").fill("kim@example.org")
    page.get_by_label("Password").fill("a good passphrase")
    page.get_by_role("button", name="Create the account").click()
    expect(page).not_to_have_url(re.compile("/accounts/signup/"))
    server.hand("appoint", email="kim@example.org")
    page.goto(f"{site}/desk/roles")
    expect(page.get_by_role("heading", level=1)).to_have_text("A second factor first")
    page.get_by_role("link", name="Set up a second factor").click()
    expect(page).not_to_have_url(f"{site}/desk/roles")
    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill("a good passphrase")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop")
    page.wait_for_load_state()  # before that the button does nothing
    page.get_by_role("button", name="Add").click()
    expect(page).to_have_url(re.compile("recovery-codes"))
    page.goto(f"{site}/desk/roles")
    expect(page).to_have_url(re.compile("/accounts/2fa/webauthn/reauthenticate/"))
    page.get_by_role("button", name="Use a security key").click()
    expect(page).to_have_url(f"{site}/desk/roles")
    expect(page.get_by_role("heading", level=1)).to_have_text("Roles")
    context.close()


def test_p5_two_people_suspend_an_account_on_the_pages(server: Product, seat: Seat) -> None:
    number = server.hand("count", model="accounts.Suspension", where={})["count"]
    owner = f"owner{number}@example.org"
    server.hand("sign_in", email=owner)
    reviewer = seat(f"rae{number}@example.org", "reviewer")
    reviewer.goto(f"{server.url}/desk/suspensions")
    reviewer.get_by_label("No, nobody did").check()
    reviewer.get_by_label("Whose account").fill(owner)
    reviewer.get_by_label("Spam").check()
    reviewer.get_by_label("What happened").fill(FACTS)
    reviewer.get_by_label("Which of the terms").select_option("3. Do not send what nobody asked for")
    reviewer.get_by_label("Why it breaks them").fill(TERMS)
    reviewer.get_by_label("Somebody told us").check()
    reviewer.get_by_role("button", name="Propose").click()
    expect(reviewer.get_by_role("status")).to_contain_text("An approver must approve it")
    address = reviewer.url
    approver = seat(f"ann{number}@example.org", "approver")
    approver.goto(address)
    approver.get_by_label("No, nobody did").check()
    approver.get_by_role("button", name="Suspend the account").click()
    expect(approver.get_by_role("status")).to_contain_text("Suspended, logged, and told")
    expect(approver.locator(".badge").first).to_have_text("in force")


def test_somebody_suspended_reads_why_and_appeals(browser: Browser, server: Product, seat: Seat) -> None:
    context = browser.new_context(**PHONE, reduced_motion="reduce")
    axe.bring_in(context)
    page = context.new_page()
    page.goto(f"{server.url}/accounts/signup/")
    page.get_by_label("Your name").fill("Sam")
    page.get_by_label("Email").fill("sam@example.org")
    page.get_by_label("Password").fill("a good passphrase")
    page.get_by_role("button", name="Create the account").click()
    expect(page).not_to_have_url(re.compile("/accounts/signup/"))
    context.clear_cookies()
    server.hand("suspend", email="sam@example.org", facts=FACTS, terms=TERMS)
    page.goto(f"{server.url}/accounts/login/")
    page.get_by_label("Email").fill("sam@example.org")
    page.get_by_label("Password").fill("a good passphrase")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is suspended")
    expect(page.get_by_text(FACTS)).to_be_visible()
    assert axe.lasting(page) == []
    page.get_by_label("Why it is wrong").fill("They are members of our own association.")
    page.get_by_role("button", name="Appeal").click()
    expect(page.get_by_role("status")).to_contain_text("Your appeal is filed")
    assert axe.lasting(page) == []
    context.clear_cookies()
    page.goto("about:blank")
    page.goto(f"{server.url}/accounts/suspended#token=of-the-mail")
    expect(page.get_by_label("The key from our mail")).to_have_value("of-the-mail")
    expect(page).to_have_url(f"{server.url}/accounts/suspended")
    assert axe.lasting(page) == []
    context.close()


def test_a_participant_reports_another_and_the_host_and_the_staff_read_it(
    server: Product, host: Host, invite: Invite, seat: Seat
) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada", host=host).join(), invite(slug, "Noor", "FR").join()
    bo = invite(slug, "Bo", "HK").join()
    noor.control(re.compile("People")).click()
    noor.panel.get_by_role("button", name="More about Bo").click()
    noor.panel.get_by_role("button", name="Report…").click()
    dialog = noor.dialog()
    expect(dialog).to_contain_text("Who reports is not told and not kept")
    noor.cannot_be_faulted()
    dialog.get_by_label("Threats").check()
    dialog.get_by_label("In your words").fill("He threatened Cy.")
    dialog.get_by_role("button", name="Report").click()
    noor.is_told("Reported.")
    ada.is_told("Somebody here reported a person")
    assert bo.page.get_by_text("reported").count() == 0
    ada.page.goto(f"{server.url}/meetings/{slug}/")
    expect(ada.page.get_by_text("He threatened Cy.")).to_be_visible()
    page = seat("ina@example.org", "intake")
    page.goto(f"{server.url}/desk/abuse")
    report = page.locator("li", has_text="He threatened Cy.")
    expect(report).to_contain_text("only the host can act")
    assert axe.lasting(page) == []
    report.get_by_role("button", name="Nothing to do").click()
    expect(page.get_by_text("He threatened Cy.")).to_have_count(0)


def test_what_is_refused_and_where_no_demands_are_taken_the_pages_cannot_be_faulted(
    server: Product, seat: Seat
) -> None:
    page = seat("off@example.org", "intake", "reviewer", "approver", "appeals")
    found: dict[str, object] = {}
    for path in ("/register", "/register/policy", "/desk/demands/", "/desk/demands/new"):
        page.goto(f"{server.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found[path] = axe.faults(page)
    page.evaluate(POST, "/desk/demands/00000000-0000-4000-8000-000000000000/examine")
    expect(page.get_by_text("takes no demands of authorities").first).to_be_visible()
    found["refused"] = axe.faults(page)
    server.hand("sign_in", email="wanted@example.org")
    page.goto(f"{server.url}/desk/suspensions")
    page.get_by_label("Yes").check()
    page.get_by_label("Whose account").fill("wanted@example.org")
    page.get_by_label("Spam").check()
    page.get_by_label("What happened").fill(FACTS)
    page.get_by_label("Which of the terms").select_option(index=1)
    page.get_by_label("Why it breaks them").fill(TERMS)
    page.get_by_label("Somebody told us").check()
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That is a demand")
    found["prompted"] = axe.faults(page)
    assert {name: each for name, each in found.items() if each} == {}


POST: Final = """(path) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = path;
  form.append(document.querySelector("[name=csrfmiddlewaretoken]").cloneNode());
  document.body.append(form);
  form.submit();
}"""
"""A form that no page has now, as one of a page that was open for long."""

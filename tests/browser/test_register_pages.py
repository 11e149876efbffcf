"""The register, and what somebody withheld reads, in a browser: on a server that takes demands, with a log, a
witness and a restriction that is enforced. What axe finds on these pages: test_every_page.py."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bailiwick.notices.wording import language
from tests.browser.conftest import ADDRESSES, Demanding, Invite
from tests.browser.person import hide_by_escape
from tests.browser.screens import DESKTOP
from tests.servers.located_proxy import located_proxy
from tests.servers.product import Product


@pytest.fixture
def server(demanding: Demanding) -> Product:
    """Instead of the package's."""
    return demanding.server


@pytest.fixture
def slug(demanding: Demanding) -> str:
    """A meeting withheld from mainland China."""
    return demanding.slug


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Somebody in mainland China."""
    with located_proxy(ADDRESSES["CN"].format(7)) as proxy:
        context = browser.new_context(
            **DESKTOP, reduced_motion="reduce", proxy={"server": proxy.url}, locale="en-GB"
        )
        yield context.new_page()
        context.close()


def test_the_map_is_drawn_and_shows_where_restrictions_are_in_force(
    page: Page, server: Product, slug: str
) -> None:
    page.goto(f"{server.url}/register")
    drawing = page.get_by_role(
        "img", name=re.compile("World map; restrictions are in force in: France, Mainland")
    )
    expect(drawing).to_be_visible()
    for part, at_least in ((".land", 500), ('.reached[href$="#CN"]', 30)):
        box = drawing.locator(part).bounding_box()
        assert box is not None
        assert page.viewport_size is not None
        assert box["width"] > at_least * page.viewport_size["width"] / 1500, part


def test_the_proof_of_a_restriction_is_verified_in_the_page_with_its_witness(
    page: Page, server: Product, slug: str
) -> None:
    page.goto(f"{server.url}/register")
    page.get_by_role("link", name="Ministry of Network Affairs").click()
    page.get_by_role("link", name="Verify in this browser").click()
    expect(page.get_by_role("heading", name="Verified", exact=True)).to_be_visible()
    expect(page.get_by_text("Witness w cosigned")).to_be_visible()


@pytest.mark.parametrize("way", ["button", "key"])
def test_the_page_is_hidden_at_once_and_is_not_there_on_the_way_back(
    page: Page, server: Product, demanding: Demanding, way: str
) -> None:
    demanding.ask_without_script(page)
    if way == "button":
        page.get_by_role("link", name="Hide this page now").click()
    else:
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        hide_by_escape(page)
    page.wait_for_url("about:blank")
    page.go_back()
    expect(page).to_have_url(f"{server.url}/rules")


def test_the_receipt_is_saved_and_the_server_knows_it_as_its_own(page: Page, demanding: Demanding) -> None:
    demanding.ask_without_script(page)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save the receipt").click()
    text = Path(saving.value.path()).read_text()
    assert text.startswith("bailiwick receipt v1\n")
    assert '"code":"CN"' in text
    assert ADDRESSES["CN"].format(7) not in text


def test_without_script_the_language_can_be_changed_and_the_page_left(
    browser: Browser, server: Product, slug: str
) -> None:
    with located_proxy(ADDRESSES["CN"].format(8)) as proxy:
        context = browser.new_context(java_script_enabled=False, proxy={"server": proxy.url}, locale="fr-FR")
        page = context.new_page()
        form = f'<form method="post" action="/m/{slug}/join"><button>Go</button></form>'
        page.route("**/rules", lambda route: route.fulfill(content_type="text/html", body=form))
        page.goto(f"{server.url}/rules")
        page.get_by_role("button").click()
        page.wait_for_selector(".told-page")
        page.wait_for_load_state()  # every language is there until the style sheet is
        expect(page.get_by_role("heading", level=1)).to_have_text(language("fr").text("withheld.title"))
        page.get_by_role("radio", name="繁體中文").check(force=True)
        expect(page.get_by_role("heading", level=1)).to_have_text(language("zh-Hant").text("withheld.title"))
        page.get_by_role("link", name=language("zh-Hant").text("hide")).click()
        page.wait_for_url("about:blank")
        context.close()


def test_p4_the_room_says_the_same_in_the_browsers_language_and_can_be_hidden(
    server: Product, slug: str, invite: Invite, tmp_path: Path
) -> None:
    someone = invite(slug, "Li", "CN", phone=True, locale="ar-EG", bypass_csp=True)  # for axe
    page = someone.page
    page.goto(server.meeting_url(slug))
    page.get_by_label("Your name").fill("Li")
    page.get_by_role("button", name=re.compile("^Join")).click()
    spoken = language("ar")
    expect(page.get_by_role("heading", level=1)).to_have_text(spoken.text("withheld.title"))
    expect(page.locator('html[dir="rtl"]')).to_have_count(1)
    page.screenshot(path=Path(os.environ.get("PICTURES_TO", tmp_path)) / "withheld-room-ar-phone.png")
    someone.cannot_be_faulted()
    page.get_by_role("radio", name="English").check(force=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Withheld for legal reasons")
    expect(page.get_by_text("Ministry of Network Affairs")).to_be_visible()
    hide_by_escape(page)
    page.wait_for_url("about:blank")

"""Somebody withheld objects in their language, wins, and comes in by the same browser, and by no other.

`PICTURES_TO=docs/images` renews the pictures of these pages in the documentation.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bailiwick.notices.wording import Language, language
from tests.browser import axe
from tests.browser.conftest import ADDRESSES, Demanding
from tests.browser.person import hide_by_escape
from tests.browser.screens import DESKTOP
from tests.servers.located_proxy import located_proxy

KEPT = ("appeal-en", "appeal-ar-phone", "appeal-filed-ar-phone", "appeal-zh-hant")
WHY = "I am in Hong Kong. My university’s network ends elsewhere."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(os.environ.get("PICTURES_TO", tmp_path_factory.mktemp("pictures")))


@pytest.fixture
def proxy() -> Iterator[str]:
    """An address in mainland China that several browsers share."""
    with located_proxy(ADDRESSES["CN"].format(41)) as found:
        yield found.url


def opened(browser: Browser, proxy: str, locale: str) -> BrowserContext:
    made = browser.new_context(**DESKTOP, reduced_motion="reduce", proxy={"server": proxy}, locale=locale)
    axe.bring_in(made)
    return made


def knock(context: BrowserContext, world: Demanding) -> Page:
    page = context.new_page()
    page.goto(world.server.meeting_url(world.slug))
    page.get_by_label("Your name").fill("Li")
    page.get_by_role("button", name=re.compile("^Join")).click()
    return page


def is_out(page: Page, spoken: Language) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(spoken.text("withheld.title"))


def test_p7_who_wins_comes_in_by_that_browser_and_another_at_the_same_address_does_not(
    browser: Browser, demanding: Demanding, proxy: str, folder: Path
) -> None:
    spoken = language("ar")
    ours, another = opened(browser, proxy, "ar"), opened(browser, proxy, "en-GB")
    page = knock(ours, demanding)
    is_out(page, spoken)
    page.get_by_role("button", name=spoken.text("appeal.link")).click()
    page.wait_for_url("**/appeal")
    expect(page.locator("[name=receipt]")).to_have_value(re.compile("^bailiwick receipt v1"))
    page.get_by_label(spoken.text("appeal.reasons")).fill(WHY)
    page.get_by_label(spoken.text("appeal.not_here")).check()
    page.get_by_label(spoken.text("appeal.exempt.device"), exact=True).check()
    page.get_by_role("button", name=spoken.text("appeal.submit")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(spoken.text("appeal.filed.title"))
    assert axe.faults(page, pictured(page, folder, "appeal-filed-ar", spoken)) == []
    key = page.locator("#token-1").input_value()
    seated = demanding.server.hand("seat", email="oda@example.org", roles=["appeals"])
    demanding.server.hand("exempt", account=seated["account"], text=WHY)
    page.goto(f"{demanding.server.url}/appeal#token={key}")
    expect(page).to_have_url(f"{demanding.server.url}/appeal")
    page.get_by_role("button", name=spoken.text("appeal.read")).click()
    expect(page.get_by_text(spoken.text("appeal.outcome.exemption_granted"))).to_be_visible()
    page.goto(demanding.server.meeting_url(demanding.slug))
    page.get_by_label("Your name").fill("Li")
    page.get_by_role("button", name=re.compile("^Join")).click()
    expect(page.get_by_role("navigation", name="Meeting controls")).to_be_visible()
    is_out(knock(another, demanding), language("en"))
    ours.close()
    another.close()


def pictured(page: Page, folder: Path, called: str, spoken: Language) -> axe.Look:
    """Light, those that are kept; and that the page says which language it is in."""
    expect(page.locator(f'html[lang="{spoken.tag}"][dir="{spoken.direction}"]')).to_have_count(1)
    expect(page).to_have_title(spoken.text("page"))

    def take(scheme: str, phone: bool) -> None:
        name = f"{called}{'-phone' if phone else ''}"
        if scheme == "light" and name in KEPT:
            page.screenshot(path=folder / f"{name}.png", full_page=True)

    return take


def test_the_page_to_object_on_can_be_read_in_every_language_and_loses_nothing_on_the_way(
    browser: Browser, demanding: Demanding, folder: Path
) -> None:
    context = browser.new_context(**DESKTOP, reduced_motion="reduce", locale="en-GB")
    axe.bring_in(context)
    page = context.new_page()
    page.goto(f"{demanding.server.url}/appeal#restriction={'a' * 32}")
    expect(page).to_have_url(f"{demanding.server.url}/appeal")
    page.get_by_label("Why you object").fill(WHY)
    for tag in ("en", "ar", "zh-Hant"):
        spoken = language(tag)
        page.get_by_role("button", name=spoken.text("language")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(spoken.text("appeal.title"))
        expect(page.get_by_label(spoken.text("appeal.reasons"), exact=True)).to_have_value(WHY)
        expect(page.locator("[name=restriction]")).to_have_value("a" * 32)
        assert axe.faults(page, pictured(page, folder, f"appeal-{tag.lower()}", spoken)) == [], tag
    page.locator("[name=restriction]").press("Enter")
    expect(page.locator('[role="alert"][data-code="no_such_restriction"]')).to_have_count(1)
    expect(page.get_by_text(language("zh-Hant").text("appeal.error.restriction"))).to_be_visible()
    assert axe.faults(page) == []
    hide_by_escape(page)
    page.wait_for_url("about:blank")
    context.close()

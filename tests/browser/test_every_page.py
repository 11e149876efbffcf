"""Every page of the product in one browser: axe-core finds nothing, in light and dark, on a desktop and a
phone, and none is wider than its screen. Each page is loaded once.

`PICTURES_TO=docs/images` renews the pictures of these pages in the documentation.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bailiwick.notices.wording import TAGS, language
from tests.browser import axe
from tests.browser.conftest import ADDRESSES, PERIOD, Demanding
from tests.browser.screens import DESKTOP
from tests.servers.located_proxy import located_proxy

RESTRICTION: Final = "/register/restrictions/{register}"
PUBLIC: Final = (
    "/", "/rules", "/problems/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
    "/api/docs", "/log/", "/log/verify?entry=0", "/register", "/register/past", "/register/demands",
    "/register/policy", "/register/terms", "/register/reports", f"/register/reports/{PERIOD}", RESTRICTION,
    "/appeal", "/m/{slug}", "/register/signers",
)  # fmt: skip
HOST: Final = (
    "/meetings/", "/meetings/new", "/meetings/{slug}/", "/meetings/{slug}/edit", "/meetings/{slug}/rule",
    "/meetings/{slug}/people", "/profile", "/accounts/data", "/accounts/email/",
    "/accounts/password/change/", "/accounts/2fa/",
)  # fmt: skip
DESK: Final = (
    "", "abuse", "suspensions", "server-rule", "alarms", "roles", "audit", "demands/", "demands/authorities",
    "demands/authorities/{authority}", "demands/answered", "demands/restrictions?state=running",
    "demands/{refused}/review", "demands/appeals", "demands/signers", "demands/signers/{signer}",
    "demands/{received}", "demands/{incomplete}",
    "demands/{refused}", "demands/{reviewed}", "demands/{reviewed}/letter", "demands/{reviewed}/review",
    "demands/{reviewed}/targets/{target}",
    "demands/restrictions/{signed}", "demands/restrictions/{to_sign}",
    "demands/restrictions/{in_force}", "demands/appeals/{appeal}",
    "demands/appeals/{decided}", "suspensions/{suspension}",
)  # fmt: skip
STAFF_ONLY: Final = ("demands/new", "demands/{incomplete}/added")
"""Forms which nobody who changes nothing has."""
PICTURES: Final = {
    "/register": "register", RESTRICTION: "register-restriction", "/register/demands": "register-demands",
    f"/register/reports/{PERIOD}": "register-report", "/desk/demands/": "desk-queue",
    "/desk/demands/{reviewed}/review": "desk-review",
    "/desk/demands/restrictions/{signed}": "desk-restriction",
    "/desk/demands/appeals/{appeal}": "desk-appeal", "/desk/demands/signers": "desk-signers",
    "/desk/demands/signers/{signer}": "desk-signer",
}  # fmt: skip
KEPT: Final = frozenset(
    [f"{name}{look}" for name in ("register", "register-restriction") for look in ("", "-dark", "-phone")]
    + ["register-demands", "register-report", "register-report-dark-phone", "register-dark-phone"]
    + [f"desk-{name}{look}" for name in ("queue", "review") for look in ("", "-phone")]
    + ["desk-restriction", "desk-appeal", "desk-queue-dark", "desk-signers"]
    + ["withheld-en", "withheld-en-dark-phone", "withheld-fr", "withheld-ar-dark", "withheld-ar-phone"]
    + ["withheld-zh-hant-dark", "withheld-zh-hant-phone"]
)
"""Names of the pictures in docs/images that are taken here."""
NOWHERE: Final = """() => [...document.querySelectorAll("[aria-describedby]")].flatMap((each) =>
  each.getAttribute("aria-describedby").split(" ").filter((id) => !document.getElementById(id)))"""
"""Ids by which something is said to be described, of nothing on the page: axe-core only asks to look."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(os.environ.get("PICTURES_TO", tmp_path_factory.mktemp("pictures")))


def shoot(page: Page, folder: Path, called: str) -> axe.Look:
    """Pictures in the looks that are kept."""

    def take(scheme: str, phone: bool) -> None:
        name = f"{called}{'-dark' if scheme == 'dark' else ''}{'-phone' if phone else ''}"
        if name in KEPT:
            page.screenshot(path=folder / f"{name}.png", full_page=True)

    return take


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(**DESKTOP, reduced_motion="reduce", locale="en-GB")
    axe.bring_in(made)
    yield made
    made.close()


def visit(context: BrowserContext, world: Demanding, paths: tuple[str, ...], folder: Path) -> None:
    """All of these, and whatever is found on any of them at once."""
    page, found = context.new_page(), {}
    page.on("pageerror", lambda error: found.setdefault(f"script on {page.url}", str(error)))
    for path in paths:
        answer = page.goto(world.server.url + path.format(slug=world.slug, **world.ids))
        assert answer is not None
        assert answer.ok, f"{path} is no page"
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if faults := axe.faults(page, shoot(page, folder, PICTURES.get(path, ""))):
            found[path] = str(faults)
        if nowhere := page.evaluate(NOWHERE):
            found[f"what describes a field on {path}"] = str(nowhere)
    assert not found, "\n".join(f"{where}: {what}" for where, what in found.items())


def signed_in(context: BrowserContext, world: Demanding, session: str) -> None:
    context.add_cookies([{"name": "sessionid", "value": session, "url": world.server.url}])


def test_nothing_can_be_faulted_on_what_everybody_reads(
    context: BrowserContext, demanding: Demanding, folder: Path
) -> None:
    visit(context, demanding, PUBLIC, folder)


def test_nothing_can_be_faulted_on_a_hosts_pages(
    context: BrowserContext, demanding: Demanding, folder: Path
) -> None:
    signed_in(context, demanding, demanding.server.host().session)
    visit(context, demanding, HOST, folder)


def test_nothing_can_be_faulted_at_the_desk(
    context: BrowserContext, demanding: Demanding, folder: Path
) -> None:
    everything = ["intake", "reviewer", "approver", "appeals", "administrator"]
    seated = demanding.server.hand("seat", email="all@example.org", roles=everything)
    signed_in(context, demanding, seated["session"])
    visit(context, demanding, tuple(f"/desk/{path}" for path in (*DESK, *STAFF_ONLY)), folder)


def test_an_auditor_reads_every_page_of_the_desk_and_finds_no_button(
    context: BrowserContext, demanding: Demanding
) -> None:
    seated = demanding.server.hand("seat", email="una@example.org", roles=["auditor"])
    signed_in(context, demanding, seated["session"])
    page = context.new_page()
    for path in DESK:
        page.goto(f"{demanding.server.url}/desk/{path.format(**demanding.ids)}")
        expect(page.get_by_text("You are an auditor")).to_be_visible()
        sends = ".desk-page form:not([method=get]), .desk-page :not(form[method=get] *) > button"
        assert page.locator(sends).count() == 0, path
        assert axe.lasting(page) == [], path


def test_p4_nothing_can_be_faulted_on_what_somebody_withheld_reads_in_five_languages(
    browser: Browser, demanding: Demanding, folder: Path
) -> None:
    with located_proxy(ADDRESSES["CN"].format(7)) as proxy:
        context = browser.new_context(**DESKTOP, proxy={"server": proxy.url}, locale="en-GB")
        axe.bring_in(context)
        page = context.new_page()
        demanding.ask_without_script(page)
        for tag in TAGS:
            spoken = language(tag)
            page.get_by_role("radio", name=spoken.text("language")).check(force=True)
            expect(page.get_by_role("heading", level=1)).to_have_text(spoken.text("withheld.title"))
            expect(page.get_by_text(spoken.territory("CN")).locator("visible=true").first).to_be_visible()
            expect(page).to_have_title(spoken.text("page"))
            expect(page.locator(f'html[lang="{tag}"][dir="{spoken.direction}"]')).to_have_count(1)
            assert axe.faults(page, shoot(page, folder, f"withheld-{tag.lower()}")) == [], tag
        context.close()

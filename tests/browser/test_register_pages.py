"""The register, and what somebody withheld reads, in a browser: on a server that takes demands, with a log, a
witness and a restriction that is enforced. Pictures for the documentation: SHOTS_FOLDER=FOLDER."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from bailiwick.notices.wording import TAGS, language
from tests.browser.conftest import ADDRESSES, DESKTOP, PHONE, Invite
from tests.functional.test_public_log import vkey_of
from tests.servers.located_proxy import located_proxy
from tests.servers.product import ROOT, Product, product
from tests.servers.witness import RunningWitness

AXE: Final = ROOT / "client/node_modules/axe-core/axe.min.js"
SHOTS: Final = os.environ.get("SHOTS_FOLDER", "")
PERIOD: Final = "2026-H1"
SECONDS: Final = 40.0
Shoot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Instead of the package's: one that takes demands, with half a year behind it."""
    folder = tmp_path_factory.mktemp("demanding")
    env = {"BAILIWICK_LOG_ORIGIN": "meet.example.org/log"}
    with product(data=folder / "data", env=env) as first:
        vkey = vkey_of(first)
    witness = RunningWitness(folder / "witness", "--log", vkey, "--name", "witness.example")
    try:
        (folder / "policy").write_text(f"witness w {witness.key.vkey} {witness.url}\nquorum w\n")
        env |= {"BAILIWICK_LOG_POLICY": str(folder / "policy"), "BAILIWICK_DEMANDS": "on"}
        with product(data=folder / "data", env=env) as running:
            yield running
    finally:
        witness.kill()


def run(server: Product, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, env=server.env, check=True, stdout=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def slug(server: Product) -> str:
    """A meeting withheld from mainland China, and a register full of history."""
    found = server.host("host@example.org").create_meeting(title="Remembrance, 2026")
    run(server, "tests.browser.story", found)
    until(lambda: server.join(found, address=ADDRESSES["CN"].format(9)).status == 451)
    run(server, "bailiwick.config", "report", "--period", PERIOD, "--publish")
    until(lambda: server.request("GET", f"/register/reports/{PERIOD}").status == 200)
    return found


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.3)


@pytest.fixture(params=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Somebody in mainland China. Past the security policy only so that axe can be brought in."""
    kind = PHONE if request.param == "phone" else DESKTOP
    with located_proxy(ADDRESSES["CN"].format(7)) as proxy:
        context = browser.new_context(
            **kind, bypass_csp=True, reduced_motion="reduce", proxy={"server": proxy.url}, locale="en-GB"
        )
        yield context.new_page()
        context.close()


@pytest.fixture
def shoot(request: pytest.FixtureRequest, tmp_path: Path) -> Shoot:
    folder = Path(SHOTS) if SHOTS else tmp_path

    def take(page: Page, called: str) -> None:
        assert page.viewport_size is not None
        small = "-phone" if page.viewport_size["width"] < 500 else ""
        page.screenshot(path=folder / f"{called}{small}.png", full_page=True)

    return take


def nothing_is_in_the_way(page: Page) -> None:
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then((found) => found.violations.map((each) => each.id))")
    assert found == []
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_register_is_accessible_and_fits(
    page: Page, server: Product, slug: str, scheme: str, shoot: Shoot
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{server.url}/register")
    one = page.get_by_role("link", name="Ministry of Network Affairs").get_attribute("href")
    suffix = "" if scheme == "light" else "-dark"
    pages = {f"register-{name}": f"/{name}" for name in ("past", "demands", "policy", "reports")}
    pages |= {"register": "", "register-report": f"/reports/{PERIOD}"}
    pages["register-restriction"] = (one or "").removeprefix("/register")
    for called, path in pages.items():
        page.goto(f"{server.url}/register{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        shoot(page, f"{called}{suffix}")
        nothing_is_in_the_way(page)


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


def ask_without_script(page: Page, server: Product, slug: str) -> None:
    """The door's answer as a page: a form posts there, as a browser without our script would."""
    page.goto(f"{server.url}/rules")
    page.evaluate(
        "(way) => { const form = document.createElement('form'); form.method = 'post'; form.action = way;"
        " document.body.append(form); form.submit(); }",
        f"/m/{slug}/join",
    )
    page.wait_for_selector(".told-page")
    page.wait_for_load_state()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tag", TAGS)
def test_p4_the_451_page_is_accessible_in_every_language(
    page: Page, server: Product, slug: str, tag: str, scheme: str, shoot: Shoot
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    ask_without_script(page, server, slug)
    spoken = language(tag)
    page.get_by_role("radio", name=spoken.text("language")).check(force=True)
    expect(page.get_by_role("heading", level=1)).to_have_text(spoken.text("withheld.title"))
    expect(page.get_by_text(spoken.territory("CN")).locator("visible=true").first).to_be_visible()
    expect(page).to_have_title(spoken.text("page"))
    expect(page.locator(f'html[lang="{tag}"][dir="{spoken.direction}"]')).to_have_count(1)
    shoot(page, f"withheld-{tag.lower()}{'' if scheme == 'light' else '-dark'}")
    nothing_is_in_the_way(page)


@pytest.mark.parametrize("way", ["button", "key"])
def test_the_page_is_hidden_at_once_and_is_not_there_on_the_way_back(
    page: Page, server: Product, slug: str, way: str
) -> None:
    ask_without_script(page, server, slug)
    if way == "button":
        page.get_by_role("link", name="Hide this page now").click()
    else:
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.keyboard.press("Escape")
    page.wait_for_url("about:blank")
    page.go_back()
    assert page.url == f"{server.url}/rules"


def test_the_receipt_is_saved_and_the_server_knows_it_as_its_own(
    page: Page, server: Product, slug: str
) -> None:
    ask_without_script(page, server, slug)
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
        expect(page.get_by_role("heading", level=1)).to_have_text(language("fr").text("withheld.title"))
        page.get_by_role("radio", name="繁體中文").check(force=True)
        expect(page.get_by_role("heading", level=1)).to_have_text(language("zh-Hant").text("withheld.title"))
        page.get_by_role("link", name=language("zh-Hant").text("hide")).click()
        assert page.url == "about:blank"
        context.close()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_p4_the_room_says_the_same_in_the_browsers_language_and_can_be_hidden(
    server: Product, slug: str, invite: Invite, phone: bool, shoot: Shoot
) -> None:
    someone = invite(slug, "Li", "CN", phone=phone, locale="ar-EG", bypass_csp=True)
    page = someone.page
    page.goto(server.meeting_url(slug))
    page.get_by_label("Your name").fill("Li")
    page.get_by_role("button", name=re.compile("^Join")).click()
    spoken = language("ar")
    expect(page.get_by_role("heading", level=1)).to_have_text(spoken.text("withheld.title"))
    assert page.evaluate("document.documentElement.dir") == "rtl"
    shoot(page, "withheld-room-ar")
    nothing_is_in_the_way(page)
    page.get_by_role("radio", name="English").check(force=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Withheld for legal reasons")
    expect(page.get_by_text("Ministry of Network Affairs")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("about:blank")

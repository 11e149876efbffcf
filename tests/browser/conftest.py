"""The product and one Chromium for all tests here; every person in a context of their own, with an address.

Needs the client to be built (bin/setup) and Chromium: the system's, else the one Playwright has fetched.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.case_of_2020_kit import witnessed
from tests.browser.devices import RECORD_TOLD, RECORD_TRACKS, write_camera
from tests.browser.person import PATIENCE, Person
from tests.browser.screens import DESKTOP, PHONE
from tests.servers.located_proxy import located_proxy
from tests.servers.product import ROOT, Host, Product, product

CHROMIUM: Final = shutil.which("chromium")
ADDRESSES: Final = {
    "DE": "5.9.0.{}",
    "FR": "2.0.0.{}",
    "US": "3.208.0.{}",
    "GB": "81.2.69.{}",
    "CN": "1.0.1.{}",
    "HK": "1.32.192.{}",
    "TW": "1.34.0.{}",
    "??": "60.242.0.{}",
}
"""Places of `tests.factories.geo.PLACES`; "??": the sources disagree."""
PERIOD: Final = "2026-H1"
"""Of the report that `demanding` publishes."""
_SECONDS: Final = 120.0
LONGEST: Final = 600
"""Seconds for a test that says nothing else: some look at thirty pages, four times each."""

expect.set_options(timeout=PATIENCE)  # of its own, Playwright looks for five seconds only


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(LONGEST))


@pytest.fixture(scope="package")
def server() -> Iterator[Product]:
    with product() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Demanding:
    """A server that takes demands, with half a year behind it and a full desk (`story`, `desk_story`).
    `slug`: a meeting withheld from mainland China. `ids`: what there is at the desk, for addresses."""

    server: Product
    slug: str
    ids: dict[str, str]

    def ask_without_script(self, page: Page) -> None:
        """The door's answer as a page: a form posts there, as a browser without our script would."""
        page.goto(f"{self.server.url}/rules")
        page.evaluate(
            "(way) => { const form = document.createElement('form'); form.method = 'post'; form.action = way;"
            " document.body.append(form); form.submit(); }",
            f"/m/{self.slug}/join",
        )
        page.wait_for_selector(".told-page")
        page.wait_for_load_state()


@pytest.fixture(scope="package")
def demanding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demanding]:
    """With a log, a witness, and a restriction that is enforced. Passkeys work there: its name is a name."""
    with witnessed(tmp_path_factory.mktemp("demanding")) as (running, _, _):
        slug = running.host().create_meeting(title="Remembrance, 2026")
        _told(running, "tests.browser.story", slug)
        ids = json.loads(_told(running, "tests.browser.desk_story", slug))
        _until(lambda: running.join(slug, address=ADDRESSES["CN"].format(9)).status == 451)
        _told(running, "bailiwick.config", "report", "--period", PERIOD, "--publish")
        _until(lambda: running.request("GET", f"/register/reports/{PERIOD}").status == 200)
        yield Demanding(running, slug, ids | {"suspension": _troubled(running)})


def _troubled(server: Product) -> str:
    """An alarm, and a suspension: its number."""
    server.hand("alarm", code="location_stale", subject="")
    server.hand("sign_in", email="owner@example.org")
    why = {"facts": "Four hundred strangers were invited.", "terms": "Section 4: no unasked-for mail."}
    server.hand("suspend", email="owner@example.org", **why)
    found = server.hand("values", model="accounts.Suspension", where={}, fields=["id"])
    return str(found["rows"][0]["id"])


def _told(server: Product, *words: str) -> str:
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, cwd=ROOT, env=server.env, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.3)


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Ends with this package: a synchronous Playwright leaves no room for another test's event loop."""
    camera = write_camera(tmp_path_factory.mktemp("devices") / "camera.y4m")
    arguments = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def host(server: Product) -> Host:
    return server.host("host@example.org")


class Invite(Protocol):
    """`invite(slug, "Noor", "FR")`: somebody in a browser of their own, before the link is opened."""

    def __call__(
        self, slug: str, name: str, place: str = "DE", *, host: Host | None = None, phone: bool = False,
        scripts: tuple[str, ...] = (), **options: Any,
    ) -> Person: ...  # fmt: skip


@pytest.fixture
def invite(server: Product, browser: Browser) -> Iterator[Invite]:
    with ExitStack() as stack:
        numbers = iter(range(1, 250))

        def make(
            slug: str, name: str, place: str = "DE", *, host: Host | None = None, phone: bool = False,
            scripts: tuple[str, ...] = (), **options: Any,
        ) -> Person:  # fmt: skip
            proxy = stack.enter_context(located_proxy(ADDRESSES[place].format(next(numbers))))
            settings = {**(PHONE if phone else DESKTOP), "reduced_motion": "reduce", **options}
            context = browser.new_context(
                proxy={"server": proxy.url}, permissions=["camera", "microphone"], **settings
            )
            stack.callback(context.close)
            _prepare(context, server, host, scripts)
            return Person(name, context, proxy, server.meeting_url(slug))

        yield make


def _prepare(context: BrowserContext, server: Product, host: Host | None, scripts: tuple[str, ...]) -> None:
    context.set_default_timeout(PATIENCE)
    for script in (*scripts, RECORD_TRACKS, RECORD_TOLD):
        context.add_init_script(script)
    if host is not None:
        context.add_cookies(
            [{"name": name, "value": value, "url": server.url} for name, value in host.cookies.items()]
        )

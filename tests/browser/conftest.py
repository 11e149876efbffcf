"""The product and one Chromium for all tests here; every person in a context of their own, with an address.

Needs the client to be built (bin/setup) and Chromium: the system's, else the one Playwright has fetched.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.devices import RECORD_TRACKS, write_camera
from tests.browser.person import PATIENCE, Person
from tests.servers.located_proxy import located_proxy
from tests.servers.product import Host, Product, product

CHROMIUM: Final = shutil.which("chromium")
DESKTOP: Final = {"viewport": {"width": 1280, "height": 800}}
PHONE: Final = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def server() -> Iterator[Product]:
    with product() as running:
        yield running


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
    for script in (*scripts, RECORD_TRACKS):
        context.add_init_script(script)
    if host is not None:
        context.add_cookies(
            [{"name": name, "value": value, "url": server.url} for name, value in host.cookies.items()]
        )

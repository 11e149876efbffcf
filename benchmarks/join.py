"""From the click on Join to the first picture of somebody else, in Chromium, against a bare Janus client.

The product's room after its device check, against the least page that speaks to Janus itself, in the same
browser with the same fake camera, one after the other, the order turned each time. In both meetings one
synthetic person sends the same sound and video. Both pages publish microphone and camera (simulcast) too.
The clock starts in the page at the click and stops when the first frame of the other's video has been
decoded in an element of the page (requestVideoFrameCallback).
"""

import asyncio
import shutil
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import BrowserContext, Page, async_playwright

from bailiwick.swarm import Swarm, loops
from benchmarks.bare_meeting import bare_meeting
from benchmarks.crowd import people
from benchmarks.harness import Figure, emit, note, parser
from tests.servers.product import Product, product

AT_MOST: Final = 1.5
RATE: Final = 30
SETTLE_SECONDS: Final = 1.0
PROBE: Final = Path(__file__).parent / "picture_probe.js"
FLAGS: Final = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Room:
    """A page to time. `ready`: wait until Join can be clicked; `join`: the button; `leave`: go."""

    url: str
    ready: Callable[[Page], Awaitable[object]]
    join: str
    leave: Callable[[Page], Awaitable[object]]


def main(argv: Sequence[str]) -> int:
    options = parser("join", __doc__, rounds=15).parse_args(argv)
    with product() as server:
        times = asyncio.run(_measure(server, options.rounds))
    medians = {name: statistics.median(values) for name, values in times.items()}
    details = {f"{name}_ms": [round(value) for value in values] for name, values in times.items()}
    return emit(Figure("join", medians["product"], "ms", medians["bare"], at_most=AT_MOST, details=details))


async def _measure(server: Product, rounds: int) -> dict[str, list[float]]:
    host = await asyncio.to_thread(server.host)
    url = server.meeting_url(host.create_meeting(title="Benchmark"))
    video = loops.video("Hong Kong", rate=RATE)
    crowd = people({"HK": 1}, video=1)
    async with (
        bare_meeting(loops.sound(loops.pitch(0)), video) as bare_url,
        Swarm(url, crowd, subscribe=0, rate=RATE) as swarm,
    ):
        await swarm.until(lambda progress: progress.inside == 1, 30)
        rooms = {"bare": _bare(bare_url), "product": _product(url)}
        return await _in_a_browser(rooms, rounds)


async def _in_a_browser(rooms: dict[str, Room], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in rooms}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        context = await browser.new_context()
        await context.add_init_script(path=PROBE)
        for room in rooms.values():  # once for its caches
            await _time(context, room)
        for number in range(rounds):
            for name in sorted(rooms, reverse=bool(number % 2)):
                times[name].append(await _time(context, rooms[name]))
            note(f"round {number + 1}: " + ", ".join(f"{name} {t[-1]:.0f} ms" for name, t in times.items()))
        await browser.close()
    return times


async def _time(context: BrowserContext, room: Room) -> float:
    """Milliseconds from the click to the picture."""
    page = await context.new_page()
    await page.goto(room.url)
    await room.ready(page)
    await asyncio.sleep(SETTLE_SECONDS)
    await page.click(room.join)
    await _until(page, "__probe.picture !== null")
    probe = await page.evaluate("__probe")
    await room.leave(page)
    await asyncio.sleep(SETTLE_SECONDS / 2)
    await page.close()
    return float(probe["picture"] - probe["click"])


async def _until(page: Page, expression: str) -> None:
    """Playwright's own wait_for_function needs `eval`, which the product's Content-Security-Policy denies."""
    async with asyncio.timeout(20):
        while not await page.evaluate(f"() => {expression}"):  # noqa: ASYNC110 - the page tells no event
            await asyncio.sleep(0.05)


def _bare(url: str) -> Room:
    return Room(
        url,
        lambda page: page.wait_for_selector("body[data-ready]"),
        "#join",
        lambda page: page.evaluate("leave()"),
    )


def _product(url: str) -> Room:
    async def ready(page: Page) -> None:
        await _until(page, "document.querySelector('.preview video')?.videoWidth > 0")
        await page.fill("form.join input", "Benchmark")

    return Room(
        url, ready, "form.join button[type=submit]", lambda page: page.locator(".is-leave").first.click()
    )


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise RuntimeError("there is no chromium on this machine; bin/setup installs it")
    return found


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))

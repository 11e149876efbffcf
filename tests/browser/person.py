"""Somebody in a browser: a context of their own, seen by the server at an address of their own."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import axe
from tests.servers.located_proxy import LocatedProxy

PATIENCE: Final = 30_000
"""Milliseconds to wait for what takes a fraction of a second on an idle machine."""


def hide_by_escape(page: Page) -> None:
    """Twice within a second; a busy machine may take longer between two, so again until it is done."""
    for _ in range(PATIENCE // 50):
        page.keyboard.press("Escape")
        page.wait_for_timeout(50)
        if page.url == "about:blank":
            return
    raise AssertionError("the page is still there")


@dataclass(frozen=True, slots=True)
class Heard:
    """What has arrived of somebody's one kind of stream (`window.bailiwick.stats`)."""

    packets: int
    lost: int
    ssrc: int
    frames: int
    width: int


class Person:
    """A page of the room. `context` holds their cookies; `proxy.address` is where they are."""

    def __init__(self, name: str, context: BrowserContext, proxy: LocatedProxy, link: str) -> None:
        self.name = name
        self.context = context
        self.proxy = proxy
        self.link = link
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self) -> "Person":
        """The device check."""
        self.page.goto(self.link)
        return self

    def ask(self) -> "Person":
        """Press join."""
        self.page.get_by_label("Your name").fill(self.name)
        self.page.locator("form.join button").click()
        return self

    def join(self) -> "Person":
        """All the way in."""
        self.open().ask()
        return self.is_inside()

    def is_inside(self) -> "Person":
        self.wait_for_state("inside")
        expect(self.page.get_by_role("navigation", name="Meeting controls")).to_be_visible()
        return self

    def wait_for_state(self, state: str, code: str | None = None) -> None:
        script = "([state, code]) => { const now = window.bailiwick?.session(); return now?.state === state"
        script += " && (code === null || now.code === code); }"
        self.page.wait_for_function(script, arg=[state, code], timeout=PATIENCE)

    @property
    def id(self) -> str:
        return str(self.page.evaluate("window.bailiwick.session().you"))

    def sees(self, people: int) -> None:
        """Until the roster has that many, oneself included."""
        self.page.wait_for_function(
            "(people) => window.bailiwick.session().people === people", arg=people, timeout=PATIENCE
        )

    def control(self, name: str | re.Pattern[str]) -> Locator:
        """A button of the bar: of this name, not one that contains it (`Unmute`), or of this pattern."""
        bar = self.page.get_by_role("navigation", name="Meeting controls")
        return bar.get_by_role("button", name=name, exact=isinstance(name, str))

    @property
    def panel(self) -> Locator:
        """What stands beside the stage. Messages over it and dialogs have buttons of the same names."""
        return self.page.get_by_role("complementary")

    def dialog(self) -> Locator:
        """The dialog that is open, once it is."""
        found = self.page.get_by_role("dialog")
        expect(found).to_be_visible()
        return found

    def tile(self, name: str) -> Locator:
        return self.page.get_by_role("article", name=re.compile(f"^{re.escape(name)}"))

    def is_told(self, text: str) -> None:
        """Until a short message over the stage has said so since the page was loaded."""
        self.page.wait_for_function(
            "(text) => window.told.some((each) => each.includes(text))", arg=text, timeout=PATIENCE
        )

    def stats(self) -> dict[tuple[str, str], Heard]:
        """By participant and kind."""
        return {
            (one["participant"], one["kind"]): Heard(
                one["packets"], one["lost"], one["ssrc"], one["framesDecoded"], one["width"]
            )
            for one in self.page.evaluate("window.bailiwick.stats()")
        }

    def waits_for(
        self, what: Callable[[dict[tuple[str, str], Heard]], bool], why: str
    ) -> dict[tuple[str, str], Heard]:
        """Until the statistics say so: those."""
        for _ in range(PATIENCE // 250):
            if what(now := self.stats()):
                return now
            self.page.wait_for_timeout(250)
        raise AssertionError(f"{self.name}: {why}: {self.stats()}")

    def receives(self, other: "Person", kind: str = "camera") -> None:
        """Until packets (and frames, of a picture) of that stream go on coming."""
        key = (other.id, kind)
        first = self.waits_for(
            lambda now: key in now and now[key].packets > 0, f"nothing of {other.name}'s {kind}"
        )
        before = first[key]
        self.waits_for(
            lambda now: (
                key in now  # for a moment it is not, when media begins anew
                and now[key].packets > before.packets + 3
                and (kind not in {"camera", "screen"} or now[key].frames > before.frames)
            ),
            f"no more of {other.name}'s {kind}",
        )

    def hears_nothing_of(self, other: "Person") -> None:
        """Until no packet of their sound has come for a second: what was under way may still arrive."""
        key = (other.id, "microphone")
        for _ in range(PATIENCE // 1000):
            before = self.stats()[key].packets
            self.page.wait_for_timeout(1000)
            if self.stats()[key].packets == before:
                return
        raise AssertionError(f"{self.name}: {other.name}'s sound goes on coming")

    def cannot_be_faulted(self) -> None:
        """axe-core finds nothing on the page as it is, and no script failed."""
        self.page.evaluate(axe.AXE.read_text(encoding="utf-8"))
        faults = axe.lasting(self.page)
        assert not faults, "\n".join(faults)
        assert not self.errors

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)

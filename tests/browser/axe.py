"""What axe-core finds on a page, in light and dark, on a desktop and a phone, from one load of the page."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Page

from tests.browser.screens import DESKTOP, PHONE

AXE: Final = Path(__file__).parents[2] / "client/node_modules/axe-core/axe.min.js"
SEEN: Final = ("color-contrast", "link-in-text-block", "scrollable-region-focusable")
"""Rules whose outcome depends on how the page looks; the others read the document, which stays the same."""
LOOKS: Final = (("light", DESKTOP), ("dark", DESKTOP), ("dark", PHONE), ("light", PHONE))
_RUN: Final = """(rules) => axe
  .run(document, { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) })
  .then((all) => all.violations.flatMap((one) => one.nodes.map((node) =>
    `${one.id}: ${node.html.slice(0, 200)} ${node.any[0]?.message ?? ""}`)))
"""
WIDER: Final = "document.documentElement.scrollWidth > innerWidth"
_SETTLE: Final = """async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise((go) => requestAnimationFrame(go));
  for (const each of document.getAnimations()) {
    if (each.effect?.getComputedTiming().endTime !== Infinity) each.finish();
  }
}"""
"""Colours change over some milliseconds where a page's appearance does, and a script may lay it out anew for
another width; what is read is where they end."""
Look = Callable[[str, bool], None]


def bring_in(context: BrowserContext) -> None:
    """With every page of this context; past no policy of the page's, for it is the browser that brings it."""
    context.add_init_script(path=AXE)


def faults(page: Page, look: Look = lambda scheme, phone: None) -> list[str]:
    """All there is against the page, in all four looks. `look(scheme, phone)` is called in each."""
    found: list[str] = []
    for number, (scheme, device) in enumerate(LOOKS):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # a literal
        page.set_viewport_size(device["viewport"])  # type: ignore[arg-type]  # a wider dictionary
        page.evaluate(_SETTLE)
        look(scheme, device is PHONE)
        where = f"{scheme}, {'phone' if device is PHONE else 'desktop'}"
        found += [f"{where}: {each}" for each in lasting(page, *(() if number == 0 else SEEN))]
        if _lasts(page, lambda: {"wider"} if page.evaluate(WIDER) else set()):
            found.append(f"{where}: wider than the screen")
    return found


def lasting(page: Page, *rules: str) -> list[str]:
    """What is found at every look: a page that moves while it is read is read wrongly, and a busy machine may
    need seconds to come to rest."""
    return sorted(_lasts(page, lambda: {*_run(page, rules)}))


def _lasts(page: Page, look: Callable[[], set[str]]) -> set[str]:
    """Until there is nothing, or it has stayed for three seconds."""
    found = look()
    for _ in range(6):
        if not found:
            break
        page.wait_for_timeout(500)
        page.evaluate(_SETTLE)
        found &= look()
    return found


def _run(page: Page, rules: tuple[str, ...]) -> list[str]:
    """The page as it looks now; all rules, or these."""
    made: list[str] = page.evaluate(_RUN, list(rules) or None)
    return made

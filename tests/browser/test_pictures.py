"""The pictures of the README and the docs, taken of real meetings: they cannot show what is not there.

`PICTURES_TO=docs/images .venv/bin/pytest tests/browser/test_pictures.py` renews them; without it nothing is
taken: each step of it is tested elsewhere, and the suite has twenty minutes.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Invite
from tests.browser.person import Person
from tests.servers.product import ROOT, Host, Product

REFUSED = re.compile("cannot be joined from where")
LABELS = """
(() => {
  const media = navigator.mediaDevices;
  const original = media.enumerateDevices.bind(media);
  const names = { videoinput: "Camera", audioinput: "Microphone", audiooutput: "Loudspeaker" };
  media.enumerateDevices = async () => (await original()).map((device) => new Proxy(device, {
    get: (one, field) => (field === "label" ? names[one.kind] : Reflect.get(one, field)),
  }));
})();
"""
"""Chromium names its fake camera after the file it plays, which stands on this machine."""
DARK = """
() => {
  const { backgroundColor } = getComputedStyle(document.querySelector(".meeting"));
  return Math.max(...backgroundColor.match(/[0-9.]+/g).slice(0, 3)) < 80;
}
"""
PLACES = ("FR", "US", "DE", "GB", "HK")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(os.environ.get("PICTURES_TO", tmp_path))


@contextmanager
def crowd(server: Product, slug: str) -> Iterator[None]:
    """Five synthetic people whose pictures show their country's name."""
    command = [sys.executable, "-m", "bailiwick.config", "--data", str(server.data), "swarm"]
    command += [server.meeting_url(slug), "--video", str(len(PLACES)), "--subscribe", "none"]
    command += [word for place in PLACES for word in ("--from", place)]
    bots = subprocess.Popen(
        command, cwd=ROOT, env=server.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        bots.send_signal(signal.SIGINT)
        bots.wait(30)


def settled(person: Person, people: int) -> Person:
    """Everybody is there, with a picture."""
    person.sees(people)
    person.waits_for(
        lambda now: sum(one.frames > 0 for (_, kind), one in now.items() if kind == "camera") >= people - 1,
        "not every picture came",
    )
    expect(person.page.locator(".toast")).to_have_count(0, timeout=30_000)
    person.page.wait_for_timeout(1500)
    return person


@pytest.mark.skipif("PICTURES_TO" not in os.environ, reason="nobody asked for pictures (PICTURES_TO)")
def test_pictures_of_the_room_and_of_a_removal(
    server: Product, host: Host, invite: Invite, folder: Path
) -> None:
    slug = host.create_meeting(title="Weekly round")
    host.set_rule(slug, "deny", "CN")
    before = invite(slug, "Noor", "FR", color_scheme="light", scripts=(LABELS,)).open()
    expect(before.page.get_by_text("depends on the country of your network connection")).to_be_visible()
    before.page.wait_for_timeout(1000)
    before.screenshot(folder / "prejoin.png")
    before.context.close()
    with crowd(server, slug):
        ada = invite(slug, "Ada", "DE", host=host, color_scheme="light").join()
        settled(ada, 6).screenshot(folder / "room.png")
        ada.page.emulate_media(color_scheme="dark")
        ada.page.wait_for_function(DARK)
        ada.page.wait_for_timeout(1000)  # what fades from one to the other
        ada.screenshot(folder / "room-dark.png")
        phone = invite(slug, "Sam", "US", phone=True, color_scheme="light").join()
        settled(phone, 6 + 1).screenshot(folder / "room-phone.png")
        ada.page.emulate_media(color_scheme="light")
        ada.control(re.compile("People")).click()
        ada.page.get_by_role("button", name="Change").click()
        ada.page.wait_for_timeout(1000)
        ada.screenshot(folder / "room-rule.png")
        host.set_rule(slug, "deny", "CN", "US")
        expect(phone.page.get_by_role("heading", level=1)).to_have_text(REFUSED)
        phone.screenshot(folder / "removed-phone.png")
    li = invite(slug, "Li", "CN", color_scheme="light").open().ask()
    expect(li.page.get_by_role("heading", level=1)).to_have_text(REFUSED)
    li.screenshot(folder / "refused.png")

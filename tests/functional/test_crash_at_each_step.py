""" "Ejecting is cut short by a crash at any step": a node killed with SIGKILL leaves nobody inside."""

import asyncio
import json
import urllib.request

import pytest

from bailiwick.media.janus.adapter import JanusMedia
from tests.functional.webs import CRASHING, Town, Web
from tests.servers.janus import RunningJanus

pytestmark = pytest.mark.janus
SECONDS = 60
STEPS = ("decided", "marked", "silenced", "told", "destroyed", "recorded")
"""As tests/doubles/crashing_web.py names them."""


async def deny(web: Web, slug: str, host: dict[str, str], code: str) -> None:
    """The host's own endpoint, on any node."""
    token = "t" * 32
    request = urllib.request.Request(
        f"{web.url}/api/meetings/{slug}/rule",
        data=json.dumps({"mode": "deny", "territories": [code], "undetermined": "admit"}).encode(),
        method="PUT",
        headers={
            "Content-Type": "application/json",
            "Cookie": f"{host['cookie']}; csrftoken={token}",
            "X-CSRFToken": token,
            "Origin": web.url,
        },
    )
    await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=20).close())


async def sessions_of(janus: RunningJanus) -> int:
    media = JanusMedia(janus.api_url, janus.admin_url, janus.secrets)
    media.start()
    try:
        return len(await media.sessions())
    finally:
        await media.close()


@pytest.mark.parametrize("step", STEPS)
async def test_a_node_killed_at_this_step_of_an_eject_leaves_nobody_inside(
    small_town: Town, shared_janus: RunningJanus, step: str
) -> None:
    await killed_at(step, small_town, shared_janus)


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("step", ["decided", "marked"])
async def test_a_node_killed_in_the_grown_mode_leaves_nobody_inside(
    grown_town: Town, shared_janus: RunningJanus, step: str
) -> None:
    await killed_at(step, grown_town, shared_janus)


async def killed_at(step: str, town: Town, shared_janus: RunningJanus) -> None:
    """Two nodes; the one that holds the person to be ejected dies at this step."""
    before = await sessions_of(shared_janus)
    dying, living = town.web(CRASHING, CRASH_AT=step), town.web()
    host = town.host()
    slug = town.meeting(host["account"])
    li = await dying.come_in(slug, "CN", "Li")
    ada = await living.come_in(slug, "HK", "Ada")
    async with asyncio.timeout(SECONDS):
        while await sessions_of(shared_janus) < before + 2:
            await asyncio.sleep(0.2)
    await deny(living, slug, host, "CN")
    async with asyncio.timeout(SECONDS):
        while dying.process.running:
            await asyncio.sleep(0.05)
    # no way back while the rest is still being finished, by grant, token or door
    late = await living.resume("CN", li)
    assert (await late.until("removed"))["problem"]["code"] in {"bad_grant", "refused_by_rule"}
    assert living.join(slug, "CN", "Li")["status"] == 403
    async with asyncio.timeout(SECONDS):
        while await sessions_of(shared_janus) > before + 1:
            await asyncio.sleep(0.2)
    await ada.send({"type": "ping"})
    assert (await ada.until("pong"))["type"] == "pong"
    assert li.welcome["you"] not in {
        presence.replace("-", "") for presence, state in town.states().items() if state != "ended"
    }
    await ada.send({"type": "leave"})
    await ada.until("close")
    async with asyncio.timeout(SECONDS):
        while await sessions_of(shared_janus) > before:
            await asyncio.sleep(0.2)

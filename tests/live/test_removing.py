"""Removing and blocking over the wire: what the removed are told, and what the host is."""

from typing import Any

import pytest

from bailiwick.live.app import Live
from bailiwick.meetings.models import Meeting
from tests.gate.kit import House, meeting, sign_in
from tests.live.kit import Client, ask, come_in, live

DEVICE = {"cookie": "bw_device=" + "e" * 22}


async def room(house: House, **eves: str) -> tuple[Live, Meeting, Client, Client, str]:
    """A host, Eve, and Eve's id."""
    app, row = live(await house.gate()), await meeting()
    host = await come_in(app, row.slug, "Host", cookie=f"sessionid={await sign_in(row.host)}")
    await host.until("welcome")
    eve = await come_in(app, row.slug, "Eve", **eves)
    return app, row, host, eve, (await eve.until("welcome"))["you"]


async def remove(host: Client, whom: str, **terms: Any) -> list[dict[str, Any]]:
    """What the host is answered and told, up to the answer."""
    await host.send({"type": "remove", "id": 7, "participant": whom, **terms})
    told: list[dict[str, Any]] = []
    while not told or told[-1].get("id") != 7:
        told.append(await host.receive())
    return told


async def test_p4_the_blocked_are_told_until_when_inside_and_at_the_door(house: House) -> None:
    app, row, host, eve, eves = await room(house, **DEVICE)
    told = await remove(host, eves, block=True, days=7, reason="harassment")
    assert told[-1]["type"] == "done"
    assert not [one for one in told if one["type"] == "notice"]
    problem = (await eve.until("removed"))["problem"]
    assert problem["code"] == "blocked"
    assert problem["expires_at"][:16].replace("T", " ") in problem["detail"]
    assert "harassment" not in str(problem)
    assert (await ask(app, row.slug, "Eve", **DEVICE)).json() == problem
    page = await ask(app, row.slug, "Eve", accept="text/html", accept_language="fr", **DEVICE)
    assert "Jusqu’au" in page.content.decode()
    assert problem["expires_at"] in page.content.decode()
    await host.go()


@pytest.mark.parametrize("block", [True, False])
async def test_the_host_is_told_when_there_is_nothing_to_know_somebody_by(house: House, block: bool) -> None:
    _, _, host, eve, eves = await room(house)
    told = await remove(host, eves, block=block)
    assert "removal_not_lasting" in [one.get("code") for one in told]
    assert told[-1]["type"] == "done"
    assert "expires_at" not in (await eve.until("removed"))["problem"]
    await host.go()


@pytest.mark.parametrize("terms", [{"days": 0}, {"days": 366}, {"scope": "server"}, {"reason": "because"}])
async def test_a_block_without_sense_is_a_malformed_message(house: House, terms: dict[str, Any]) -> None:
    _, _, host, eve, eves = await room(house, **DEVICE)
    await host.send({"type": "remove", "id": 7, "participant": eves, "block": True, **terms})
    assert await host.until("close") == {"close": 4400}
    await eve.go()

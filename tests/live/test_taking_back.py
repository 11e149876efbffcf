"""Continuing here what another tab has taken over: as the same participant, never as a second one."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from bailiwick.live.app import Live
from bailiwick.meetings.models import Invitation, Meeting
from bailiwick.meetings.models.meeting import bump
from tests.gate.kit import House, account, meeting, rows, set_rule, sign_in
from tests.live.kit import Client, live, request


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser at the door of a meeting."""

    app: Live
    slug: str
    device: str = "d" * 22
    session: str = ""
    invitation: str | None = None

    async def asks(self, **body: Any) -> dict[str, Any]:
        """The door's answer."""
        cookies = {"bw_device": self.device, "sessionid": self.session}
        asked = {"name": "Ada", "invitation": self.invitation, **body}
        answer = await request(
            self.app,
            f"/m/{self.slug}/join",
            json.dumps(asked).encode(),
            cookie="; ".join(f"{name}={value}" for name, value in cookies.items() if value),
        )
        found: dict[str, Any] = answer.json()
        return found

    async def tab(self, kind: str, secret: str) -> Client:
        """A connection that brings a grant (`hello`) or a token (`resume`)."""
        client = Client(self.app)
        await client.connect()
        await client.send({"type": kind, "grant" if kind == "hello" else "token": secret})
        return client

    async def comes_in(self, until: str = "welcome") -> tuple[Client, dict[str, Any]]:
        client = await self.tab("hello", (await self.asks())["grant"])
        return client, await client.until(until)


@sync_to_async
def locked(row: Meeting) -> None:
    Meeting.objects.filter(pk=row.pk).update(locked=True)
    bump(Meeting.objects.filter(pk=row.pk))


@sync_to_async
def invited(row: Meeting) -> str:
    """A personal link's token."""
    token = "t" * 32
    digest = hashlib.sha256(token.encode()).hexdigest()
    Invitation.objects.create(meeting=row, email="ada@example.org", token_digest=digest)
    return token


async def test_whoever_continues_here_is_the_same_and_the_other_tab_is_told(house: House) -> None:
    row = await meeting()
    ada = Browser(live(await house.gate()), row.slug)
    first, welcome = await ada.comes_in()
    second = await ada.tab("resume", welcome["resume"])
    assert await first.until("close") == {"close": 4409}
    await second.until("welcome")
    answer = await ada.asks(take_back=welcome["you"])
    third = await ada.tab("resume", answer["resume"])
    again = await third.until("welcome")
    assert [one["id"] for one in again["participants"]] == [again["you"]] == [welcome["you"]]
    assert await second.until("close") == {"close": 4409}
    assert len(await rows(row)) == 1
    await third.go()


async def test_it_is_no_way_round_the_door_and_none_past_a_rule(house: House) -> None:
    row = await meeting()
    ada = Browser(live(await house.gate()), row.slug)
    client, welcome = await ada.comes_in()
    await locked(row)
    assert (await ada.asks())["code"] == "locked"
    token = (await ada.asks(take_back=welcome["you"]))["resume"]
    await set_rule(row, "deny", "FR")
    assert (await client.until("removed"))["problem"]["code"] == "refused_by_rule"
    late = await ada.tab("resume", token)
    assert await late.until("close") == {"close": 4401}
    assert (await ada.asks(take_back=welcome["you"]))["code"] == "refused_by_rule"


async def test_a_place_in_the_waiting_room_is_taken_back_as_well(house: House) -> None:
    row = await meeting(waiting_room=True)
    ada = Browser(live(await house.gate()), row.slug)
    first, waiting = await ada.comes_in("waiting")
    answer = await ada.asks(take_back=waiting["you"])
    assert answer["outcome"] == "lobby"
    second = await ada.tab("resume", answer["resume"])
    assert (await second.until("waiting"))["you"] == waiting["you"]
    assert await first.until("close") == {"close": 4409}
    await second.go()


@pytest.mark.parametrize(
    "who", ["another browser", "no cookie", "another account", "signed out", "the same link"]
)
async def test_nobody_elses_place_is_taken(house: House, who: str) -> None:
    row, app = await meeting(), live(await house.gate())
    link = await invited(row)
    mine = {"app": app, "slug": row.slug, "invitation": link}
    ada = Browser(**mine, session=await sign_in(await account("ada@example.org")))
    client, welcome = await ada.comes_in()
    other = {
        "another browser": Browser(**mine, device="e" * 22, session=ada.session),
        "no cookie": Browser(**mine, device="", session=ada.session),
        "another account": Browser(**mine, session=await sign_in(await account("bo@example.org"))),
        "signed out": Browser(**mine),
        "the same link": Browser(**mine, device=""),
    }[who]
    assert "grant" in await other.asks(take_back=welcome["you"])
    await client.send({"type": "ping"})
    await client.until("pong")
    await client.go()
    again = await ada.tab("resume", welcome["resume"])
    assert (await again.until("welcome"))["you"] == welcome["you"]
    await again.go()

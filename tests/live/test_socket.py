"""The WebSocket: first messages, bad input, closes."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bailiwick.live import protocol
from tests.gate.kit import House, lift_rule, meeting, rows, set_rule, sign_in, until
from tests.live.kit import Client, ask, come_in, live


async def test_a_welcome_holds_the_whole_room_and_changes_follow(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    ada = await come_in(app, row.slug)
    welcome = await ada.until("welcome")
    assert [one["name"] for one in welcome["participants"]] == ["Ada"]
    assert welcome["meeting"]["refused"] is None
    bo = await come_in(app, row.slug, "Bo")
    roster = await ada.until("roster")
    assert [one["name"] for one in roster["changed"]] == ["Bo"]
    await bo.go()
    await house.pass_time(62)
    gone = await ada.until("roster")
    while not gone["gone"]:
        gone = await ada.until("roster")
    await ada.go()


async def test_p4_a_removed_person_is_told_the_same_object_as_at_the_door_and_closed_with_4403(
    house: House,
) -> None:
    app, row = live(await house.gate()), await meeting()
    li = await come_in(app, row.slug, "Li", "CN")
    await li.until("welcome")
    await set_rule(row, "deny", "CN")
    removed = await li.until("removed")
    at_door = await ask(app, row.slug, "Li", "CN")
    assert removed["problem"] == at_door.json()
    assert await li.until("close") == {"close": 4403}


async def test_p4_everyone_inside_is_told_when_the_rule_changes_and_is_lifted(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    ada = await come_in(app, row.slug)
    await ada.until("welcome")
    await set_rule(row, "deny", "CN", "HK")
    info = await ada.until("meeting")
    assert info["meeting"]["rule"]["territories"] == ["CN", "HK"]
    assert (await ada.until("notice"))["code"] == "rule_changed"
    await lift_rule(row)
    assert (await ada.until("notice"))["code"] == "rule_lifted"
    await ada.go()


async def test_nothing_of_the_room_is_told_in_the_waiting_room(house: House) -> None:
    app, row = live(await house.gate()), await meeting(waiting_room=True)
    ada = await come_in(app, row.slug)
    waiting = await ada.receive()
    assert waiting["type"] == "waiting"
    assert set(waiting) == {"type", "you", "cause", "title", "resume"}
    await ada.send({"type": "chat", "text": "hello", "id": 3})
    error = await ada.receive()
    assert (error["type"], error["code"], error["id"]) == ("error", "not_inside", 3)
    await ada.go()


BAD: dict[str, str] = {
    "no JSON": "{",
    "no object": "[]",
    "no type": "{}",
    "unknown type": '{"type": "become_host"}',
    "unknown field": '{"type": "ping", "role": "host"}',
    "wrong type of field": '{"type": "chat", "text": 5}',
    "too long a text": json.dumps({"type": "chat", "text": "x" * 2001}),
    "huge number": '{"type": "ping", "id": 99999999999999}',
    "deep nesting": '{"type": "chat", "text": ' + "[" * 5000 + "]" * 5000 + "}",
    "too many streams": json.dumps({"type": "subscribe", "streams": [{}] * 700}),
    "oversized": json.dumps({"type": "publish", "sdp": "x" * protocol.MAXIMUM_BYTES, "tracks": []}),
    "an id that is none": '{"type": "mute", "participant": "../../x"}',
    "a second hello": '{"type": "hello", "grant": "' + "x" * 32 + '"}',
    "null byte": '{"type": "chat\\u0000"}',
}


@pytest.mark.parametrize("text", list(BAD.values()), ids=list(BAD))
async def test_malformed_messages_get_a_coded_error_and_a_close_and_nothing_crashes(
    house: House, text: str
) -> None:
    app, row = live(await house.gate()), await meeting()
    ada, bo = await come_in(app, row.slug), await come_in(app, row.slug, "Bo")
    await ada.until("welcome")
    await bo.until("welcome")
    await ada.send(text)
    error = await ada.until("error")
    assert error["code"] in {"bad_message", "too_large", "unexpected_message"}
    assert "x" * 40 not in error["detail"]
    assert await ada.until("close") == {"close": 4400}
    await bo.send({"type": "ping"})
    await bo.until("pong")
    await bo.go()


@pytest.mark.parametrize(
    "first",
    [
        {"type": "ping"},
        {"type": "chat", "text": "hello"},
        {"type": "hello"},
        {"type": "hello", "grant": "short"},
        {"type": "resume", "token": "../" * 8},
    ],
    ids=str,
)
async def test_a_first_message_that_is_no_way_in_gets_nobody_in(house: House, first: dict[str, Any]) -> None:
    client = Client(live(await house.gate()))
    await client.connect()
    await client.send(first)
    assert (await client.receive())["type"] == "error"
    assert await client.receive() == {"close": 4400}


@pytest.mark.parametrize("kind", ["hello", "resume"])
async def test_a_forged_grant_or_token_closes_with_4401(house: House, kind: str) -> None:
    client = Client(live(await house.gate()))
    await client.connect()
    await client.send({"type": kind, "grant" if kind == "hello" else "token": "A" * 32})
    removed = await client.receive()
    assert removed["problem"]["code"] == "bad_grant"
    assert await client.receive() == {"close": 4401}


async def test_binary_messages_are_refused(house: House) -> None:
    client = Client(live(await house.gate()))
    await client.connect()
    await client.send_bytes(b"\x00\x01")
    assert (await client.receive())["code"] == "bad_message"


async def test_another_site_cannot_open_the_socket(house: House) -> None:
    client = Client(live(await house.gate()), origin="https://evil.example")
    assert (await client.connect())["type"] == "websocket.close"


@pytest.mark.parametrize(
    "sdp",
    [
        "x",
        "v=0\r\n",
        "v=0\r\n" + "a=x\r\n" * 9000,
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=evil 9\r\n",
    ],
    ids=["noise", "too short", "too many lines", "unknown media"],
)
async def test_malformed_sdp_is_a_coded_error_and_the_connection_goes_on(house: House, sdp: str) -> None:
    app, row = live(await house.gate()), await meeting()
    ada = await come_in(app, row.slug)
    await ada.until("welcome")
    await ada.send({"type": "publish", "id": 7, "sdp": sdp, "tracks": []})
    error = await ada.until("error")
    assert (error["code"], error["id"]) == ("bad_sdp", 7)
    await ada.send({"type": "ping"})
    await ada.until("pong")
    await ada.go()


async def test_a_flood_of_messages_is_closed_with_4429(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    ada = await come_in(app, row.slug)
    for _ in range(260):
        await ada.send({"type": "ping"})
    assert await ada.until("close") == {"close": 4429}


async def test_a_page_that_was_asleep_is_told_to_come_back_and_can(house: House) -> None:
    app, row = live(await house.gate(), silence_seconds=0.1), await meeting()
    ada = await come_in(app, row.slug)
    token = (await ada.until("welcome"))["resume"]
    assert await ada.until("close") == {"close": 4503}
    again = Client(app)
    await again.connect()
    await again.send({"type": "resume", "token": token})
    await again.until("welcome")
    await again.go()


async def _fails(client: Client, times: int, each: Callable[[], None] = lambda: None) -> list[dict[str, Any]]:
    """Ask in vain so many times; the answers."""
    answers = []
    for _ in range(times):
        each()
        await client.send({"type": "lower_hand", "participant": "0" * 32})
        answers.append(await client.receive())
        while answers[-1].get("type") not in {"error", None}:
            answers[-1] = await client.receive()
    return answers


async def test_requests_that_fail_now_and_then_throw_nobody_out(house: House) -> None:
    now = [0.0]
    app, row = live(await house.gate(), clock=lambda: now[0]), await meeting()
    ada = await come_in(app, row.slug)
    await ada.until("welcome")
    answers = await _fails(ada, 45, lambda: now.__setitem__(0, now[0] + 10))
    assert {answer.get("code") for answer in answers} == {"not_allowed"}
    await ada.send({"type": "ping"})
    await ada.until("pong")
    await ada.go()


async def test_a_client_whose_requests_all_fail_is_closed_with_4429_and_may_resume(house: House) -> None:
    app, row = live(await house.gate(), clock=lambda: 0.0), await meeting()
    ada = await come_in(app, row.slug)
    await ada.until("welcome")
    await _fails(ada, 21)
    assert await ada.until("close") == {"close": 4429}


async def test_leaving_ends_with_1000_and_the_presence_at_once(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    ada, bo = await come_in(app, row.slug), await come_in(app, row.slug, "Bo")
    await ada.until("welcome")
    await bo.until("welcome")
    await bo.send({"type": "leave"})
    assert (await bo.until("ended"))["code"] == "left"
    assert await bo.until("close") == {"close": 1000}
    while not (await ada.until("roster"))["gone"]:
        pass
    await ada.go()


async def test_a_reload_resumes_with_a_fresh_token_and_the_old_one_is_spent(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    ada = await come_in(app, row.slug)
    token = (await ada.until("welcome"))["resume"]
    await ada.go()
    again = Client(app)
    await again.connect()
    await again.send({"type": "resume", "token": token})
    welcome = await again.until("welcome")
    assert welcome["resume"] != token
    late = Client(app)
    await late.connect()
    await late.send({"type": "resume", "token": token})
    assert (await late.receive())["problem"]["code"] == "bad_grant"
    await again.go()


@pytest.mark.parametrize(("code", "seconds"), [(1006, 60), (1001, 15), (1000, 15)])
async def test_a_lost_connection_is_waited_for_longer_than_one_that_was_closed(
    house: House, code: int, seconds: int
) -> None:
    app, row = live(await house.gate()), await meeting()
    ada = await come_in(app, row.slug)
    await ada.until("welcome")
    await ada.go(code)
    (left,) = await rows(row)
    assert left.unheld_since is not None
    assert left.resumable_until == left.unheld_since + timedelta(seconds=seconds)


async def test_whoever_resumes_after_their_media_was_destroyed_is_told_so_once_inside(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    ada = await come_in(app, row.slug)
    token = (await ada.until("welcome"))["resume"]
    await ada.go()
    house.clock.advance(6)
    await until(lambda: not house.world.participants)
    again = Client(app)
    await again.connect()
    await again.send({"type": "resume", "token": token})
    assert (await again.receive())["type"] == "welcome"
    assert (await again.until("media_reset"))["type"] == "media_reset"
    await again.go()


async def test_a_mute_not_heard_comes_before_the_welcome(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    host = await come_in(app, row.slug, "Host", cookie=f"sessionid={await sign_in(row.host)}")
    await host.until("welcome")
    ada = await come_in(app, row.slug)
    welcome = await ada.until("welcome")
    assert welcome["mutes"] == 0
    await ada.go()
    await host.send({"type": "mute", "participant": welcome["you"], "id": 1})
    await host.until("done")
    again = Client(app)
    await again.connect()
    await again.send({"type": "resume", "token": welcome["resume"], "mutes": welcome["mutes"]})
    assert await again.receive() == {"type": "muted", "mutes": 1}
    assert (await again.receive())["mutes"] == 1
    for client in (host, again):
        await client.go()


async def test_what_nobody_foresaw_closes_the_connection_and_is_in_the_log(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    ada = await come_in(live(gate), row.slug)
    await ada.until("welcome")

    def broken() -> datetime:
        raise ValueError("a secret of Ada's")

    gate._clock = broken
    with capture_logs() as lines:
        await ada.send({"type": "set_state", "hand": True})
        assert await ada.until("close") == {"close": protocol.Close.GOING_AWAY}
        await ada.go()
    failed = [line for line in lines if line["event"] == "socket_failed"]
    assert [(line["cause"], line["log_level"]) for line in failed] == [("ValueError", "error")]
    assert failed[0]["where"].startswith("test_socket.py:")
    assert "secret" not in str(lines)
    gate._clock = house.clock


def test_every_message_is_written_down() -> None:
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "reference" / "protocol.md").read_text()
    for union in (protocol.FROM_CLIENT, protocol.FROM_SERVER):
        for name in union.json_schema()["discriminator"]["mapping"]:
            assert f"`{name}`" in text, name
    for name, code in vars(protocol.Close).items():
        if isinstance(code, int):
            assert f"| {code}" in text or f", {code}" in text, name


async def test_a_client_that_closes_while_it_leaves_leaves_nothing_behind(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    app = live(gate)
    ada = await come_in(app, row.slug)
    await ada.until("welcome")
    await until(lambda: house.world.participants)
    await ada.send({"type": "leave"})
    await ada.until("ended")
    await ada.go()
    await until(lambda: not house.world.participants)
    assert not gate._node.held


async def test_chat_is_slowed_and_whoever_writes_too_fast_is_told(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    ada = await come_in(app, row.slug)
    await ada.until("welcome")
    for _ in range(12):
        await ada.send({"type": "chat", "text": "hello"})
    assert (await ada.until("error"))["code"] == "too_fast"
    await ada.go()


async def test_changes_of_ones_own_state_are_slowed_too(house: House) -> None:
    """Each is written and told to everybody: a few people who flood with them must not hold an eject up."""
    app, row = live(await house.gate()), await meeting()
    ada = await come_in(app, row.slug)
    await ada.until("welcome")
    for number in range(40):
        await ada.send({"type": "set_state", "hand": number % 2 == 0})
    assert (await ada.until("error"))["code"] == "too_fast"
    await ada.send({"type": "ping"})
    await ada.until("pong")
    await ada.go()


async def test_trying_grants_is_limited_per_exit(house: House) -> None:
    from bailiwick.accounts.buckets import Limit

    app = live(await house.gate(), misses=Limit(burst=3, per_second=0.1))
    closes = []
    for _ in range(5):
        client = Client(app)
        await client.connect()
        await client.send({"type": "hello", "grant": "A" * 32})
        closes.append(await client.until("close"))
    assert closes == [{"close": 4401}] * 3 + [{"close": 4429}] * 2

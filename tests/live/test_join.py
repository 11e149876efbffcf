"""POST join: what each answer looks like, and what bad input gets."""

import asyncio
import json
import os

import pytest

from bailiwick.accounts.buckets import Limit
from bailiwick.live import app as live_app
from tests.gate.kit import ADDRESS, House, meeting, set_rule, sign_in
from tests.live.kit import ORIGIN, ask, live, request


async def test_an_admission_is_a_grant_and_never_cached(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    answer = await ask(app, row.slug)
    assert answer.status == 200
    assert answer.json()["outcome"] == "admitted"
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_refusal_names_who_set_the_rule_and_the_exit_but_no_country(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    await set_rule(row, "deny", "CN")
    answer = await ask(app, row.slug, place="CN")
    problem = answer.json()
    assert answer.status == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["code"], problem["setter"], problem["place"]) == (
        "refused_by_rule",
        "host",
        "network_exit",
    )
    for word in ("CN", "China", ADDRESS["CN"]):
        assert word not in answer.content.decode()


async def test_a_browser_without_script_gets_the_refusal_as_a_page(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    await set_rule(row, "deny", "CN")
    answer = await ask(app, row.slug, place="CN", accept="text/html,application/xhtml+xml")
    assert answer.status == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "The host of this meeting decides" in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_request"),
        (b"[]", 400, "bad_request"),
        (b'"x"', 400, "bad_request"),
        (b'{"name": 5}', 400, "bad_request"),
        (b'{"name": "x", "role": "host"}', 400, "bad_request"),
        (b'{"invitation": "../../etc"}', 400, "bad_request"),
        (b'{"name": "' + b"x" * 81 + b'"}', 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b"x" * 5000, 413, "too_large"),
    ],
)
async def test_bad_bodies_get_a_coded_error_and_nobody_in(
    house: House, body: bytes, status: int, code: str
) -> None:
    app, row = live(await house.gate()), await meeting()
    answer = await request(app, f"/m/{row.slug}/join", body)
    assert (answer.status, answer.json()["code"]) == (status, code)


async def test_other_methods_and_other_sites_are_refused(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    get = await request(app, f"/m/{row.slug}/join", method="GET")
    assert (get.status, get.headers["allow"]) == (405, "POST")
    foreign = await ask(app, row.slug, origin="https://evil.example")
    assert (foreign.status, foreign.json()["code"]) == (403, "cross_origin")
    assert (await ask(app, row.slug, origin=ORIGIN)).status == 200


async def test_a_page_of_the_doors_is_framed_by_nobody_and_loads_nothing_from_elsewhere(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    page = await ask(app, row.slug, origin="https://evil.example", accept="text/html")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-frame-options"] == "DENY"


async def test_a_site_whose_name_was_made_to_point_here_is_another_site(house: House) -> None:
    """DNS rebinding: its page asks us under its own name, so `Origin` and `Host` agree."""
    app, row = live(await house.gate()), await meeting()
    rebound = await ask(app, row.slug, origin="http://evil.example:8000", host="evil.example:8000")
    assert (rebound.status, rebound.json()["code"]) == (403, "cross_origin")
    null = await ask(app, row.slug, origin="null", host="null")
    assert null.status == 403
    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert (await ask(app, row.slug, origin=f"http://{host}", host=host)).status == 200
        assert (await ask(app, row.slug, origin="http://evil.example", host=host)).status == 403


async def test_a_spoofed_forwarding_header_is_ignored_without_a_trusted_proxy(house: House) -> None:
    row = await meeting()
    await set_rule(row, "allow", "FR", undetermined="refuse")
    gate = await house.gate()
    spoofed = await ask(live(gate, trusted=""), row.slug, place="FR", peer=ADDRESS["CN"])
    assert spoofed.status == 403
    chained = await request(
        live(gate),
        f"/m/{row.slug}/join",
        b"{}",
        place=None,
        x_forwarded_for=f"{ADDRESS['FR']}, {ADDRESS['CN']}",
    )
    assert chained.status == 403


async def test_names_lose_control_characters_and_direction_overrides(house: House) -> None:
    from tests.live.kit import come_in

    app, row = live(await house.gate()), await meeting()
    client = await come_in(app, row.slug, " A\u202eda\n\tL. ")
    welcome = await client.until("welcome")
    assert welcome["participants"][0]["name"] == "A da L."
    await client.go()


async def test_guessing_links_is_limited_while_a_school_behind_one_address_comes_in(house: House) -> None:
    gate, row = await house.gate(), await meeting(maximum=300)
    app = live(gate, misses=Limit(burst=5, per_second=0.5))
    answers = [await ask(app, row.slug, f"P{n}") for n in range(120)]
    assert {answer.status for answer in answers} == {200}
    guesses = [await ask(app, f"room-x{n:03}", place="DE") for n in range(8)]
    assert [guess.status for guess in guesses] == [404] * 5 + [429] * 3
    assert int(guesses[-1].headers["retry-after"]) >= 1
    assert (await ask(app, row.slug)).status == 200


async def test_no_such_meeting_ended_and_unavailable_are_told_apart(house: House) -> None:
    from datetime import UTC, datetime

    from tests.gate.test_failure_directions import Down

    app = live(await house.gate())
    over, row = await meeting(ended_at=datetime.now(UTC)), await meeting()
    assert (await ask(app, "room-none")).status == 404
    assert (await ask(app, over.slug)).status == 410
    with Down():
        down = await ask(app, row.slug)
    assert (down.status, down.json()["code"], down.headers["retry-after"]) == (503, "unavailable", "2")


async def test_p9_metrics_are_for_this_machine_and_tell_no_place(house: House) -> None:
    app, row = live(await house.gate()), await meeting()
    await set_rule(row, "deny", "CN")
    await ask(app, row.slug, place="CN")
    here = await request(app, "/metrics", method="GET", place=None)
    assert b'outcome="kept_out"' in here.content  # and not by what: that would tell of restrictions
    assert b"_created" not in here.content  # nor when it was for the first time
    figures = [line for line in here.content.splitlines() if line and not line.startswith(b"#")]
    assert len(figures) > 5
    assert all(f'process="{os.getpid()}"'.encode() in line for line in figures)
    assert row.slug.encode() not in here.content
    assert ADDRESS["CN"].encode() not in here.content
    assert (await request(app, "/metrics", method="GET", peer="203.0.113.9")).status == 404
    assert (await request(app, "/metrics", method="GET", place="FR")).status == 404


async def test_healthz_says_whether_a_meeting_could_be_joined(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_app, "READY_SECONDS", 0.0)
    app = live(await house.gate())
    assert (await request(app, "/healthz", method="GET")).status == 200
    house.world.hung = True
    answer = await request(app, "/healthz", method="GET")
    assert (answer.status, json.loads(answer.content)) == (503, {"ready": False})
    house.world.hung = False


async def test_a_flood_of_healthz_is_answered_without_a_flood_of_questions(house: House) -> None:
    """Each would stand in line before somebody who is to be put out."""
    gate = await house.gate()
    app, asked, ready = live(gate), 0, gate.ready

    async def counted() -> bool:
        nonlocal asked
        asked += 1
        return await ready()

    gate.ready = counted  # type: ignore[method-assign]  # only to count
    answers = await asyncio.gather(*(request(app, "/healthz", method="GET") for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    assert asked == 1


async def test_an_ended_series_opens_again_at_the_door_for_its_next_occurrence(house: House) -> None:
    from datetime import UTC, datetime, timedelta

    app, now = live(await house.gate()), datetime.now(UTC)
    series = {"recurrence": "FREQ=DAILY", "time_zone": "UTC", "ended_at": now - timedelta(hours=2)}
    due = await meeting(starts_at=now - timedelta(days=3, minutes=-5), **series)
    later = await meeting(starts_at=now - timedelta(days=3, hours=-5), **series)
    assert (await ask(app, due.slug)).status == 200
    assert (await ask(app, later.slug)).status == 410


@pytest.mark.parametrize("odd", ['prefs={"a":1}', "a b=c; =x", "x=1,2; [y]=é"])
async def test_an_odd_cookie_makes_nobody_a_stranger(house: House, odd: str) -> None:
    """Django's pages read past it; the door read none: the host was a guest, the blocked a stranger."""
    app, row = live(await house.gate()), await meeting(locked=True)
    cookie = f"{odd}; sessionid={await sign_in(row.host)}"
    assert (await ask(app, row.slug)).status == 403
    assert (await ask(app, row.slug, cookie=cookie)).status == 200

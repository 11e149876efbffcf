"""P9, nothing kept: canary addresses that people come from are nowhere afterwards, in no form."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError
from websockets.typing import Subprotocol

from bailiwick.swarm import Person, Sends, Swarm
from tests.servers.canaries import forms
from tests.servers.product import Host, Product, product

pytestmark = pytest.mark.janus

CANARIES = {
    "2.0.117.203": "FR",
    "1.0.1.213": "CN",
    "2a01:cb00:6a7e:beef:1234:5678:9abc:def1": "FR",
    "2001:da8:feed:face:1234:5678:9abc:def2": "CN",
    "::ffff:1.32.199.217": "HK",
    "60.242.119.201": "undetermined",
    "10.77.66.55": "private: an unresolvable chain",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Product]:
    with product() as running:
        yield running


async def come_and_go(server: Product, slug: str, address: str) -> str:
    """Join from there, chat a little, be put out or lose the connection; how far it got."""
    answer = await asyncio.to_thread(server.join, slug, address=address, name="Somebody")
    if answer.status != 200:
        return str(answer.json["code"])
    async with connect(
        f"ws://127.0.0.1:{server.port}/ws",
        subprotocols=[Subprotocol("bailiwick.v1")],
        additional_headers={"X-Forwarded-For": address},
    ) as wire:
        await wire.send(json.dumps({"type": "hello", "grant": answer.json["grant"]}))
        first = json.loads(await wire.recv())
        await wire.send(json.dumps({"type": "chat", "text": "hello"}))
        await wire.send(json.dumps({"type": "publish", "id": 1, "sdp": f"c=IN IP4 {address}", "tracks": []}))
        await wire.send("{ not json " + address)
        with suppress(ConnectionClosedError):
            while True:
                await wire.recv()
        return str(first["type"])


def searched(server: Product, host: Host, slug: str) -> Iterator[tuple[str, bytes]]:
    """Everything that is kept or shown: every file (database, WAL, logs of every process, mail, which goes
    to the log by default), metrics, the API's answers and the host's pages."""
    for path in server.files():
        yield str(path.relative_to(server.data)), path.read_bytes()
    yield "metrics", server.request("GET", "/metrics").body
    shown = (f"/api/meetings/{slug}", f"/api/meetings/{slug}/rule", f"/meetings/{slug}", "/meetings")
    for page in (*shown, "/accounts/data/export"):
        answer = host.request("GET", page)
        assert page != "/accounts/data/export" or answer.status == 200
        yield page, answer.body


def found(server: Product, host: Host, slug: str, addresses: list[str]) -> list[str]:
    wanted = {form for address in addresses for form in forms(address)}
    return [name for name, content in searched(server, host, slug) if any(form in content for form in wanted)]


async def test_p9_canary_addresses_are_nowhere_after_joins_refusals_and_ejects(server: Product) -> None:
    host = server.host("canary@example.org")
    host.address = "2.0.117.204"
    slug = host.create_meeting(title="Canaries")
    host.set_rule(slug, "deny", "CN")
    outcomes = await asyncio.gather(*(come_and_go(server, slug, address) for address in CANARIES))
    assert set(outcomes) == {"welcome", "refused_by_rule"}
    host.set_rule(slug, "allow", "FR", undetermined="refuse")
    await asyncio.gather(*(come_and_go(server, slug, address) for address in CANARIES))
    server.join("nosu-chme-etin", address="2.0.117.203")
    await asyncio.to_thread(sign_in_badly, server)
    await asyncio.to_thread(forget_a_password, server)
    assert found(server, host, slug, [*CANARIES, "2.0.117.204"]) == []


def submit(server: Product, path: str, fields: dict[str, str]) -> HTTPResponse:
    """A form, sent from a canary address as a browser sends it."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={'c' * 32}",
        "X-CSRFToken": "c" * 32,
        "Origin": server.url,
        "X-Forwarded-For": "2.0.117.203",
    }
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


def sign_in_badly(server: Product) -> None:
    """Wrong passwords are what an account system likes to note addresses for."""
    fields = {"login": "canary@example.org", "password": "wrong"}
    # read, and found wrong: the page is shown again
    assert [submit(server, "/accounts/login/", fields).status for _ in range(8)] == [200] * 8


def forget_a_password(server: Product) -> None:
    """The mail says what to do; those of many account systems also say from where it was asked for."""
    assert submit(server, "/accounts/password/reset/", {"email": "canary@example.org"}).status == 302
    deadline = time.monotonic() + 60
    while b"/accounts/password/reset/key/" not in server.log.read_bytes():
        assert time.monotonic() < deadline, "no mail was sent"
        time.sleep(0.1)


async def test_the_canary_search_finds_what_is_there(server: Product) -> None:
    """The search itself is tested: each form, planted in a file of the server's, is found."""
    host = server.host("canary@example.org")
    slug = host.create_meeting(title="Planted")
    planted = server.data / "planted.bin"
    for address in CANARIES:
        for form in sorted(forms(address)):
            planted.write_bytes(b"noise " + form + b" noise")
            assert "planted.bin" in found(server, host, slug, [address]), (address, form)
    planted.unlink()


async def test_p9_canary_addresses_of_a_swarm_are_nowhere(server: Product) -> None:
    """With real media: ICE and DTLS see addresses, SDP carries them."""
    host = server.host("canary@example.org")
    slug = host.create_meeting(title="Swarm of canaries")
    located = [(address, place) for address, place in CANARIES.items() if len(place) == 2]
    crowd = [
        Person(f"P{number}", place, place, {"X-Forwarded-For": address}, Sends.SOUND, number)
        for number, (address, place) in enumerate(located)
    ]
    async with Swarm(server.meeting_url(slug), crowd, subscribe=2) as swarm:
        await swarm.until(lambda now: now.inside == len(crowd) and now.flowing >= len(crowd), 60)
        host.set_rule(slug, "deny", "CN")
        await swarm.until(lambda now: now.out == 2, 60)
        await swarm.stop()
    assert found(server, host, slug, list(CANARIES)) == []

"""Media sessions opened while somebody is on the way from the door to the socket."""

import asyncio
import gc

import pytest

from bailiwick.gate import spares
from bailiwick.gate.door import Knock, Opened
from bailiwick.gate.ending import Ending
from bailiwick.geo.address import parse_address
from tests.gate.kit import ADDRESS, House, Person, join, meeting, set_rule, until

HERE = parse_address(ADDRESS["FR"])


async def test_whoever_was_let_through_the_door_takes_the_session_that_was_opened_meanwhile(
    house: House,
) -> None:
    gate, row = await house.gate(), await meeting()
    await join(gate, row, "Ada")
    opened = await gate.knock(Knock(row.slug, "Bo"), HERE)
    assert isinstance(opened, Opened)
    await until(lambda: len(house.world.participants) == 2)
    ahead = set(house.world.participants)
    joined = await gate.enter(opened.grant, HERE)
    assert not isinstance(joined, Ending)
    bo = Person("Bo", "FR")
    await gate.attach(joined, bo)
    await until(lambda: bo.session is not None)
    assert set(house.world.participants) == ahead


async def test_a_session_nobody_takes_is_destroyed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spares, "KEPT_SECONDS", 0.3)
    gate, row = await house.gate(), await meeting()
    await join(gate, row, "Ada")
    assert isinstance(await gate.knock(Knock(row.slug, "Bo"), HERE), Opened)
    await until(lambda: len(house.world.participants) == 2)
    await until(lambda: len(house.world.participants) == 1)


async def test_nothing_is_opened_for_somebody_refused(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await join(gate, row, "Ada", "DE")
    await set_rule(row, "deny", "FR")
    assert isinstance(await gate.knock(Knock(row.slug, "Bo"), HERE), Ending)
    await asyncio.sleep(0.2)
    assert len(house.world.participants) == 1


async def test_knocking_opens_only_so_many_sessions_ahead(house: House) -> None:
    gate, row = await house.gate(), await meeting(maximum=100)
    await join(gate, row, "Ada")
    for number in range(spares.AT_MOST + 4):
        assert isinstance(await gate.knock(Knock(row.slug, f"Guest {number}"), HERE), Opened)
    await until(lambda: len(house.world.participants) == 1 + spares.AT_MOST)
    await asyncio.sleep(0.2)
    assert len(house.world.participants) == 1 + spares.AT_MOST


async def test_a_stopping_node_leaves_none_behind(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await join(gate, row, "Ada")
    assert isinstance(await gate.knock(Knock(row.slug, "Bo"), HERE), Opened)
    await until(lambda: len(house.world.participants) == 2)
    house.gates.remove(gate)
    await gate.stop()
    assert len(house.world.participants) == 1


async def test_sessions_opened_before_the_media_server_restarted_are_not_used(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await join(gate, row, "Ada")
    assert isinstance(await gate.knock(Knock(row.slug, "Bo"), HERE), Opened)
    await until(lambda: len(house.world.participants) == 2)
    house.world.crash()
    cleo = await join(gate, row, "Cleo")
    await until(lambda: cleo.session is not None and cleo.sees >= {"Ada", "Cleo"})
    assert cleo.session is not None
    assert await cleo.session.subscribe([]) is None


async def test_one_that_fails_because_the_media_server_restarts_is_heard(house: House) -> None:
    unheard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unheard.append(context))
    gate, row = await house.gate(), await meeting()
    await join(gate, row, "Ada")
    house.world.fail("open_session")
    assert isinstance(await gate.knock(Knock(row.slug, "Bo"), HERE), Opened)
    gate._keeper._spares.lost(lambda _room: True)
    await asyncio.sleep(0.1)
    gc.collect()
    assert unheard == []

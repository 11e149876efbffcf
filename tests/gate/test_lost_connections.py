"""Who loses the connection: media goes after five seconds, the place in the meeting after a minute."""

import asyncio
from contextlib import suppress
from uuid import UUID

from bailiwick.gate import acts
from bailiwick.gate.door import Opened
from bailiwick.gate.ending import Ending
from bailiwick.gate.errors import Unavailable
from bailiwick.gate.gate import Gate
from bailiwick.gate.joining import Joined
from bailiwick.meetings.models import Meeting
from tests.gate.kit import (
    House,
    Person,
    account,
    join,
    join_as_host,
    knock,
    meeting,
    resume,
    row_of,
    rows,
    set_rule,
    sign_in,
    until,
)
from tests.gate.test_failure_directions import Down


async def lose(gate: Gate, person: Person, *, closed: bool = False) -> None:
    assert person.joined is not None
    await gate.let_go(person.joined.held, closed=closed)


async def lock(gate: Gate, row: Meeting, host: Person) -> None:
    assert host.joined is not None
    await gate.act(host.joined.held, acts.lock, locked=True)


async def test_after_a_restart_people_come_back_into_a_locked_meeting_though_their_media_is_gone(
    house: House,
) -> None:
    here, row = await house.gate(), await meeting(waiting_room=True)
    host = await join_as_host(here, row)
    ada = await join(here, row, "Ada", published=False)
    assert host.joined is not None
    await here.act(host.joined.held, acts.let_in, UUID(ada.id))
    await until(lambda: ada.session is not None)
    await lock(here, row, host)
    house.gates.remove(here)
    await here.stop()
    there = await house.gate()
    await until(lambda: not there._node.held)
    house.clock.advance(8)
    await until(lambda: not house.world.participants)
    for person in (host, ada):
        again, answer = await resume(there, person)
        assert isinstance(answer, Joined)
        await until(lambda again=again: again.session is not None)
        assert again.resets == 1
        assert not again.endings
    await until(lambda: len(house.world.participants) == 2)


async def test_whoever_does_not_come_back_within_a_minute_is_let_go(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    ada, bo = await join(gate, row, "Ada"), await join(gate, row, "Bo")
    await lose(gate, bo)
    house.clock.advance(6)
    await until(lambda: len(house.world.participants) == 1)
    await until(lambda: ada.views[-1].participants[bo.id].away)
    assert ada.views[-1].participants[bo.id].feed is None
    assert not ada.views[-1].participants[ada.id].away
    assert ada.sees == {"Ada", "Bo"}
    await house.pass_time(56)
    await until(lambda: ada.sees == {"Ada"})
    assert isinstance((await resume(gate, bo))[1], Ending)


async def test_whoever_closes_the_page_is_let_go_sooner(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    ada, bo = await join(gate, row, "Ada"), await join(gate, row, "Bo")
    await lose(gate, bo, closed=True)
    await house.pass_time(16)
    await until(lambda: ada.sees == {"Ada"})


async def test_an_absent_person_is_removed_like_anybody_and_does_not_come_back(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host, bo = await join_as_host(gate, row), await join(gate, row, "Bo")
    await lose(gate, bo)
    house.clock.advance(6)
    await until(lambda: host.views[-1].participants[bo.id].feed is None)
    assert host.joined is not None
    await gate.act(host.joined.held, acts.remove, UUID(bo.id), house.clock(), block=False)
    assert isinstance((await resume(gate, bo))[1], Ending)


async def test_p8_a_rule_set_while_somebody_is_absent_reaches_them(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await join(gate, row, "Ada")
    li = await join(gate, row, "Li", "CN")
    await lose(gate, li)
    house.clock.advance(6)
    await until(lambda: len(house.world.participants) == 1)
    await set_rule(row, "deny", "CN")
    answer = (await resume(gate, li))[1]
    assert isinstance(answer, Ending)
    await until(lambda: li.joined is not None and li.joined.held.presence_id not in gate._node.held)


async def test_no_session_is_opened_for_whoever_is_absent_when_the_media_server_restarts(
    house: House,
) -> None:
    gate, row = await house.gate(), await meeting()
    ada, bo = await join(gate, row, "Ada"), await join(gate, row, "Bo")
    before = ada.session
    await lose(gate, bo)
    house.world.crash()
    await until(lambda: ada.session is not None and ada.session is not before)
    assert len(house.world.participants) == 1
    again, _ = await resume(gate, bo)
    await until(lambda: again.session is not None)
    assert again.resets == 1


async def test_a_caretaker_is_somebody_who_is_there(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    kim = await join(gate, row, "Kim", session_key=await sign_in(await account("kim@example.org")))
    host = await join_as_host(gate, row)
    await until(lambda: kim.views[-1].participants[kim.id].role == "participant")
    await lose(gate, host)
    house.clock.advance(6)
    await until(lambda: kim.views[-1].participants[kim.id].role == "caretaker")
    await resume(gate, host)
    await until(lambda: kim.views[-1].participants[kim.id].role == "participant")


async def test_database_down_while_somebody_goes_the_sweep_sees_that_nobody_holds_them(house: House) -> None:
    """They were frozen pictures until the process restarted: its lease never lapses."""
    gate, row = await house.gate(), await meeting()
    ada, bo = await join(gate, row, "Ada"), await join(gate, row, "Bo")
    with Down(), suppress(Unavailable):
        await lose(gate, bo, closed=True)
    assert (await row_of(bo)).unheld_since is None
    await until(lambda: len(gate._sweep._lineless) == 1)
    house.clock.advance(4)
    await until_row_unheld(bo)
    house.clock.advance(6)
    await until(lambda: len(house.world.participants) == 1)
    await house.pass_time(58)
    await until(lambda: ada.sees == {"Ada"})
    assert (await row_of(ada)).unheld_since is None


async def until_row_unheld(person: Person) -> None:
    async with asyncio.timeout(30):
        while (await row_of(person)).unheld_since is None:
            await asyncio.sleep(0.05)


async def test_a_grant_used_up_by_a_commit_whose_reply_was_lost_leaves_no_ghost(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    ada = await join(gate, row, "Ada")
    opened = await knock(gate, row, Person("Bo", "FR"))
    assert isinstance(opened, Opened)
    # what a connection does that never hears of it
    await gate.enter(opened.grant, None)
    await until(lambda: len(gate._sweep._lineless) == 1)
    house.clock.advance(4)
    await until(lambda: not gate._sweep._lineless)
    await house.pass_time(62)
    async with asyncio.timeout(30):
        while [one.id.hex for one in await rows(row) if one.state != "ended"] != [ada.id]:
            await asyncio.sleep(0.05)


async def test_a_mute_while_the_connection_was_lost_is_told_before_the_welcome(house: House) -> None:
    """The client says anew what it has on when it is welcomed; that undid the mute."""
    gate, row = await house.gate(), await meeting()
    host, bo = await join_as_host(gate, row), await join(gate, row, "Bo")
    assert host.joined is not None
    assert bo.joined is not None
    await gate.change(bo.joined.held, microphone_on=True)
    await lose(gate, bo)
    await gate.act(host.joined.held, acts.mute, UUID(bo.id))
    again, _ = await resume(gate, bo)
    assert again.was_muted == 1
    assert again.mutes == 1
    once_more, _ = await resume(gate, again)
    assert once_more.was_muted == 0


async def test_a_page_that_forgot_what_it_was_told_is_muted_unless_it_unmuted_since(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host, bo = await join_as_host(gate, row), await join(gate, row, "Bo")
    assert host.joined is not None
    await gate.act(host.joined.held, acts.mute, UUID(bo.id))
    assert (await reload(gate, bo)).muted
    assert bo.joined is not None
    await gate.change(bo.joined.held, microphone_on=True)
    assert not (await reload(gate, bo)).muted


async def reload(gate: Gate, person: Person) -> Joined:
    assert person.joined is not None
    joined = await gate.resume(person.joined.resume, None)
    assert isinstance(joined, Joined)
    person.joined = joined
    await gate.attach(joined, person)
    return joined

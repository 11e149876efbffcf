"""Several nodes, and what happens when one of them dies."""

import asyncio
from uuid import UUID

from bailiwick.gate import acts
from bailiwick.gate.ending import Ending
from bailiwick.gate.joining import Joined
from tests.gate.kit import House, join, join_as_host, meeting, resume, row_of, rows, set_rule, until


async def test_people_on_two_nodes_see_each_other_and_chat(house: House) -> None:
    here, there, row = await house.gate(), await house.gate(), await meeting()
    ada, bo = await join(here, row, "Ada"), await join(there, row, "Bo")
    await until(lambda: ada.sees == bo.sees == {"Ada", "Bo"})
    assert ada.joined is not None
    await here.chat(ada.joined.held, "hello")
    await until(lambda: ada.chats and bo.chats)
    assert (bo.chats[0].name, bo.chats[0].text) == ("Ada", "hello")


async def test_p8_a_removal_reaches_another_node_and_holds_on_every_node(house: House) -> None:
    here, there, row = await house.gate(), await house.gate(), await meeting()
    host, bo = await join_as_host(here, row), await join(there, row, "Bo", device="d" * 24)
    assert host.joined is not None
    await until(lambda: host.sees == {"Host", "Bo"})
    await here.act(host.joined.held, acts.remove, UUID(bo.id), house.clock(), block=True)
    await until(lambda: bo.endings)
    assert bo.ended_as == "blocked"
    await until(lambda: len(house.world.participants) == 1)
    for gate in (here, there):
        assert isinstance((await resume(gate, bo))[1], Ending)
        from bailiwick.gate.door import Knock

        assert isinstance(await gate.knock(Knock(row.slug, "Robert", device="d" * 24), None), Ending)


async def test_a_dead_nodes_people_resume_on_another_with_their_media_session(house: House) -> None:
    here, there, row = await house.gate(), await house.gate(), await meeting()
    ada = await join(here, row, "Ada")
    assert ada.session is not None
    ref = ada.session.ref
    await house.kill(here)
    again, joined = await resume(there, ada)
    assert isinstance(joined, Joined)
    await until(lambda: again.session is not None)
    assert again.session is not None
    assert again.session.ref == ref
    assert again.resets == 0


async def test_a_dead_nodes_people_who_do_not_resume_are_let_go_and_their_media_destroyed(
    house: House,
) -> None:
    here, there, row = await house.gate(), await house.gate(), await meeting()
    ada, bo = await join(here, row, "Ada"), await join(there, row, "Bo")
    await house.kill(here)
    await until(lambda: bo.sees == {"Ada", "Bo"})
    house.clock.advance(5)  # the lease lapses
    await there._node.renew_lease()
    async with asyncio.timeout(30):
        while (await row_of(ada)).node_id != there._node.id:
            await asyncio.sleep(0.05)
    house.clock.advance(6)
    await until(lambda: len(house.world.participants) == 1)
    await house.pass_time(62)
    await until(lambda: bo.sees == {"Bo"})
    assert isinstance((await resume(there, ada))[1], Ending)


async def test_a_rule_set_while_a_node_is_dead_reaches_its_people_when_they_resume(house: House) -> None:
    here, there, row = await house.gate(), await house.gate(), await meeting()
    li = await join(here, row, "Li", "CN")
    await house.kill(here)
    await set_rule(row, "deny", "CN")
    _, answer = await resume(there, li)
    assert isinstance(answer, Ending)
    await until(lambda: house.world.participants == {})


async def test_a_node_that_lost_its_lease_lets_go_of_everything(house: House) -> None:
    here, row = await house.gate(), await meeting()
    ada = await join(here, row, "Ada")
    there = await house.gate()
    from asgiref.sync import sync_to_async

    from bailiwick.meetings import nodes
    from bailiwick.meetings.models import Node

    # its lease lapsed unnoticed and another node took what it held
    await sync_to_async(Node.objects.filter(id=here._node.id).delete)()
    await until(lambda: ada.went_away)
    again, joined = await resume(there, ada)
    assert isinstance(joined, Joined)
    assert again.sees == {"Ada"}
    assert nodes.LEASE.total_seconds() >= 3


async def test_media_sessions_without_a_presence_are_destroyed(house: House) -> None:
    from bailiwick.media.double import DoubleMedia
    from bailiwick.media.port import RoomId

    await house.gate()
    row = await meeting()
    stranger = DoubleMedia(house.world)
    await stranger.open_room(RoomId(row.pk.hex), 10)
    await stranger.open_session(RoomId(row.pk.hex))
    await asyncio.sleep(2.5)
    assert len(house.world.participants) == 1
    house.clock.advance(11)
    await until(lambda: house.world.participants == {})


async def test_p9_presences_are_deleted_and_the_room_closed_when_all_is_over(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    ada = await join(gate, row, "Ada")
    assert ada.joined is not None
    await gate.leave(ada.joined.held)
    assert ada.ended_as == "left"
    await until(lambda: house.world.participants == {})
    house.clock.advance(40)
    await until(lambda: house.world.rooms == {})
    async with asyncio.timeout(30):
        while await rows(row):
            await asyncio.sleep(0.05)


async def test_rules_reach_people_whose_connection_is_lost(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    li = await join(gate, row, "Li", "CN")
    assert li.joined is not None
    await gate.let_go(li.joined.held)
    await set_rule(row, "deny", "CN")
    await until(lambda: house.world.participants == {})

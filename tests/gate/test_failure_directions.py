""" "Which way each thing fails" (DESIGN.md), the rows that concern the gate."""

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
import structlog
from channels.layers import InMemoryChannelLayer
from django.db import OperationalError

from bailiwick.gate.company import PATIENCE, Company
from bailiwick.gate.door import Opened
from bailiwick.gate.ending import Ending
from bailiwick.gate.errors import NotEverywhere, Unavailable
from bailiwick.gate.hop import SECONDS
from bailiwick.media.port import Fault
from bailiwick.meetings.models import PresenceState
from tests.factories.geo import small_table
from tests.gate.kit import (
    House,
    Person,
    enter,
    fresh,
    join,
    join_as_host,
    knock,
    meeting,
    resume,
    row_of,
    set_rule,
    until,
)


async def test_location_table_lost_ejects_nobody_and_access_rules_at_the_door_are_as_chosen(
    house: House,
) -> None:
    gate, row = await house.gate(), await meeting()
    await set_rule(row, "allow", "FR", undetermined="refuse")
    ada = await join(gate, row, "Ada", "FR")
    house.table.unlink()
    await until(lambda: gate._locator.fault == "table_missing")
    await until(lambda: "location_unavailable" in house.alarms)
    await set_rule(row, "allow", "FR", "DE", undetermined="refuse")
    await until(lambda: ada.views[-1].rule is not None and len(ada.views[-1].rule.territories) == 2)
    assert not ada.endings
    assert isinstance(await knock(gate, row, Person("Bo", "FR")), Ending)
    await set_rule(row, "allow", "FR", undetermined="admit")
    assert isinstance(await knock(gate, row, Person("Bo", "FR")), Opened)


async def test_a_table_that_is_not_the_active_one_locates_nobody_and_ejects_nobody(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await set_rule(row, "deny", "CN", undetermined="refuse")
    ada = await join(gate, row, "Ada", "HK")
    await _make_other_table_active()
    await until(lambda: gate._locator.fault == "table_not_active")
    assert isinstance(await knock(gate, row, Person("Li", "HK")), Ending)
    assert not ada.endings


async def _make_other_table_active() -> None:
    from datetime import timedelta
    from uuid import uuid4

    from asgiref.sync import sync_to_async

    from bailiwick.meetings.models import Node, ServerState

    await sync_to_async(ServerState.objects.filter(id=1).update)(
        active_table="f" * 64, active_table_built=2**40
    )
    # and another node answers from it
    lease = datetime.now(UTC) + timedelta(hours=1)
    await sync_to_async(Node.objects.create)(id=uuid4(), lease_until=lease, table="f" * 64)


async def test_a_replaced_table_is_followed_and_people_are_located_again(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await set_rule(row, "deny", "CN")
    ada = await join(gate, row, "Ada", "FR")
    import time

    small_table(house.table, {"2.0.0.0/16": "CN", "5.9.0.0/16": "DE"}, built=time.time())
    await until(lambda: ada.endings)
    assert ada.ended_as == "refused_by_rule"


async def test_an_unresolvable_proxy_chain_is_undetermined(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await set_rule(row, "deny", "CN", undetermined="waiting_room")
    from bailiwick.gate.door import Knock

    answer = await gate.knock(Knock(row.slug, "Bo"), None)
    assert isinstance(answer, Opened)
    assert answer.lobby
    await until(lambda: "proxy_chain" in house.alarms)


async def test_an_old_source_raises_an_alarm_before_it_counts_as_disagreeing(house: House) -> None:
    import time

    small_table(house.table, built=time.time() - 61 * 86_400)
    await house.gate()
    await until(lambda: "location_old" in house.alarms)
    assert "location_stale" not in house.alarms
    small_table(house.table, built=time.time() - 401 * 86_400)
    await until(lambda: "location_stale" in house.alarms)


class Down:
    """The database answers nothing while this is entered."""

    def __enter__(self) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise OperationalError("down")

        # the port below every query; our own modules stay as they are
        self._patch = patch("django.db.backends.utils.CursorWrapper.execute", refuse)
        self._patch.start()

    def __exit__(self, *_: object) -> None:
        self._patch.stop()


async def test_database_down_those_inside_stay_and_nobody_is_admitted_on_guesswork(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    ada = await join(gate, row, "Ada")
    with Down():
        with pytest.raises(Unavailable):
            await knock(gate, row, Person("Bo", "FR"))
        await asyncio.sleep(2.5)
        assert not ada.endings
        assert not ada.was_superseded
        assert len(house.world.participants) == 1
    bo = await join(gate, row, "Bo")
    await until(lambda: bo.sees == {"Ada", "Bo"})


async def test_database_hangs_people_are_told_in_time_and_those_inside_stay(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    ada = await join(gate, row, "Ada")
    for lane in (gate._lanes.door, gate._lanes.look):
        lane._seconds = 0.3
    asked, answers = threading.Event(), threading.Event()
    hanging = asyncio.create_task(gate._hop.run(lambda: asked.set() or answers.wait()))
    await until(asked.is_set)
    with pytest.raises(Unavailable):
        await knock(gate, row, Person("Bo", "FR"))
    assert not await gate.ready()
    assert not ada.endings
    answers.set()
    await hanging
    for lane in (gate._lanes.door, gate._lanes.look):
        lane._seconds = SECONDS
    assert await gate.ready()
    bo = await join(gate, row, "Bo")
    await until(lambda: bo.sees == {"Ada", "Bo"})


class Deaf:
    """A channel layer that loses everything and fails half of the time."""

    async def new_channel(self) -> str:
        return "deaf"

    async def group_add(self, group: str, channel: str) -> None:
        raise ConnectionError

    async def group_discard(self, group: str, channel: str) -> None:
        raise ConnectionError

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        raise ConnectionError

    async def receive(self, channel: str) -> dict[str, Any]:
        raise ConnectionError


async def test_redis_down_the_one_second_poll_carries_on(house: House) -> None:
    here, there = await house.gate(layer=Deaf()), await house.gate(layer=Deaf())
    row = await meeting()
    host, li = await join_as_host(here, row), await join(there, row, "Li", "CN")
    await until(lambda: host.sees == {"Host", "Li"})
    await set_rule(row, "deny", "CN")
    await until(lambda: li.endings)
    await until(lambda: host.sees == {"Host"})


async def test_redis_down_whoever_writes_is_told_that_not_everybody_has_it(house: House) -> None:
    here, there = await house.gate(layer=Deaf()), await house.gate(layer=Deaf())
    row = await meeting()
    ada, bo, cy = await join(here, row, "Ada"), await join(here, row, "Bo"), await join(there, row, "Cy")
    assert ada.joined is not None
    with pytest.raises(NotEverywhere):
        await here.chat(ada.joined.held, "hello")
    await until(lambda: bo.chats)
    assert not cy.chats
    house.gates.remove(there)
    await there.stop()
    await here.chat(ada.joined.held, "you all have this")


async def test_without_a_common_redis_there_is_an_alarm_and_whoever_writes_is_told(house: House) -> None:
    here, there = await house.gate(layer=InMemoryChannelLayer()), await house.gate()
    row, alone = await meeting(), await meeting()
    ada, cy, di = await join(here, row, "Ada"), await join(there, row, "Cy"), await join(here, alone, "Di")
    assert ada.joined is not None
    assert di.joined is not None
    await until(lambda: "nodes_apart" in house.alarms)
    with pytest.raises(NotEverywhere):
        await here.chat(ada.joined.held, "hello")
    assert not cy.chats
    await here.chat(di.joined.held, "you all have this")


def test_a_node_that_is_heard_again_is_apart_no_more() -> None:
    said: list[str] = []
    company = Company(lambda: said.append("here"))
    one, two = uuid4(), uuid4()
    for _ in range(PATIENCE):
        company.hear(two)
        company.look({one, two})
    assert company.apart == {one}
    assert len(said) == PATIENCE
    company.hear(one)
    assert not company.apart
    for _ in range(PATIENCE):
        company.look(set())
    assert not company.apart


async def test_janus_down_everybody_is_decided_again_and_gets_a_new_session(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    ada, li = await join(gate, row, "Ada", "FR"), await join(gate, row, "Li", "CN")
    before = {ada.session, li.session}
    house.between = lambda: None
    house.world.fail("open_session", Fault.UNAVAILABLE, times=2)
    await set_rule(row, "deny", "CN")
    house.world.crash()
    await until(lambda: li.endings)
    await until(lambda: ada.session is not None and ada.session not in before)
    assert ada.resets >= 1
    assert len(house.world.participants) == 1


@pytest.mark.parametrize("verb", ["silence", "destroy"])
@pytest.mark.parametrize("after", [False, True], ids=["failed", "failed but done"])
async def test_ejecting_fails_the_sweep_finishes_and_the_host_is_told(
    house: House, verb: str, after: bool
) -> None:
    gate, row = await house.gate(), await meeting()
    host, li = await join_as_host(gate, row), await join(gate, row, "Li", "CN")
    assert li.session is not None
    ref = li.session.ref
    house.world.fail(verb, Fault.TIMEOUT, times=1, after=after)
    await set_rule(row, "deny", "CN")
    await until(lambda: li.endings)
    assert (await row_of(li)).state == PresenceState.ENDED
    await until(lambda: "eject_unfinished" in host.notices)
    assert "eject_unfinished" in host.notices
    await until(lambda: ref not in house.world.participants)
    _, again = await resume(gate, li)
    assert isinstance(again, Ending)
    await until(lambda: "eject_unfinished" in house.alarms)


async def test_p9_an_ejection_that_fails_is_logged_without_how_many_it_was(house: House) -> None:
    """Beside a restriction's entry, a number at its moment would tell that somebody was there."""
    gate, row = await house.gate(), await meeting()
    several = [await join(gate, row, name, "CN") for name in ("Li", "Wu", "Yan")]
    house.world.fail("silence", Fault.TIMEOUT, times=1)
    with structlog.testing.capture_logs() as lines:
        await set_rule(row, "deny", "CN")
        await until(lambda: all(each.endings for each in several))
        await until(lambda: any(line["event"] == "eject_failed" for line in lines))
    failed = next(line for line in lines if line["event"] == "eject_failed")
    assert failed.keys() == {"event", "log_level", "step", "code"}


async def test_locking_ejects_nobody_and_stops_the_next_but_not_the_host(house: House) -> None:
    from bailiwick.gate import acts

    gate, row = await house.gate(), await meeting()
    host, ada = await join_as_host(gate, row), await join(gate, row, "Ada")
    assert host.joined is not None
    await gate.act(host.joined.held, acts.lock, locked=True)
    await until(lambda: ada.views[-1].meeting.locked)
    answer = await knock(gate, row, Person("Bo", "FR"))
    assert isinstance(answer, Ending)
    assert answer.reason == "locked"
    await join_as_host(gate, row)
    again, _ = await resume(gate, ada)
    assert not ada.endings
    assert not again.endings


async def test_filling_ejects_nobody_and_says_full(house: House) -> None:
    gate, row = await house.gate(), await meeting(maximum=2)
    ada, bo = await join(gate, row, "Ada"), await join(gate, row, "Bo")
    answer = await knock(gate, row, Person("Cy", "FR"))
    assert isinstance(answer, Ending)
    assert answer.reason == "full"
    assert not ada.endings
    assert not bo.endings
    host = await join_as_host(gate, row)
    await until(lambda: host.sees == {"Ada", "Bo", "Host"})


async def test_someone_the_host_let_in_stays_when_undetermined_is_refused(house: House) -> None:
    from uuid import UUID

    from bailiwick.gate import acts

    gate, row = await house.gate(), await meeting()
    await set_rule(row, "allow", "FR", undetermined="waiting_room")
    host = await join_as_host(gate, row)
    kim = await join(gate, row, "Kim", "none", published=False)
    assert host.joined is not None
    await until(lambda: host.views[-1].waiting)
    await gate.act(host.joined.held, acts.let_in, UUID(kim.id))
    await until(lambda: kim.was_let_in and kim.sees == {"Host", "Kim"})
    await set_rule(row, "allow", "FR", undetermined="refuse")
    await until(lambda: host.views[-1].rule is not None and host.views[-1].rule.undetermined == "refuse")
    await until(lambda: host.views[-1].meeting.revision == kim.views[-1].meeting.revision)
    assert not kim.endings
    assert (await fresh(row)).refused_count == 0


async def test_knocking_fills_no_meeting_and_a_place_goes_to_who_comes_in(house: House) -> None:
    """A reload just after joining, or a hundred requests, closed a meeting to everybody for a minute."""
    gate, row = await house.gate(), await meeting(maximum=2)
    await join(gate, row, "Ada")
    grants = [await knock(gate, row, Person(str(number), "FR")) for number in range(5)]
    await join(gate, row, "Bo")
    assert isinstance(grants[0], Opened)
    late = await enter(gate, grants[0].grant, Person("0", "FR"))
    assert isinstance(late, Ending)
    assert late.reason == "full"
    again = await enter(gate, grants[0].grant, Person("0", "FR"))
    assert isinstance(again, Ending)
    assert again.reason == "bad_grant"

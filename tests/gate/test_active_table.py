"""Which location table decides: the one an operator meant, whatever they changed of it; never two at once."""

import time

from asgiref.sync import sync_to_async

from bailiwick.gate.gate import Gate
from bailiwick.geo.catalogue import SOURCE_NAMES
from bailiwick.ledger.models import Outbox
from bailiwick.meetings.models import ServerState
from tests.factories.geo import PLACES, small_table
from tests.gate.kit import House, join, meeting, set_rule, until

EDITED = {**PLACES, "5.9.0.0/16": "AT"}
DAY = 86_400


def located(gate: Gate) -> bool:
    return gate._locator.fault is None


async def active() -> str:
    state = await sync_to_async(ServerState.objects.get)(id=1)
    return state.active_table


async def is_active(gate: Gate) -> bool:
    return await active() == gate._locator.table_hash


async def settled(gate: Gate, *, after: str | None = None) -> None:
    """The gate has looked, and answers from the active table; another one than `after`."""
    await until(lambda: gate._locator.table_hash != after)
    await until(lambda: gate._node._table == gate._locator.table_hash)
    assert located(gate)
    assert await is_active(gate)


async def test_an_edit_of_the_overrides_is_followed_and_rules_go_on(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await settled(gate)
    await set_rule(row, "deny", "HK", undetermined="refuse")
    ada = await join(gate, row, "Ada", "FR")
    before = await active()
    house.overrides.write_text("2.0.0.0/24 HK\n")
    await settled(gate, after=before)
    await until(lambda: ada.endings)


async def test_a_table_in_which_only_the_older_source_is_fresher_is_followed(house: House) -> None:
    now = time.time()
    small_table(house.table, built=[now, now - 9 * DAY, now - 9 * DAY])
    gate = await house.gate()
    await settled(gate)
    before = await active()
    small_table(house.table, EDITED, built=[now, now - DAY, now - 9 * DAY])
    await settled(gate, after=before)


async def test_a_source_can_be_left_out_of_a_running_server(house: House) -> None:
    now = time.time()
    small_table(house.table, built=[now, now - 9 * DAY, now - 9 * DAY])
    gate = await house.gate()
    await settled(gate)
    before = await active()
    small_table(house.table, {"5.9.0.0/16": "AT"}, sources=SOURCE_NAMES[1:], built=now - 9 * DAY)
    await settled(gate, after=before)


async def test_what_was_changed_while_the_server_was_down_is_followed_when_it_starts(house: House) -> None:
    gate = await house.gate()
    await settled(gate)
    before = await active()
    house.gates.remove(gate)
    await gate.stop()
    house.overrides.write_text("5.9.0.0/16\n")
    again = await house.gate()
    await settled(again, after=before)


async def test_after_a_kill_it_is_followed_once_the_lease_ran_out(house: House) -> None:
    gate = await house.gate()
    await settled(gate)
    await house.kill(gate)
    house.overrides.write_text("5.9.0.0/16\n")
    again = await house.gate()
    await until(lambda: not located(again))
    house.clock.advance(5)
    await settled(again)


async def test_a_newcomer_with_another_table_takes_nothing_from_those_who_answer(house: House) -> None:
    """Until the files are the same everywhere, nobody is located by two tables."""
    now = time.time()
    small_table(house.table, built=now)
    here = await house.gate()
    await settled(here)
    before = await active()
    small_table(house.other, EDITED, built=now - DAY)
    there = await house.gate(table=house.other)
    await until(lambda: there._locator.fault == "table_not_active")
    assert await active() == before
    # copied to the first, as documented: that was meant, and both answer
    small_table(house.table, EDITED, built=now - DAY)
    await settled(there)
    await settled(here)


async def test_a_younger_table_is_followed_wherever_it_comes_from(house: House) -> None:
    now = time.time()
    small_table(house.table, built=now - DAY)
    here = await house.gate()
    await settled(here)
    small_table(house.other, EDITED, built=now)
    there = await house.gate(table=house.other)
    await settled(there)
    await until(lambda: here._locator.fault == "table_not_active")


async def test_every_change_of_the_active_table_is_in_the_log(house: House) -> None:
    gate = await house.gate()
    await settled(gate)
    before = await active()
    house.overrides.write_text("5.9.0.0/16\n")
    await settled(gate, after=before)
    kinds = await sync_to_async(list)(Outbox.objects.values_list("type", flat=True))
    assert kinds.count("location.table") == 2

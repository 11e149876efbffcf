"""How long a host's block holds, how far it reaches, and what everybody is told of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from bailiwick.gate import acts
from bailiwick.gate.door import Opened
from bailiwick.gate.ending import Ending
from bailiwick.meetings.blocks import Terms, forget_ended
from bailiwick.meetings.models import Block, Meeting
from bailiwick.rules.decision import BlockScope
from tests.gate.kit import House, Person, join, join_as_host, knock, meeting, until

EVE = {"device": "e" * 24}
NINE = datetime(2026, 11, 30, 9, tzinfo=UTC)


@sync_to_async
def block_of(row: Meeting) -> Block:
    return Block.objects.get(meeting=row)


async def test_p7_a_block_ends_by_itself_and_its_end_is_told_inside_and_at_the_door(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host, eve = await join_as_host(gate, row), await join(gate, row, "Eve", **EVE)
    assert host.joined is not None
    terms = Terms(days=2, reason="disruption")
    target = UUID(eve.id)
    assert await gate.act(host.joined.held, acts.remove, target, house.clock(), block=True, terms=terms)
    await until(lambda: eve.endings)
    block = await block_of(row)
    assert block.reason == "disruption"
    assert block.expires_at is not None
    at_door = await knock(gate, row, Person("Eve", "FR"), **EVE)
    assert isinstance(at_door, Ending)
    assert at_door.until == eve.endings[0].until == block.expires_at
    house.clock.advance(timedelta(days=2).total_seconds())
    assert isinstance(await knock(gate, row, Person("Eve", "FR"), **EVE), Opened)


async def test_p9_nothing_is_kept_of_a_block_that_is_over(house: House) -> None:
    row = await meeting()
    now = house.clock()
    for days in (-1, 1, None):
        ends = None if days is None else now + timedelta(days=days)
        await Block.objects.acreate(
            meeting=row, device_digest="d", label="Eve", actor="host", created_at=now, expires_at=ends
        )
    await sync_to_async(forget_ended)(now)
    assert await Block.objects.acount() == 2


@pytest.mark.parametrize("block", [True, False])
async def test_who_removes_somebody_there_is_nothing_to_know_by_is_told_so(house: House, block: bool) -> None:
    gate, row = await house.gate(), await meeting()
    host, eve = await join_as_host(gate, row), await join(gate, row, "Eve")
    assert host.joined is not None
    lasts = await gate.act(host.joined.held, acts.remove, UUID(eve.id), house.clock(), block=block)
    assert lasts is False
    await until(lambda: eve.endings)
    assert isinstance(await knock(gate, row, eve), Opened)


@pytest.mark.parametrize(
    ("recurrence", "terms", "now", "ends"),
    [
        ("", Terms(), NINE, None),
        ("", Terms(BlockScope.MEETING), NINE, None),
        ("", Terms(days=3), NINE, NINE + timedelta(days=3)),
        ("FREQ=DAILY", Terms(), NINE, None),
        ("FREQ=DAILY", Terms(BlockScope.MEETING), NINE, NINE + timedelta(days=1)),
        ("FREQ=DAILY", Terms(BlockScope.MEETING), NINE - timedelta(minutes=5), NINE + timedelta(days=1)),
        ("FREQ=WEEKLY;BYDAY=MO", Terms(BlockScope.MEETING), NINE, NINE + timedelta(days=7)),
        ("FREQ=WEEKLY;BYDAY=MO", Terms(BlockScope.MEETING, days=3), NINE, NINE + timedelta(days=3)),
        ("FREQ=DAILY;COUNT=1", Terms(BlockScope.MEETING), NINE, None),
    ],
)
def test_a_block_for_this_time_ends_before_the_next_one(
    recurrence: str, terms: Terms, now: datetime, ends: datetime | None
) -> None:
    row = Meeting(starts_at=NINE, recurrence=recurrence, time_zone="UTC")
    assert terms.until(row, now) == ends

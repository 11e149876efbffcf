"""Nothing slips through between a decision and its row, nor between two who act at once."""

import asyncio
from collections.abc import Callable

import pytest

from bailiwick.gate.door import Opened
from bailiwick.gate.ending import Ending
from bailiwick.gate.joining import Joined
from tests.gate.kit import (
    House,
    Person,
    enter,
    join,
    knock,
    lift_rule_now,
    meeting,
    resume,
    rows,
    set_rule_now,
    until,
)


def once(action: Callable[[], None]) -> Callable[[], None]:
    """Do it the first time only."""
    left = [action]
    return lambda: left.pop()() if left else None


async def test_p8_a_rule_committed_between_a_joins_decision_and_its_row_misses_nobody(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    house.between = once(lambda: set_rule_now(row, "deny", "CN"))
    answer = await knock(gate, row, Person("Li", "CN"))
    assert isinstance(answer, Ending)
    assert await rows(row) == []


async def test_p8_a_rule_committed_between_a_grants_decision_and_its_use_misses_nobody(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    opened = await knock(gate, row, Person("Li", "CN"))
    assert isinstance(opened, Opened)
    house.between = once(lambda: set_rule_now(row, "deny", "CN"))
    assert isinstance(await enter(gate, opened.grant, Person("Li", "CN")), Ending)
    assert house.world.participants == {}


async def test_p8_a_rule_committed_between_a_resumes_decision_and_its_row_misses_nobody(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    li = await join(gate, row, "Li", "CN")
    house.between = once(lambda: set_rule_now(row, "deny", "CN"))
    _, answer = await resume(gate, li)
    assert isinstance(answer, Ending)
    await until(lambda: house.world.participants == {})


async def test_p8_whose_media_session_ends_by_itself_is_decided_on_before_there_is_another(
    house: House,
) -> None:
    gate, row = await house.gate(), await meeting()
    ada, li = await join(gate, row, "Ada", "FR"), await join(gate, row, "Li", "CN")
    await until(lambda: ada.session is not None and li.session is not None)
    await until(lambda: len(house.world.participants) == 2)
    before, sessions = ada.session, list(house.world.participants.values())
    opened = house.world.calls["open_session"]
    await asyncio.to_thread(set_rule_now, row, "deny", "CN")
    for each in sessions:
        house.world.silence(each)
    await until(lambda: li.endings)
    await until(lambda: ada.session is not None and ada.session is not before)
    assert house.world.calls["open_session"] == opened + 1
    assert not ada.endings


async def test_a_rule_lifted_between_decision_and_row_refuses_nobody_wrongly_for_long(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await asyncio.to_thread(set_rule_now, row, "deny", "CN")
    house.between = once(lambda: lift_rule_now(row))
    await knock(gate, row, Person("Li", "CN"))
    assert isinstance(await knock(gate, row, Person("Li", "CN")), Opened)


async def test_a_grant_is_good_once_among_any_number_that_bring_it_at_once(house: House) -> None:
    gate, other, row = await house.gate(), await house.gate(), await meeting()
    opened = await knock(gate, row, Person("Ada", "FR"))
    assert isinstance(opened, Opened)
    answers = await asyncio.gather(
        *(enter(node, opened.grant, Person("Ada", "FR")) for node in (gate, other) * 4)
    )
    assert sum(isinstance(answer, Joined) for answer in answers) == 1


async def test_a_resume_token_is_good_once_and_the_loser_is_closed(house: House) -> None:
    gate, other, row = await house.gate(), await house.gate(), await meeting()
    ada = await join(gate, row, "Ada")
    answers = await asyncio.gather(*(resume(node, ada) for node in (gate, other) * 3))
    winners = [person for person, answer in answers if isinstance(answer, Joined)]
    assert len(winners) == 1
    await until(lambda: ada.was_superseded)
    assert not winners[0].was_superseded


async def test_a_grant_expires_after_sixty_seconds(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    opened = await knock(gate, row, Person("Ada", "FR"))
    assert isinstance(opened, Opened)
    house.clock.advance(61)
    assert isinstance(await enter(gate, opened.grant, Person("Ada", "FR")), Ending)


async def test_a_maximum_is_never_exceeded_by_those_who_come_at_once(house: House) -> None:
    gate, other, row = await house.gate(), await house.gate(), await meeting(maximum=3)
    people = [(Person(f"P{n}", "FR"), node) for n, node in enumerate((gate, other) * 5)]
    opened = await asyncio.gather(*(knock(node, row, person) for person, node in people))
    entering = [
        enter(node, door.grant, person)
        for (person, node), door in zip(people, opened, strict=True)
        if isinstance(door, Opened)
    ]
    assert len(entering) == 10
    answers = await asyncio.gather(*entering)
    assert sum(isinstance(answer, Joined) for answer in answers) == 3
    assert {answer.reason.value for answer in answers if isinstance(answer, Ending)} == {"full"}


@pytest.mark.parametrize("forged", ["", "x" * 32, "A" * 128, "0" * 24])
async def test_a_forged_grant_or_token_gets_nobody_in(house: House, forged: str) -> None:
    gate, row = await house.gate(), await meeting()
    await join(gate, row, "Ada")
    assert isinstance(await enter(gate, forged, Person("Mallory", "FR")), Ending)
    assert isinstance(await gate.resume(forged, None), Ending)

"""The way into the database: what matters goes first, what cannot be done in time is refused, and nothing is
done after it was given up without having been begun."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from bailiwick.gate.errors import Unavailable
from bailiwick.gate.hop import Hop, Worker
from tests.gate.kit import House, Person, join, knock, meeting, set_rule, until


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Worker]:
    made = Worker("test")
    yield made
    made.close()


class Gated:
    """Work that lasts until it is let go on."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        self.go_on.wait(10)
        return "done"


async def started(hop: Hop, work: Gated) -> "asyncio.Task[str]":
    task = asyncio.create_task(hop.run(work))
    await until(work.begun.is_set)
    return task


async def test_what_waits_at_the_door_is_overtaken_by_what_matters_more(worker: Worker) -> None:
    gate, door, work = Hop(worker, 0), Hop(worker, 2), Gated()
    running = await started(door, work)
    order: list[str] = []
    tasks = [asyncio.create_task(door.run(order.append, f"knock {number}")) for number in range(3)]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(gate.run(order.append, "eject")))
    await asyncio.sleep(0)
    work.go_on.set()
    await asyncio.gather(running, *tasks)
    assert order == ["eject", "knock 0", "knock 1", "knock 2"]


async def test_a_full_lane_refuses_and_others_go_on(worker: Worker) -> None:
    gate, door, work = Hop(worker, 0), Hop(worker, 2, most=2), Gated()
    running = await started(door, work)
    second = asyncio.create_task(door.run(int))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="busy"):
        await door.run(int)
    asked = asyncio.create_task(gate.run(int))
    await asyncio.sleep(0)
    work.go_on.set()
    await asyncio.gather(running, second, asked)
    assert await door.run(int) == 0


async def test_work_that_hangs_is_given_up_and_what_waits_behind_it_is_never_begun(worker: Worker) -> None:
    hop, work = Hop(worker, seconds=0.2), Gated()
    running = await started(hop, work)
    done: list[str] = []
    with pytest.raises(Unavailable, match="timeout"):
        await hop.run(done.append, "late")
    with pytest.raises(Unavailable, match="timeout"):
        await running
    work.go_on.set()
    await Hop(worker).run(int)
    assert done == []


async def test_given_up_work_takes_its_place_in_the_lane_until_it_is_done(worker: Worker) -> None:
    hop, work = Hop(worker, most=1, seconds=0.1), Gated()
    running = await started(hop, work)
    with pytest.raises(Unavailable, match="timeout"):
        await running
    with pytest.raises(Unavailable, match="busy"):
        await hop.run(int)
    work.go_on.set()
    await until(lambda: hop._waiting == 0)
    assert await hop.run(int) == 0


@pytest.mark.parametrize("error", [KeyError, TimeoutError])
async def test_an_error_of_the_work_itself_is_the_callers(worker: Worker, error: type[Exception]) -> None:
    def broken() -> None:
        raise error

    with pytest.raises(error):
        await Hop(worker).run(broken)
    assert await Hop(worker).run(int) == 0


async def test_p8_a_flood_at_the_door_does_not_hold_up_a_rule(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    li = await join(gate, row, "Li", "CN")
    house.between = lambda: time.sleep(0.02)
    flood = [asyncio.create_task(knock(gate, row, Person(str(n), "FR"))) for n in range(350)]
    await until(lambda: any(task.done() for task in flood))
    await set_rule(row, "deny", "CN")
    await until(lambda: li.endings)
    answered = sum(1 for task in flood if task.done())
    assert answered < 250, "the rule waited for those at the door"
    house.between = lambda: None
    await asyncio.gather(*flood, return_exceptions=True)


async def test_whoever_comes_when_too_many_knock_is_told_to_try_again(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    gate._lanes.door._most = 3
    house.between = lambda: time.sleep(0.05)
    knocks = [knock(gate, row, Person(str(number), "FR")) for number in range(8)]
    answers = await asyncio.gather(*knocks, return_exceptions=True)
    assert sum(1 for answer in answers if isinstance(answer, Unavailable)) == 5
    house.between = lambda: None
    await join(gate, row, "Ada")


async def test_somebody_let_in_by_a_transaction_whose_end_was_not_heard_comes_in(house: House) -> None:
    from asgiref.sync import sync_to_async

    from bailiwick.meetings import presences
    from bailiwick.meetings.models import Presence

    gate, row = await house.gate(), await meeting(waiting_room=True)
    kim = await join(gate, row, "Kim", published=False)
    assert kim.joined is not None
    held = kim.joined.held
    await sync_to_async(Presence.objects.filter(pk=held.presence_id).update)(let_in=True)
    await sync_to_async(presences.promote)(held.presence_id, row.pk, row.revision, row.maximum, house.clock())
    await until(lambda: kim.was_let_in and kim.session is not None)

"""Restrictions at the door and in mid-meeting: enforced once the log proves them, on those unanimously
located in their territory, and on nobody else."""

from datetime import UTC, datetime, timedelta

from asgiref.sync import sync_to_async

from bailiwick.gate.door import Opened
from bailiwick.gate.ending import Ending
from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions.later import withdraw_now
from bailiwick.orders.models import Exemption, Restriction
from tests.gate.kit import House, Person, fresh, join, join_as_host, knock, meeting, resume, until
from tests.orders import kit
from tests.orders.kit import Registry

restrict = sync_to_async(kit.restrict)


async def published(registry: Registry, row: Meeting, state: str = "CN", **fields: object) -> Restriction:
    """A restriction whose proof is there to be fetched."""
    made = await restrict(row, state, **fields)
    await sync_to_async(registry.publish)()
    return made


async def proven(registry: Registry, row: Meeting, state: str = "CN", **fields: object) -> Restriction:
    """A restriction that is enforced: its proof has been fetched by the gate."""
    made = await published(registry, row, state, **fields)
    async for _ in seconds():
        if await sync_to_async(Restriction.objects.filter(pk=made.pk, proof__isnull=False).exists)():
            return made
    raise AssertionError("no proof came")


async def seconds(most: float = 30.0):
    import asyncio

    async with asyncio.timeout(most):
        while True:
            yield
            await asyncio.sleep(0.05)


async def refused(gate: object, row: Meeting, place: str) -> str | None:
    """The reason for which somebody from there is kept out."""
    answer = await knock(gate, row, Person(place, place))
    return answer.reason.value if isinstance(answer, Ending) else None


async def test_p3_a_restriction_is_enforced_at_the_door_once_its_proof_exists(
    house: House, registry: Registry
) -> None:
    gate, row = await house.gate(), await meeting()
    await restrict(row)
    assert await refused(gate, row, "CN") is None
    await sync_to_async(registry.publish)()
    await until_refused(gate, row, "CN")


async def until_refused(gate: object, row: Meeting, place: str) -> Ending:
    async for _ in seconds():
        answer = await knock(gate, row, Person(place, place))
        if isinstance(answer, Ending):
            return answer
    raise AssertionError


async def test_p1_exactly_those_unanimously_located_in_the_territory_are_ejected(
    house: House, registry: Registry
) -> None:
    gate, row = await house.gate(), await meeting()
    people = {
        place: await join(gate, row, place, place) for place in ("CN", "HK", "TW", "FR", "US", "??", "none")
    }
    await published(registry, row)
    await until(lambda: people["CN"].endings)
    assert people["CN"].ended_as == "withheld"
    stayed = set(people) - {"CN"}
    await until(lambda: all(people[place].sees == stayed for place in stayed))
    assert not any(people[place].endings for place in stayed)
    for place in ("HK", "TW", "??", "none"):
        assert await refused(gate, row, place) is None


async def test_p4_the_person_is_told_who_which_law_where_until_when_and_where_to_check(
    house: House, registry: Registry
) -> None:
    gate, row = await house.gate(), await meeting()
    li = await join(gate, row, "Li", "CN")
    made = await published(registry, row)
    await until(lambda: li.endings)
    (told,) = li.endings[0].grounds
    assert told.restriction == made.pk.hex
    assert (told.authority, told.state, told.kind) == ("An authority of CN", "CN", "ministry")
    assert (told.law, told.territories) == (made.law, ("CN",))
    assert (told.effective_from, told.expires_at) == (made.stated_at, made.expires_at)
    assert told.origin == registry.log.configuration.origin
    assert told.index < told.size
    at_the_door = await knock(gate, row, Person("Li", "CN"))
    assert isinstance(at_the_door, Ending)
    assert [each.restriction for each in at_the_door.grounds] == [made.pk.hex]


async def test_p4_the_host_learns_that_it_happened_and_others_notice_nothing(
    house: House, registry: Registry
) -> None:
    gate, row = await house.gate(), await meeting()
    host, ada = await join_as_host(gate, row), await join(gate, row, "Ada", "FR")
    li = await join(gate, row, "Li", "CN")
    await published(registry, row)
    await until(lambda: li.endings)
    await until(lambda: host.views[-1].meeting.withheld == 1)
    assert not ada.endings
    assert (await fresh(row)).withheld_count == 1
    for _ in range(3):
        assert isinstance(await knock(gate, row, Person("Li", "CN")), Ending)
    now = await fresh(row)
    assert (now.withheld_count, now.refused_count) == (1, 0), "that it happened, not how often"


async def test_p8_somebody_withheld_does_not_come_back_by_resume_or_another_node(
    house: House, registry: Registry
) -> None:
    gate, row = await house.gate(), await meeting()
    other = await house.gate()
    li = await join(gate, row, "Li", "CN")
    await published(registry, row)
    await until(lambda: li.endings)
    _, answer = await resume(other, li)
    assert isinstance(answer, Ending)
    assert (await until_refused(other, row, "CN")).reason == "withheld"


async def test_p7_a_withdrawn_restriction_ends_at_once_and_waits_for_no_proof(
    house: House, registry: Registry
) -> None:
    gate, row = await house.gate(), await meeting()
    made = await proven(registry, row)
    await until_refused(gate, row, "CN")
    await sync_to_async(withdraw_now)(made.pk, "review", house.clock())
    assert isinstance(await knock(gate, row, Person("Li", "CN")), Opened)


async def test_p7_taking_the_withdrawal_away_by_hand_brings_nothing_back(
    house: House, registry: Registry
) -> None:
    gate, row = await house.gate(), await meeting()
    made = await proven(registry, row)
    await until_refused(gate, row, "CN")
    await sync_to_async(withdraw_now)(made.pk, "review", house.clock())
    await sync_to_async(registry.publish)()
    await sync_to_async(made.later.all().delete)()
    await sync_to_async(kit.touch)(row.pk)
    assert await refused(gate, row, "CN") is None


async def test_p6_it_ends_and_begins_by_the_gates_clock_alone(house: House, registry: Registry) -> None:
    gate, row = await house.gate(), await meeting()
    begins = kit.second(datetime.now(UTC)) + timedelta(hours=1)
    made = await proven(registry, row, begins=begins, lasts=timedelta(hours=1))
    li = await join(gate, row, "Li", "CN")
    house.clock.advance(3601)
    await until(lambda: li.endings)
    assert li.ended_as == "withheld"
    house.clock.advance(3600)
    assert await refused(gate, row, "CN") is None
    assert made.expires_at <= house.clock()


async def test_an_exemption_won_on_appeal_lets_that_person_stay(house: House, registry: Registry) -> None:
    gate, row = await house.gate(), await meeting()
    made = await proven(registry, row)
    host = row.host
    await sync_to_async(Exemption.objects.create)(restriction=made, account=host, granted_at=house.clock())
    await sync_to_async(kit.touch)(row.pk)
    await until_refused(gate, row, "CN")
    assert (await join_as_host(gate, row, "CN")).sees == {"Host"}


async def test_p2_the_meeting_goes_on_without_its_host(house: House, registry: Registry) -> None:
    gate, row = await house.gate(), await meeting()
    host, ada = await join_as_host(gate, row, "CN"), await join(gate, row, "Ada", "HK")
    await published(registry, row)
    await until(lambda: host.endings)
    await until(lambda: ada.sees == {"Ada"})
    assert (await fresh(row)).ended_at is None


async def test_demands_off_nothing_is_enforced_whatever_the_rows_say(
    house: House, registry: Registry
) -> None:
    house.proofs = lambda: None
    gate, row = await house.gate(), await meeting()
    await published(registry, row)
    made = await sync_to_async(Restriction.objects.get)()
    await sync_to_async(registry.proofs().follow)()
    await sync_to_async(made.refresh_from_db)()
    assert made.proof is not None
    assert await refused(gate, row, "CN") is None


async def test_effects_are_counted_and_say_nothing_of_anybody(house: House, registry: Registry) -> None:
    gate, row = await house.gate(), await meeting()
    li, ada = await join(gate, row, "Li", "CN"), await join(gate, row, "Bo", "CN")
    made = await published(registry, row)
    await until(lambda: li.endings and ada.endings)
    await sync_to_async(made.refresh_from_db)()
    assert made.effects == 2

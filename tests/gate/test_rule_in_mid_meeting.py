"""The main job: the host changes the rule while people are inside."""

from bailiwick.gate.door import Opened
from bailiwick.gate.ending import Ending
from bailiwick.media.port import SessionRef
from bailiwick.meetings.models import PresenceState
from tests.gate.kit import (
    House,
    Person,
    enter,
    fresh,
    join,
    join_as_host,
    knock,
    lift_rule,
    meeting,
    resume,
    row_of,
    set_rule,
    until,
)


async def test_a_denied_country_is_refused_at_the_door_and_counted(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await set_rule(row, "deny", "CN")
    answer = await knock(gate, row, Person("Li", "CN"))
    assert isinstance(answer, Ending)
    assert answer.reason == "refused_by_rule"
    assert isinstance(await knock(gate, row, Person("Ada", "HK")), Opened)
    assert (await fresh(row)).refused_count == 1


async def test_exactly_those_the_rule_reaches_are_ejected(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    people = {
        place: await join(gate, row, place, place) for place in ("CN", "HK", "TW", "FR", "US", "??", "none")
    }
    gone = people["CN"].session
    await set_rule(row, "deny", "CN")
    await until(lambda: people["CN"].endings)
    assert people["CN"].ended_as == "refused_by_rule"
    stayed = set(people) - {"CN"}
    await until(lambda: all(people[place].sees == stayed for place in stayed))
    assert not any(people[place].endings for place in stayed)
    assert gone is not None
    await until(lambda: gone.ref not in house.world.participants)
    assert (await fresh(row)).refused_count == 1


async def test_undetermined_people_inside_stay_unless_the_rule_refuses_them(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    unknown, ada = await join(gate, row, "Kim", "none"), await join(gate, row, "Ada", "FR")
    await set_rule(row, "allow", "FR", undetermined="admit")
    await set_rule(row, "allow", "FR", undetermined="waiting_room")
    await until(lambda: ada.views[-1].rule is not None)
    assert not unknown.endings
    await set_rule(row, "allow", "FR", undetermined="refuse")
    await until(lambda: unknown.endings)
    assert not ada.endings


async def test_p8_an_ejected_person_does_not_get_back_by_resume_reload_or_a_saved_grant(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    saved = await knock(gate, row, Person("Li", "CN"))
    li = await join(gate, row, "Li", "CN")
    await set_rule(row, "deny", "CN")
    await until(lambda: li.endings)
    _, resumed = await resume(gate, li)
    assert isinstance(resumed, Ending)
    assert isinstance(saved, Opened)
    assert isinstance(await enter(gate, saved.grant, Person("Li", "CN")), Ending)
    assert isinstance(await knock(gate, row, Person("Li", "CN")), Ending)
    assert house.world.participants == {}


async def test_p7_a_lifted_rule_lets_people_back_the_same_second(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    li = await join(gate, row, "Li", "CN")
    await set_rule(row, "deny", "CN")
    await until(lambda: li.endings)
    await lift_rule(row)
    again = await join(gate, row, "Li", "CN")
    assert again.sees == {"Li"}


async def test_a_resume_from_a_denied_country_is_decided_where_it_comes_from(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await set_rule(row, "deny", "CN")
    ada = await join(gate, row, "Ada", "HK")
    _, answer = await resume(gate, ada, place="CN")
    assert isinstance(answer, Ending)
    assert answer.reason == "refused_by_rule"
    assert (await row_of(ada)).state == PresenceState.ENDED


async def test_a_grant_is_decided_again_where_the_connection_comes_from(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    await set_rule(row, "deny", "CN")
    opened = await knock(gate, row, Person("Li", "HK"))
    assert isinstance(opened, Opened)
    assert isinstance(await enter(gate, opened.grant, Person("Li", "CN")), Ending)


async def test_the_rule_is_told_to_everyone_inside(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host, ada = await join_as_host(gate, row), await join(gate, row, "Ada", "FR")
    await set_rule(row, "deny", "CN")
    for person in (host, ada):
        await until(lambda person=person: person.views[-1].rule is not None)


async def test_p8_a_rule_that_does_not_change_anything_disturbs_nobody(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    ada = await join(gate, row, "Ada", "FR")
    session = ada.session
    await set_rule(row, "deny", "CN")
    await until(lambda: ada.views[-1].rule is not None)
    assert ada.session is session
    assert session is not None
    assert SessionRef(session.ref) in house.world.participants

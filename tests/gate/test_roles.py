"""Who may do what inside: read from the rows each time."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async

from bailiwick.gate import acts
from bailiwick.gate.door import Opened
from bailiwick.gate.ending import Ending
from bailiwick.gate.errors import NoSuchParticipant, NotAllowed, TooFewPresent, TooManyDryRuns
from bailiwick.gate.gate import Gate
from bailiwick.meetings.models import CoHost, Meeting
from bailiwick.meetings.queries import co_hosts
from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.territory import parse_territory
from tests.gate.kit import (
    ADDRESS,
    House,
    Person,
    account,
    fresh,
    join,
    join_as_host,
    knock,
    meeting,
    resume,
    row_of,
    sign_in,
    until,
)


async def act(gate: Gate, person: Person, what: Callable[..., None], *args: Any, **kwargs: Any) -> None:
    assert person.joined is not None
    await gate.act(person.joined.held, what, *args, **kwargs)


async def join_as(gate: Gate, row: Meeting, name: str) -> Person:
    """Somebody signed in, with an account of their own."""
    return await join(gate, row, name, session_key=await sign_in(await account(f"{name}@example.org")))


ACTS: dict[str, Callable[[UUID, House], tuple[Callable[..., None], tuple[Any, ...], dict[str, Any]]]] = {
    "mute": lambda who, _: (acts.mute, (who,), {}),
    "mute_all": lambda _, __: (acts.mute, (None,), {}),
    "lower_hand": lambda who, _: (acts.lower_hand, (who,), {}),
    "let_in_all": lambda _, __: (acts.let_in, (None,), {}),
    "remove": lambda who, house: (acts.remove, (who, house.clock()), {"block": False}),
    "remove_and_block": lambda who, house: (acts.remove, (who, house.clock()), {"block": True}),
    "lock": lambda _, __: (acts.lock, (), {"locked": True}),
    "set_co_host": lambda who, _: (acts.set_co_host, (who,), {"co_host": True}),
}
MAY = {
    "host": set(ACTS),
    "co_host": set(ACTS) - {"set_co_host"},
    "caretaker": {"mute", "mute_all", "lower_hand", "let_in_all"},
    "participant": set(),
}


@pytest.mark.parametrize("name", sorted(ACTS))
@pytest.mark.parametrize("role", sorted(MAY))
async def test_matrix_of_roles_and_acts(house: House, role: str, name: str) -> None:
    gate, row = await house.gate(), await meeting()
    if role != "caretaker":
        host = await join_as_host(gate, row)
    actor = {"host": lambda: host}.get(role, lambda: None)() or await join_as(gate, row, "actor")
    if role == "co_host":
        await act(gate, host, acts.set_co_host, UUID(actor.id), co_host=True)
    other = await join(gate, row, "Other")
    what, args, kwargs = ACTS[name](UUID(other.id), house)
    if name in MAY[role]:
        await act(gate, actor, what, *args, **kwargs)
    else:
        with pytest.raises(NotAllowed):
            await act(gate, actor, what, *args, **kwargs)


async def test_a_removed_person_comes_back_through_the_waiting_room_only(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host, bo = await join_as_host(gate, row), await join(gate, row, "Bo", device="d" * 24)
    await act(gate, host, acts.remove, UUID(bo.id), house.clock(), block=False)
    await until(lambda: bo.endings)
    assert bo.ended_as == "removed"
    assert isinstance((await resume(gate, bo))[1], Ending)
    again = await join(gate, row, "Roberta", device="d" * 24, published=False)
    await until(lambda: host.views[-1].waiting)
    assert not again.was_let_in
    await act(gate, host, acts.let_in, UUID(again.id))
    await until(lambda: again.sees == {"Host", "Roberta"})


async def test_p8_a_blocked_account_stays_out_by_every_door(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host, key = await join_as_host(gate, row), await sign_in(await account("eve@example.org"))
    eve = await join(gate, row, "Eve", session_key=key, device="d" * 24)
    second = await join(gate, row, "Eve again", session_key=key)
    saved = await knock(gate, row, eve, session_key=key)
    await act(gate, host, acts.remove, UUID(eve.id), house.clock(), block=True)
    await until(lambda: eve.endings and second.endings)
    assert isinstance(await knock(gate, row, Person("Other name", "DE"), session_key=key), Ending)
    assert isinstance(saved, Opened)
    assert isinstance(await gate.enter(saved.grant, None), Ending)
    assert isinstance((await resume(gate, second))[1], Ending)


async def test_nobody_removes_the_host_or_acts_on_another_meeting(house: House) -> None:
    gate, row, elsewhere = await house.gate(), await meeting(), await meeting()
    host, co_host = await join_as_host(gate, row), await join_as(gate, row, "co")
    stranger = await join(gate, elsewhere, "Far")
    await act(gate, host, acts.set_co_host, UUID(co_host.id), co_host=True)
    with pytest.raises(NotAllowed):
        await act(gate, co_host, acts.remove, UUID(host.id), house.clock(), block=True)
    with pytest.raises(NoSuchParticipant):
        await act(gate, co_host, acts.remove, UUID(stranger.id), house.clock(), block=True)
    with pytest.raises(NoSuchParticipant):
        await act(gate, host, acts.mute, uuid4())


async def test_a_mute_reaches_the_media_server_until_its_owner_unmutes(house: House) -> None:
    here, there, row = await house.gate(), await house.gate(), await meeting()
    host, bo = await join_as_host(here, row), await join(there, row, "Bo")
    assert bo.joined is not None
    assert bo.session is not None
    await there.change(bo.joined.held, microphone_on=True)
    await act(here, host, acts.mute, UUID(bo.id))
    await until(lambda: bo.was_muted == 1)
    person = house.world.participants[bo.session.ref]
    await until(lambda: person.muted)
    assert not (await row_of(bo)).microphone_on
    await there.change(bo.joined.held, microphone_on=True)
    assert not person.muted


async def test_the_signed_in_person_present_longest_looks_after_a_room_without_host(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    guest = await join(gate, row, "Guest")
    ada, bo = await join_as(gate, row, "ada"), await join_as(gate, row, "bo")
    await until(lambda: len(ada.sees) == 3)
    roles = {one.name: one.role for one in guest.views[-1].participants.values()}
    assert roles == {"Guest": "participant", "ada": "caretaker", "bo": "participant"}
    host = await join_as_host(gate, row)
    await until(lambda: len(bo.sees) == 4)
    assert {one.role for one in bo.views[-1].participants.values()} == {"participant", "host"}
    assert host.views


async def test_p2_a_removed_or_lost_host_ends_nothing(house: House) -> None:
    gate, row = await house.gate(), await meeting(on_host_leave="end")
    host, ada = await join_as_host(gate, row), await join(gate, row, "Ada")
    assert host.joined is not None
    await gate.let_go(host.joined.held)
    await house.pass_time(62)
    await until(lambda: ada.sees == {"Ada"})
    assert (await fresh(row)).ended_at is None
    assert not ada.endings


async def test_a_host_who_chose_end_ends_the_meeting_for_all_by_leaving(house: House) -> None:
    gate, row = await house.gate(), await meeting(on_host_leave="end")
    host, ada = await join_as_host(gate, row), await join(gate, row, "Ada")
    assert host.joined is not None
    await gate.leave(host.joined.held)
    await until(lambda: ada.endings)
    assert ada.ended_as == "ended"
    assert isinstance(await knock(gate, row, Person("Bo", "FR")), Ending)


async def test_p2_only_the_host_ends_a_meeting(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host, co_host = await join_as_host(gate, row), await join_as(gate, row, "co")
    await act(gate, host, acts.set_co_host, UUID(co_host.id), co_host=True)
    assert co_host.joined is not None
    with pytest.raises(NotAllowed):
        await gate.leave(co_host.joined.held, end=True)
    assert (await fresh(row)).ended_at is None


async def test_p9_a_co_host_made_inside_is_listed_by_the_name_shown_there(house: House) -> None:
    """Else whoever opens a meeting reads the address of anybody signed in: they make them co-host."""
    gate, row = await house.gate(), await meeting()
    session = await sign_in(await account("ada@example.org"))
    host, ada = await join_as_host(gate, row), await join(gate, row, "Pseudonym", session_key=session)
    await act(gate, host, acts.set_co_host, UUID(ada.id), co_host=True)
    (made,) = await sync_to_async(co_hosts)(row)
    assert made.label == "Pseudonym"


async def test_a_host_hands_over_to_somebody_who_then_is_co_host_for_good(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host, ada = await join_as_host(gate, row), await join_as(gate, row, "ada")
    assert host.joined is not None
    await gate.leave(host.joined.held, hand_over=UUID(ada.id))
    await until(lambda: ada.sees == {"ada"})
    assert next(iter(ada.views[-1].participants.values())).role == "co_host"
    assert await sync_to_async(CoHost.objects.filter(meeting=row).count)() == 1


async def test_handing_over_beforehand_goes_to_the_signed_in_person_present_longest(house: House) -> None:
    gate, row = await house.gate(), await meeting(on_host_leave="hand_over")
    host = await join_as_host(gate, row)
    await join(gate, row, "Guest")
    ada = await join_as(gate, row, "ada")
    assert host.joined is not None
    await gate.leave(host.joined.held)
    await until(lambda: ada.sees == {"Guest", "ada"})
    assert (await row_of(ada)).role == "co_host"


RULE = AccessRule(Mode.DENY, parse_territory(["HK"]), OnUndetermined.ADMIT, RuleSetter.HOST)


async def test_a_dry_run_needs_ten_networks_answers_in_bands_over_all_nodes_and_seldom(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there, row = await house.gate(), await house.gate(), await meeting()
    for number in range(9):
        place = f"{'HK' if number < 4 else 'FR'}{number}"
        monkeypatch.setitem(ADDRESS, place, f"{'1.32' if number < 4 else '2.0'}.{192 + number}.7")
        await join((here, there)[number % 2], row, f"P{number}", place, published=False)
    await join(there, row, "P9", "FR8", published=False)  # ten people; two at one place, on two nodes
    with pytest.raises(TooFewPresent):
        await sync_to_async(here.dry_run)(row.pk, RULE)
    await join(here, row, "P10", "none", published=False)
    for gate in (here, there):  # whichever node is asked
        with pytest.raises(TooManyDryRuns):
            await sync_to_async(gate.dry_run)(row.pk, RULE)
    here._dry_runs._allowance._runs.clear()
    found = await sync_to_async(here.dry_run)(row.pk, RULE)
    assert (found.stay, found.go, found.undetermined) == ("5-9", "0-4", "0-4")

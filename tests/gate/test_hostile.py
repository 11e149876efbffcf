"""What hostile people try on those who run a meeting, and on the door behind their back."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from bailiwick.accounts.names import clean_name
from bailiwick.gate import acts
from bailiwick.gate.door import NAMELESS, Opened
from bailiwick.gate.ending import Ending
from bailiwick.media.double import DoubleMedia
from bailiwick.meetings import links
from bailiwick.meetings.actions import people
from bailiwick.meetings.models import Block, HostRule, Invitation, Meeting
from bailiwick.meetings.models.meeting import bump
from tests.gate.kit import (
    House,
    Person,
    account,
    enter,
    join,
    join_as_host,
    knock,
    meeting,
    row_of,
    sign_in,
    until,
)
from tests.gate.test_roles import act, join_as


@sync_to_async
def invitation(row: Meeting, email: str, house: House) -> str:
    """A personal link's token."""
    (made,) = people.invite(row.slug, row.host_id, [email], exempt=False, now=house.clock())
    return links.token(Invitation.objects.get(pk=made.pk))


async def test_a_co_host_who_is_one_no_longer_is_none_in_any_tab_or_saved_grant(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host, key = await join_as_host(gate, row), await sign_in(await account("co@example.org"))
    first = await join(gate, row, "Co", session_key=key)
    await act(gate, host, acts.set_co_host, UUID(first.id), co_host=True)
    second = await join(gate, row, "Co", session_key=key)
    saved = await knock(gate, row, Person("Co", "FR"), session_key=key)
    assert isinstance(saved, Opened)
    await act(gate, host, acts.set_co_host, UUID(first.id), co_host=False)
    third = Person("Co", "FR")
    await enter(gate, saved.grant, third)
    for tab in (first, second, third):
        assert (await row_of(tab)).role == "participant"


async def test_a_co_host_cannot_reach_the_host_through_a_link_both_came_by(house: House) -> None:
    """A co-host sees the personal links: one who comes by the host's own is the host's twin, as blocks go."""
    gate, row = await house.gate(), await meeting()
    token = await invitation(row, "host@example.org", house)
    key = await sign_in(row.host)
    host = await join(gate, row, "Host", session_key=key, invitation=token)
    co_host = await join_as(gate, row, "co")
    await act(gate, host, acts.set_co_host, UUID(co_host.id), co_host=True)
    twin = await join(gate, row, "Twin", invitation=token)
    await act(gate, co_host, acts.remove, UUID(twin.id), house.clock(), block=True)
    await until(lambda: twin.endings)
    await until(lambda: host.sees == {"Host", "co"})
    assert not host.endings
    assert isinstance(await knock(gate, row, host, session_key=key, invitation=token), Opened)
    assert isinstance(await knock(gate, row, twin, invitation=token), Ending)


async def test_a_removal_on_a_shared_device_leaves_those_who_run_the_meeting(house: House) -> None:
    gate, row, device = await house.gate(), await meeting(), "d" * 24
    host = await join(gate, row, "Host", session_key=await sign_in(row.host), device=device)
    key = await sign_in(await account("co@example.org"))
    co_host = await join(gate, row, "Co", session_key=key, device=device)
    await act(gate, host, acts.set_co_host, UUID(co_host.id), co_host=True)
    guest = await join(gate, row, "Guest", device=device)
    await act(gate, co_host, acts.remove, UUID(guest.id), house.clock(), block=True)
    await until(lambda: host.sees == {"Host", "Co"})
    assert guest.ended_as == "blocked"
    assert not host.endings + co_host.endings


async def test_p8_a_blocked_account_does_not_come_back_as_a_guest_on_the_same_device(house: House) -> None:
    gate, row, device = await house.gate(), await meeting(), "d" * 24
    host, key = await join_as_host(gate, row), await sign_in(await account("eve@example.org"))
    eve = await join(gate, row, "Eve", session_key=key, device=device)
    await act(gate, host, acts.remove, UUID(eve.id), house.clock(), block=True)
    await until(lambda: eve.endings)
    assert isinstance(await knock(gate, row, Person("Somebody", "FR"), device=device), Ending)
    # somebody else who signs in at the same machine is somebody else
    other = await sign_in(await account("ann@example.org"))
    assert isinstance(await knock(gate, row, Person("Ann", "FR"), session_key=other, device=device), Opened)


async def test_p8_a_removed_account_waits_as_a_guest_too_until_it_is_let_in(house: House) -> None:
    gate, row, device = await house.gate(), await meeting(), "d" * 24
    host, key = await join_as_host(gate, row), await sign_in(await account("eve@example.org"))
    eve = await join(gate, row, "Eve", session_key=key, device=device)
    await act(gate, host, acts.remove, UUID(eve.id), house.clock(), block=False)
    await until(lambda: eve.endings)
    again = await join(gate, row, "Guest", device=device, published=False)
    await until(lambda: host.views[-1].waiting)
    await act(gate, host, acts.let_in, UUID(again.id))
    await until(lambda: again.was_let_in)
    assert not await sync_to_async(Block.objects.filter(meeting=row).exists)()


async def test_p8_a_session_that_ends_is_opened_anew_only_for_those_who_may_stay(house: House) -> None:
    """Even where this node has not heard of the rule yet: neither a hint nor the poll came first."""
    gate, row = await house.gate(), await meeting()
    ada, bo = await join(gate, row, "Ada", "DE"), await join(gate, row, "Bo", "FR")
    gate._node._polled = asyncio.get_running_loop().time() + 600
    await sync_to_async(deny_silently)(row, "FR")
    opened = house.world.calls["open_session"]
    for person in (ada, bo):
        assert person.session is not None
        await DoubleMedia(house.world).destroy([person.session.ref])
    await until(lambda: ada.resets and ada.session is not None)
    await until(lambda: bo.ended_as == "refused_by_rule")
    assert (ada.resets, bo.resets) == (1, 1)
    assert house.world.calls["open_session"] == opened + 1


def deny_silently(row: Meeting, code: str) -> None:
    """A rule committed by a node whose messages are lost."""
    with transaction.atomic():
        HostRule.objects.create(
            meeting=row, mode="deny", territories=[code], undetermined="admit", set_at=datetime.now(UTC)
        )
        bump(Meeting.objects.filter(id=row.pk))


async def test_a_name_from_an_account_is_cleaned_like_one_that_is_typed_in(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    spoof = await account("spoof@example.org")
    spoof.display_name = "Host\u202e \x07\u2066\n  Ada\u200f"
    await sync_to_async(spoof.save)()
    person = await join(gate, row, "", session_key=await sign_in(spoof))
    assert (await row_of(person)).display_name == "Host Ada"


@pytest.mark.parametrize("name", ["", "\u200d", "\u3164 \u2800"])
async def test_nobody_is_inside_without_a_name_that_others_see(house: House, name: str) -> None:
    gate, row = await house.gate(), await meeting()
    person = await join(gate, row, clean_name(name))
    assert (await row_of(person)).display_name == NAMELESS

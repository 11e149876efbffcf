"""A suspended account and the meetings it is in or hosts: everything there goes on (P2)."""

from asgiref.sync import sync_to_async

from bailiwick.accounts.models import Account
from bailiwick.gate import acts
from bailiwick.gate.joining import Joined
from tests.gate.kit import House, fresh, join, join_as_host, meeting, resume, row_of, sign_in, until


@sync_to_async
def suspend(who: Account) -> None:
    """What approving a suspension changes of an account (tests/accounts)."""
    Account.objects.filter(pk=who.pk).update(is_active=False)


async def test_p2_a_suspended_hosts_meeting_goes_on_and_lets_others_in(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host = await join_as_host(gate, row)
    ada = await join(gate, row, "Ada")
    await suspend(row.host)
    ben = await join(gate, row, "Ben")
    await until(lambda: ada.sees == {"Host", "Ada", "Ben"})
    assert (host.endings, ada.endings, ben.endings) == ([], [], [])
    assert (await fresh(row)).ended_at is None


async def test_p2_a_suspended_host_inside_keeps_running_the_meeting_and_may_resume(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    host = await join_as_host(gate, row)
    ada = await join(gate, row, "Ada")
    await suspend(row.host)
    again, joined = await resume(gate, host)
    assert isinstance(joined, Joined)
    await gate.act(joined.held, acts.lock, locked=True)
    assert (await fresh(row)).locked
    assert ada.endings == []
    assert (await row_of(again)).role == "host"


async def test_a_suspended_host_comes_in_anew_as_a_guest_and_the_meeting_does_without(house: House) -> None:
    gate, row = await house.gate(), await meeting()
    key = await sign_in(row.host)
    await suspend(row.host)
    guest = await join(gate, row, "Somebody", session_key=key)
    found = await row_of(guest)
    assert (found.role, found.account_id) == ("participant", None)
    await join(gate, row, "Ada")
    assert (await fresh(row)).ended_at is None

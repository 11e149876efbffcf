"""Somebody withheld objects with their receipt, wins, and is back at once: the same browser, personal link or
account, and nobody else from the same address."""

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from bailiwick.accounts.models import Account
from bailiwick.live.app import Live
from bailiwick.meetings import links
from bailiwick.meetings.models import Invitation, Meeting
from bailiwick.orders.actions import appeals
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.models import Appeal, Exemption, Outcome
from tests.gate.kit import House, meeting
from tests.gate.test_restrictions import proven
from tests.live.kit import Answer, live, request
from tests.orders.desk import Desk
from tests.orders.kit import Registry

WHY = "I am in Hong Kong; my university's network ends elsewhere."


class Browser:
    """One browser: pages and door see the same cookies. `link`: a personal one that it came by."""

    def __init__(self, app: Live, row: Meeting, account: Account | None = None, link: str = "") -> None:
        self._app, self._row, self._token = app, row, link.partition("#i=")[2] or None
        self.link = link
        self.client = Client()
        if account is not None:
            self.client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        self.client.get(f"/m/{row.slug}")

    async def knock(self, row: Meeting | None = None) -> Answer:
        cookies = "; ".join(f"{name}={found.value}" for name, found in self.client.cookies.items())
        body = json.dumps({"name": "Li", "invitation": self._token}).encode()
        path = f"/m/{(row or self._row).slug}/join"
        return await request(self._app, path, body, place="CN", cookie=cookies)

    def object(self, by: str, receipt: str) -> None:
        fields = {"text": WHY, "receipt": receipt, "not_here": "on", "by": by, "invitation": self.link}
        assert self.client.post("/m/-/appeal/file", fields).status_code == 200


@pytest.fixture(autouse=True)
def one_key(settings: Any) -> None:
    """The gate's and the page's are the same, as in a server."""
    settings.SECRET_KEY = "k" * 32
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def invited(row: Meeting) -> str:
    made = Invitation.objects.create(meeting=row, email="li@example.org", token_digest="-")
    Invitation.objects.filter(pk=made.pk).update(token_digest=links.digest(links.token(made)))
    return links.personal("https://meet.example.org", made)


def exempt() -> None:
    ruling = Ruling(Outcome.EXEMPTED, "Your network ends elsewhere than where you are.")
    appeals.decide(Desk().appeals.id, Appeal.objects.get().pk, ruling, timezone.now())


@pytest.mark.parametrize("by", ["device", "invitation", "account"])
async def test_p7_who_wins_is_let_in_at_once_and_another_at_the_same_address_is_not(
    house: House, registry: Registry, by: str
) -> None:
    app, row, other = live(await house.gate()), await meeting(), await meeting()
    for each in (row, other):
        await proven(registry, each)
    link = await sync_to_async(invited)(row) if by == "invitation" else ""
    account = None
    if by == "account":
        account = await sync_to_async(Account.objects.create_user)("li@example.org")
    li = await sync_to_async(Browser)(app, row, account, link)
    neighbour = await sync_to_async(Browser)(app, row)
    refused = await li.knock()
    assert refused.status == 451
    await sync_to_async(li.object)(by, refused.json()["receipt"])
    assert (await li.knock()).status == 451  # an objection alone changes nothing
    await sync_to_async(exempt)()
    assert (await li.knock()).status == 200
    assert (await neighbour.knock()).status == 451
    if by != "invitation":  # which leads to this meeting alone
        assert (await li.knock(other)).status == 451
    await sync_to_async(nothing_else_is_kept)(by, li)


def nothing_else_is_kept(by: str, who: Browser) -> None:
    """One key and no other; none with the decided objection."""
    made, row = Exemption.objects.get(), Appeal.objects.get()
    kept = {"device": made.device_digest, "invitation": made.invitation_id, "account": made.account_id}
    assert {name for name, value in kept.items() if value} == {by}
    assert (row.account_id, row.invitation_id, row.device_digest) == (None, None, "")
    name = who.client.cookies["bw_device"].value
    assert name not in str([*Exemption.objects.values(), *Appeal.objects.values()])


async def test_without_a_choice_nobody_can_be_exempted(house: House, registry: Registry) -> None:
    app, row = live(await house.gate()), await meeting()
    await proven(registry, row)
    li = await sync_to_async(Browser)(app, row)
    await sync_to_async(li.object)("nobody", (await li.knock()).json()["receipt"])
    with pytest.raises(Exception, match="outcome cannot be used"):
        await sync_to_async(exempt)()
    assert (await li.knock()).status == 451

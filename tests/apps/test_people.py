"""Co-hosts, invitations, exemptions and blocks."""

import hashlib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from bailiwick.accounts.models import Account
from bailiwick.meetings import links, queries
from bailiwick.meetings.actions import people, schedule
from bailiwick.meetings.errors import (
    HostIsNoCoHost,
    InvalidEmail,
    NoSuchBlock,
    NoSuchInvitation,
    TooManyInvitations,
    UnknownAccount,
)
from bailiwick.meetings.models import Block, CoHost, Invitation, Meeting, Presence, Role
from bailiwick.meetings.presences import person_of
from tests.apps.conftest import NOW, SignIn, account
from tests.apps.test_meetings import presence

pytestmark = pytest.mark.django_db


def invite(meeting: Meeting, host: Account, *emails: str, exempt: bool = False) -> list[Invitation]:
    return people.invite(meeting.slug, host.pk, emails, exempt=exempt, now=NOW)


def test_a_personal_link_carries_its_token_in_the_fragment(meeting: Meeting, host: Account) -> None:
    (row,) = invite(meeting, host, "guest@example.com")
    link = links.personal("https://meet.example.org", row)
    assert link == f"https://meet.example.org/m/{meeting.slug}#i={links.token(row)}"
    assert len(links.token(row)) == 43


def test_the_database_holds_only_the_digest_of_a_token(meeting: Meeting, host: Account) -> None:
    (row,) = invite(meeting, host, "guest@example.com")
    token = links.token(row)
    stored = Invitation.objects.values().get()
    assert stored["token_digest"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(stored)


def test_inviting_somebody_twice_keeps_their_link(meeting: Meeting, host: Account) -> None:
    (first,) = invite(meeting, host, "Guest@Example.com")
    (second,) = invite(meeting, host, " guest@example.com ", exempt=True)
    assert (second.pk, second.token_digest, second.exempt) == (first.pk, first.token_digest, True)


def test_a_revoked_link_is_good_for_nothing_and_a_new_one_is_another(meeting: Meeting, host: Account) -> None:
    (row,) = invite(meeting, host, "guest@example.com")
    token = links.token(row)
    people.revoke(meeting.slug, host.pk, row.pk, NOW)
    assert not Invitation.objects.filter(token_digest=links.digest(token)).exists()
    with pytest.raises(NoSuchInvitation):
        people.revoke(meeting.slug, host.pk, row.pk, NOW)
    (again,) = invite(meeting, host, "guest@example.com")
    assert again.pk == row.pk
    assert links.token(again) != token
    assert Invitation.objects.filter(token_digest=links.digest(links.token(again))).exists()


def test_p8_revoking_an_invitation_does_not_lift_its_block(meeting: Meeting, host: Account) -> None:
    (row,) = invite(meeting, host, "guest@example.com")
    Block.objects.create(meeting=meeting, invitation=row, actor=Role.HOST, created_at=NOW)
    people.revoke(meeting.slug, host.pk, row.pk, NOW)
    invite(meeting, host, "guest@example.com")
    assert Block.objects.filter(invitation_id=row.pk).count() == 1


def test_an_exemption_reaches_those_inside_and_ends_with_the_invitation(
    meeting: Meeting, host: Account
) -> None:
    (row,) = invite(meeting, host, "guest@example.com")
    inside = presence(meeting, invitation=row)

    def exempt() -> bool:
        return person_of(Presence.objects.get(pk=inside.pk)).exempt

    people.set_exempt(meeting.slug, host.pk, row.pk, exempt=True)
    assert exempt()
    people.revoke(meeting.slug, host.pk, row.pk, NOW)
    assert not exempt()
    assert queries.by_slug(meeting.slug).revision == meeting.revision + 3


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a@example.com\nBcc: b@example.com", "x" * 250 + "@e.org"]
)
def test_a_bad_address_invites_nobody(meeting: Meeting, host: Account, email: str) -> None:
    with pytest.raises(InvalidEmail):
        invite(meeting, host, "good@example.com", email)
    assert not Invitation.objects.exists()


def test_a_meeting_has_a_most_of_invitations(
    meeting: Meeting, host: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_INVITATIONS", 2)
    invite(meeting, host, "a@example.com", "b@example.com")
    invite(meeting, host, "a@example.com")
    with pytest.raises(TooManyInvitations):
        invite(meeting, host, "c@example.com")


def test_an_invitation_of_another_meeting_is_not_touched(meeting: Meeting, host: Account) -> None:
    stranger = account("Stranger")
    theirs = Meeting.objects.create(slug="theirs", host=stranger, title="Theirs")
    (row,) = invite(theirs, stranger, "guest@example.com")
    with pytest.raises(NoSuchInvitation):
        people.revoke(meeting.slug, host.pk, row.pk, NOW)


def test_a_co_host_is_one_at_once_if_inside(meeting: Meeting, host: Account, other: Account) -> None:
    inside = presence(meeting, account=other)
    people.add_co_host(meeting.slug, host.pk, " OTHER@example.org ")
    people.add_co_host(meeting.slug, host.pk, "other@example.org")
    inside.refresh_from_db()
    assert inside.role == Role.CO_HOST
    handle = CoHost.objects.get(account=other).handle
    people.remove_co_host(meeting.slug, host.pk, handle)
    people.remove_co_host(meeting.slug, host.pk, handle)
    inside.refresh_from_db()
    assert inside.role == Role.PARTICIPANT


def test_p9_the_people_page_and_the_api_tell_no_co_hosts_account(
    meeting: Meeting, host: Account, other: Account, sign_in: SignIn
) -> None:
    Account.objects.filter(pk=other.pk).update(display_name="Ada Lovelace")
    CoHost.objects.create(meeting=meeting, account=other, label="Pseudonym")
    asked = sign_in(host)
    page = asked.get(f"/meetings/{meeting.slug}/people").content.decode()
    found = asked.get(f"/api/meetings/{meeting.slug}/people")
    assert {each["label"] for each in found.json()["co_hosts"]} == {"cohost@example.org", "Pseudonym"}
    for said in (page, found.content.decode()):
        assert "Pseudonym" in said
        for secret in (other.email, "Ada Lovelace", str(other.pk)):
            assert secret not in said


def test_the_same_account_is_not_known_again_in_another_meeting(host: Account, other: Account) -> None:
    for title in ("One", "Two"):
        made = schedule.create(host.pk, {"title": title})
        people.add_co_host(made.slug, host.pk, other.email)
    assert len({row.handle for row in CoHost.objects.filter(account=other)}) == 2
    assert {row.label for row in CoHost.objects.filter(account=other)} == {other.email}


@pytest.mark.parametrize("way", ["page", "api"])
def test_nobody_tries_out_which_addresses_have_an_account(
    way: str, meeting: Meeting, host: Account, other: Account, sign_in: SignIn
) -> None:
    asked = sign_in(host)

    def name(email: str) -> int:
        if way == "page":
            return asked.post(f"/meetings/{meeting.slug}/people/co-hosts", {"email": email}).status_code
        given = {"email": email}
        at = f"/api/meetings/{meeting.slug}/co-hosts"
        return asked.post(at, given, content_type="application/json").status_code

    tried = {name(f"person{number}@example.org") for number in range(20)}
    assert tried == {422}
    assert name(other.email) == name("person@example.org") == 429
    assert not CoHost.objects.filter(account=other).exists()


def test_a_co_host_needs_an_account_and_is_not_the_host(meeting: Meeting, host: Account) -> None:
    with pytest.raises(UnknownAccount):
        people.add_co_host(meeting.slug, host.pk, "nobody@example.org")
    with pytest.raises(HostIsNoCoHost):
        people.add_co_host(meeting.slug, host.pk, host.email)


def test_an_address_nobody_confirmed_makes_nobody_a_co_host(meeting: Meeting, host: Account) -> None:
    """Anybody can sign up as somebody else, and wait to be trusted with a meeting."""
    account("Boss", confirmed=False)
    with pytest.raises(UnknownAccount):
        people.add_co_host(meeting.slug, host.pk, "boss@example.org")
    assert not CoHost.objects.filter(account__email="boss@example.org").exists()


def test_a_confirmed_address_counts_only_for_the_account_that_signs_in_with_it(
    meeting: Meeting, host: Account
) -> None:
    impostor = account("Boss", confirmed=False)
    EmailAddress.objects.create(user=impostor, email="mallory@example.org", verified=True)
    for email in ("boss@example.org", "mallory@example.org"):
        with pytest.raises(UnknownAccount):
            people.add_co_host(meeting.slug, host.pk, email)


def test_removing_the_host_as_a_co_host_does_nothing(meeting: Meeting, host: Account) -> None:
    inside = presence(meeting, account=host, role=Role.HOST)
    people.remove_co_host(meeting.slug, host.pk, host.pk)
    inside.refresh_from_db()
    assert inside.role == Role.HOST
    assert CoHost.objects.count() == 1


def test_p7_a_lifted_block_is_gone_at_once(meeting: Meeting, host: Account) -> None:
    block = Block.objects.create(
        meeting=meeting, device_digest="d", label="Mallory", actor="host", created_at=NOW - timedelta(hours=1)
    )
    people.lift_block(meeting.slug, host.pk, block.pk)
    assert queries.blocks(meeting, timezone.now()) == []
    assert queries.by_slug(meeting.slug).revision == meeting.revision + 1
    with pytest.raises(NoSuchBlock):
        people.lift_block(meeting.slug, host.pk, block.pk)

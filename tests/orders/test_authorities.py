"""Authorities: each once, changed and ended by two people, and dropped by one before it was anything."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from bailiwick.accounts.errors import RoleNeeded
from bailiwick.accounts.models import RoleGrant
from bailiwick.accounts.roles import Role
from bailiwick.gate.proofs import RETRY, Proofs
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.entries import parse
from bailiwick.ledger.models import Outbox
from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions import authorities, granting, intake
from bailiwick.orders.actions.authorities import normalised
from bailiwick.orders.errors import (
    AuthorityExists,
    InvalidOrder,
    NoSuchDemand,
    NotPossibleNow,
    SamePerson,
)
from bailiwick.orders.models import Authority, AuthorityChange, Restriction
from bailiwick.orders.published import is_as_logged
from bailiwick.register.book import open_book
from tests.orders.desk import NOW, Desk, approval, give, member, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


def logged(kind: str) -> list[Any]:
    return [parse(bytes(row.entry)) for row in Outbox.objects.filter(type=kind).order_by("id")]


def propose(desk: Desk, name: str = "Office", state: str = "CN", kind: str = "court") -> Authority:
    return authorities.propose(
        desk.intake.id, name=name, state=state, kind=kind, channels="sealed letter", now=NOW
    )


def change(desk: Desk, row: Authority, **fields: Any) -> AuthorityChange:
    said = {"name": row.name, "channels": row.channels} | fields
    return authorities.change(desk.intake.id, row.pk, now=NOW, **said)


def changed(desk: Desk, row: Authority, **fields: Any) -> Authority:
    change(desk, row, **fields)
    return authorities.approve_change(desk.approver.id, row.pk, NOW)


def ended(desk: Desk, row: Authority) -> Authority:
    authorities.end(desk.intake.id, row.pk, "abolished", NOW)
    return authorities.approve_change(desk.approver.id, row.pk, NOW)


# ---------------------------------------------------------------- each once


@pytest.mark.parametrize(
    "again",
    ["Office", " office ", "OFFICE", "Of\uff46ice", "Office.", "\u201cOffice\u201d", "O\ufb03ce"],
)
def test_p6_a_name_of_a_state_is_there_once_however_it_is_written(desk: Desk, again: str) -> None:
    """Else a second one would begin a chain of renewals anew, ninety days beside ninety days."""
    made = propose(desk)
    with pytest.raises(AuthorityExists):
        propose(desk, again, kind="police")
    authorities.approve(desk.approver.id, made.pk, NOW)
    with pytest.raises(AuthorityExists):
        propose(desk, again)


def test_another_state_or_another_name_is_another_authority(desk: Desk) -> None:
    propose(desk)
    propose(desk, state="FR")
    propose(desk, "Office 2")
    assert Authority.objects.count() == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [("Court of Z\u00fcrich", "Court of Zurich"), ("\u6cd5\u9662", "\u6cd5\u5ead"),
     ("\u0645\u062d\u0643\u0645\u0629", "\u0648\u0632\u0627\u0631\u0629")],
)  # fmt: skip
def test_names_that_differ_in_letters_are_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize("name", ["---", "\u3000\u3000\u3000", "!?.,"])
def test_a_name_has_letters(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidOrder):
        propose(desk, name)


def test_the_database_holds_names_apart_too(desk: Desk) -> None:
    made = propose(desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Authority.objects.create(name="x", normalised=made.normalised, state="CN", kind="court")


def test_there_is_a_kind_for_what_is_none_of_the_others(desk: Desk, registry: Registry) -> None:
    desk.authority("FR", "other")
    registry.publish()
    (found,) = open_book().authorities.values()
    assert found.entry.kind == "other"


# ---------------------------------------------------------------- dropped before it was anything


@pytest.mark.parametrize("who", ["intake", "reviewer", "approver"])
def test_a_proposed_one_is_dropped_by_one_person_and_can_be_proposed_again(desk: Desk, who: str) -> None:
    made = propose(desk)
    someone = member(Role.REVIEWER) if who == "reviewer" else getattr(desk, who)
    authorities.discard(someone.id, made.pk, NOW)
    assert propose(desk).pk != made.pk
    with pytest.raises(NoSuchDemand):
        authorities.discard(someone.id, made.pk, NOW)


def test_one_that_was_approved_is_not_dropped(desk: Desk) -> None:
    with pytest.raises(NoSuchDemand):
        authorities.discard(desk.approver.id, desk.authority().pk, NOW)


# ---------------------------------------------------------------- changed by two


def test_p5_another_name_takes_two_people_and_an_entry(desk: Desk, registry: Registry) -> None:
    row = desk.authority()
    change(desk, row, name="Ministry of Networks")
    give(desk.intake.account, Role.APPROVER)
    with pytest.raises(SamePerson):
        authorities.approve_change(desk.intake.id, row.pk, NOW)
    assert not logged("authority.changed")
    row = authorities.approve_change(desk.approver.id, row.pk, NOW)
    assert (row.name, row.state, row.kind, is_as_logged(row)) == (
        "Ministry of Networks", "CN", "regulator", True,
    )  # fmt: skip
    (entry,) = logged("authority.changed")
    found = ledger.document(entry.document)
    assert entry.authority == row.pk.hex
    assert found is not None
    assert b"Ministry of Networks" in found[0]
    registry.publish()
    (public,) = open_book().authorities.values()
    assert (public.name, public.document) == ("Ministry of Networks", entry.document)


def test_p4_whoever_is_kept_out_reads_the_new_name_once_everybody_can(desk: Desk, registry: Registry) -> None:
    row = desk.authority()
    made = desk.granted(desk.under_review(row, withhold(new_meeting())))
    registry.publish()
    proofs = registry.proofs()
    assert told(proofs, made) == "Office of CN"
    changed(desk, row, name="Ministry of Networks")
    assert told(proofs, made) == "Office of CN"
    registry.publish()
    registry.clock.ahead += RETRY
    assert told(proofs, made) == "Ministry of Networks"
    assert not registry.codes


def told(proofs: Proofs, made: Restriction) -> str:
    """The name that whoever is kept out reads."""
    proofs.follow()
    made.refresh_from_db()
    revision = Meeting.objects.get(pk=made.meeting_id).revision
    assert made.meeting_id is not None
    (found,) = proofs.of(made.meeting_id, revision).grounds.values()
    return found.authority


def test_a_name_changed_by_hand_is_told_to_nobody_and_grants_nothing(desk: Desk) -> None:
    row = changed(desk, desk.authority(), name="Ministry of Networks")
    other = changed(desk, desk.authority("FR"), name="Police of the port")
    Authority.objects.filter(pk=other.pk).update(changed_outbox_id=None)
    Authority.objects.filter(pk=row.pk).update(changed_outbox_id=other.changed_outbox_id, name=other.name)
    row.refresh_from_db()
    assert not is_as_logged(row)


def test_the_old_name_is_free_and_the_new_one_taken(desk: Desk) -> None:
    row = desk.authority()
    changed(desk, row, name="Ministry of Networks")
    desk.authority(name="Office of CN")
    with pytest.raises(AuthorityExists):
        desk.authority(name="ministry of networks")
    with pytest.raises(AuthorityExists):
        change(desk, row, name="Office of CN")


def test_a_name_taken_meanwhile_is_not_approved(desk: Desk) -> None:
    row = desk.authority()
    change(desk, row, name="Ministry of Networks")
    desk.authority(name="Ministry of Networks")
    with pytest.raises(AuthorityExists):
        authorities.approve_change(desk.approver.id, row.pk, NOW)
    assert not logged("authority.changed")


def test_p5_what_somebody_proposed_who_may_not_any_more_is_not_approved(desk: Desk) -> None:
    row = desk.authority()
    change(desk, row, channels="registered mail")
    RoleGrant.objects.filter(account=desk.intake.account).delete()
    with pytest.raises(RoleNeeded):
        authorities.approve_change(desk.approver.id, row.pk, NOW)


@pytest.mark.parametrize("fields", [{}, {"channels": " sealed letter "}, {"name": "x"}, {"channels": ""}])
def test_nothing_new_or_nothing_at_all_is_no_change(desk: Desk, fields: dict[str, str]) -> None:
    with pytest.raises(InvalidOrder):
        change(desk, desk.authority(), **fields)


def test_one_thing_is_proposed_at_a_time_and_dropped_by_one_person(desk: Desk) -> None:
    row = desk.authority()
    change(desk, row, channels="registered mail")
    with pytest.raises(NotPossibleNow):
        authorities.end(desk.reviewer.id, row.pk, "duplicate", NOW)
    authorities.discard_change(desk.approver.id, row.pk, NOW)
    with pytest.raises(NoSuchDemand):
        authorities.approve_change(desk.approver.id, row.pk, NOW)
    row = ended(desk, row)
    assert row.channels == "sealed letter"


# ---------------------------------------------------------------- ended by two


def test_an_authority_that_ended_demands_nothing_more(desk: Desk, registry: Registry) -> None:
    row = desk.authority()
    waiting, reviewed = desk.receive(row), desk.under_review(row, withhold(new_meeting()))
    signed = desk.signed(desk.under_review(row, withhold(new_meeting())))
    ended(desk, row)
    (entry,) = logged("authority.ended")
    assert (entry.authority, entry.reason) == (row.pk.hex, "abolished")
    tries: list[tuple[type[Exception], Callable[[], object]]] = [
        (InvalidOrder, lambda: desk.receive(row)),
        (NotPossibleNow, lambda: desk.propose(reviewed)),
        (NotPossibleNow, lambda: approve(desk, signed)),
        (NoSuchDemand, lambda: change(desk, row, channels="registered mail")),
    ]
    for refusal, attempt in tries:
        with pytest.raises(refusal):
            attempt()
    intake.refuse(desk.reviewer.id, waiting.pk, ["not_authentic"], NOW)
    registry.publish()
    assert open_book().authorities[row.pk.hex].ended is not None


def approve(desk: Desk, row: Restriction) -> object:
    return granting.approve(desk.approver.id, row.pk, approval(desk.approver, row), NOW)


def test_what_was_granted_to_it_stays_until_its_end(desk: Desk, registry: Registry) -> None:
    row = desk.authority()
    made = desk.granted(desk.under_review(row, withhold(new_meeting())))
    ended(desk, row)
    registry.publish()
    assert told(registry.proofs(), made) == "Office of CN"


def test_p6_whoever_is_added_anew_after_its_end_begins_no_new_chain(desk: Desk) -> None:
    meeting, row = new_meeting(), desk.authority()
    first = desk.granted(desk.under_review(row, withhold(meeting)), until=NOW + timedelta(days=50))
    ended(desk, row)
    again = desk.authority(name="office of cn", kind="police")
    demand = desk.under_review(again, withhold(meeting))
    with pytest.raises(InvalidOrder) as refused:
        desk.propose(demand)
    assert refused.value.field == "renews"
    Restriction.objects.filter(pk=first.pk).update(expires_at=NOW + timedelta(days=20))
    assert desk.propose(demand, begins=NOW + timedelta(days=20)).renews_id == first.pk


def test_of_no_authority_nothing_is_proposed(desk: Desk) -> None:
    for pk in (uuid4(), propose(desk).pk):
        with pytest.raises(NoSuchDemand):
            authorities.end(desk.reviewer.id, pk, "duplicate", NOW)

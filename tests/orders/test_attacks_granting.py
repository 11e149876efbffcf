"""Attacks by whoever can write to the database, by one corrupt member of staff, and by time passing between
two signatures: what is approved is what two people read, by an authority that the log knows."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from bailiwick.accounts.errors import RoleNeeded
from bailiwick.accounts.models import RoleGrant
from bailiwick.accounts.roles import Role
from bailiwick.ledger.models import Outbox
from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeal_log, appeals, authorities, granting, intake, later, originals
from bailiwick.orders.errors import (
    InvalidOrder,
    NotNarrower,
    NotPossibleNow,
    OrdersError,
    TookPart,
)
from bailiwick.orders.models import Appeal, Approval, Authority, Demand, Outcome, Restriction, Review
from bailiwick.rules.territory import Code
from tests.orders import kit
from tests.orders.desk import NOW, Desk, approval, member, register, withhold
from tests.orders.kit import Registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


def approve(desk: Desk, row: Restriction) -> Restriction:
    return granting.approve(desk.approver.id, row.pk, approval(desk.approver, row), NOW)


# ---------------------------------------------------------------- between two signatures


def test_p5_a_passkey_taken_away_after_it_signed_has_signed_nothing(desk: Desk) -> None:
    """It was stolen, and its owner removed it: what the thief signed with it must not go through."""
    made = desk.signed(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    Authenticator.objects.filter(user=desk.reviewer.account).delete()
    with pytest.raises(NotPossibleNow):
        approve(desk, made)


def test_p5_a_first_signature_put_under_another_name_is_nobodys(desk: Desk) -> None:
    """One person with the database's help: their own signature goes under a colleague's name."""
    both = member(Role.REVIEWER, Role.APPROVER)
    desk.reviewer, innocent = both, desk.reviewer
    made = desk.signed(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    Restriction.objects.filter(pk=made.pk).update(proposed_by=innocent.account)
    Approval.objects.filter(restriction=made).update(account=innocent.account)
    second = type(both.passkey)(site=both.passkey.site)
    Authenticator.objects.filter(user=both.account).delete()
    register(both.account, second)
    both.passkey = second
    with pytest.raises(NotPossibleNow):
        granting.approve(both.id, made.pk, approval(both, made), NOW)


def test_p5_who_signed_first_is_who_proposed_it(desk: Desk) -> None:
    other = member(Role.REVIEWER)
    made = desk.signed(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    Restriction.objects.filter(pk=made.pk).update(proposed_by=other.account)
    with pytest.raises(NotPossibleNow):
        approve(desk, made)


def test_p5_a_review_rewritten_after_the_first_signature_is_not_what_was_signed(desk: Desk) -> None:
    """The approver would read the new answers, and the log's document would have the old ones."""
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()))
    made = desk.signed(demand)
    granting.review(
        desk.reviewer.id, demand.pk, legality="Another answer altogether.", necessity="Another answer again.",
        proportionality="And another answer here.", redacted=b"another copy", now=NOW,
    )  # fmt: skip
    with pytest.raises(NotPossibleNow):
        approve(desk, made)


CHANGED: dict[str, Any] = {
    "asked_for_more": lambda demand: Demand.objects.filter(pk=demand.pk).update(territories=["CN", "HK"]),
    "answers": lambda demand: Review.objects.filter(demand=demand).update(
        legality="Something else, by hand."
    ),
    "a_target_more": lambda demand: demand.targets.create(asked="other"),
    "an_earlier_end": lambda demand: Demand.objects.filter(pk=demand.pk).update(
        ends_at=NOW + timedelta(days=1)
    ),
}


@pytest.mark.parametrize("change", CHANGED)
def test_what_the_published_decision_rests_on_was_not_changed_by_hand(desk: Desk, change: str) -> None:
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()))
    made = desk.signed(demand)
    CHANGED[change](demand)
    with pytest.raises(OrdersError):
        approve(desk, made)
    assert Restriction.objects.get(pk=made.pk).outbox_id is None


def test_a_meeting_deleted_between_the_signatures_is_not_restricted(desk: Desk) -> None:
    row = kit.new_meeting()
    made = desk.signed(desk.under_review(desk.authority(), withhold(row)))
    row.delete()
    with pytest.raises(NotPossibleNow):
        approve(desk, made)


# ---------------------------------------------------------------- P1: the authority is the log's


AUTHORITY: dict[str, dict[str, Any]] = {
    "state": {"state": "US"},
    "group": {"state": "EU", "kind": "supranational"},
    "kind": {"kind": "court"},
    "name": {"name": "The court of that place"},
    "no_entry": {"outbox_id": None},
}


@pytest.mark.parametrize("change", AUTHORITY)
def test_p1_an_authority_changed_by_hand_gets_nothing(desk: Desk, change: str) -> None:
    """Nobody types in a territory, with SQL neither: two people and the log made the authority what it is."""
    authority = desk.authority()
    demand = desk.under_review(authority, withhold(kit.new_meeting()), territories=("CN", "US", "DE"))
    Authority.objects.filter(pk=authority.pk).update(**AUTHORITY[change])
    with pytest.raises(NotPossibleNow):
        desk.propose(demand)


@pytest.mark.parametrize("change", AUTHORITY)
def test_p1_nor_between_the_two_signatures(desk: Desk, change: str) -> None:
    authority = desk.authority()
    made = desk.signed(desk.under_review(authority, withhold(kit.new_meeting())))
    Authority.objects.filter(pk=authority.pk).update(**AUTHORITY[change])
    with pytest.raises(NotPossibleNow):
        approve(desk, made)


def test_p5_what_a_former_member_of_staff_proposed_is_no_proposal(desk: Desk) -> None:
    made = authorities.propose(
        desk.intake.id, name="Office", state="CN", kind="police", channels="seal", now=NOW
    )
    RoleGrant.objects.filter(account=desk.intake.account).update(confirmed_at=None)
    with pytest.raises(RoleNeeded):
        authorities.approve(desk.approver.id, made.pk, NOW)


@pytest.mark.parametrize(
    "name", ["Court\u202eof nowhere", "Court\x00", "Court\nof nowhere", "\u2066Court", "  x "]
)
def test_an_authoritys_name_does_not_turn_or_hide_what_stands_beside_it(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidOrder):
        authorities.propose(desk.intake.id, name=name, state="IR", kind="court", channels="seal", now=NOW)


@pytest.mark.parametrize("name", ["دادگاه می\u200cشود", "最高人民法院", "Cour d’appel", "<b>Court</b> & Co"])
def test_an_authoritys_name_may_be_in_any_script(desk: Desk, name: str) -> None:
    made = authorities.propose(desk.intake.id, name=name, state="IR", kind="court", channels="seal", now=NOW)
    assert made.name == name


# ---------------------------------------------------------------- P6: no chain the register does not show


def test_p6_a_second_restriction_of_one_meeting_is_a_renewal_whether_or_not_anybody_says_so(
    desk: Desk,
) -> None:
    row, authority = kit.new_meeting(), desk.authority()
    first = desk.granted(desk.under_review(authority, withhold(row)))
    again = desk.granted(desk.under_review(authority, withhold(row)))
    assert again.renews_id == first.pk
    third = desk.under_review(authority, withhold(row))
    with pytest.raises(InvalidOrder):
        desk.propose(third, renews=first.pk)
    assert desk.granted(third).renews_id == again.pk


def test_p6_two_proposals_at_once_do_not_both_come_first(desk: Desk) -> None:
    row, authority = kit.new_meeting(), desk.authority()
    one = desk.signed(desk.under_review(authority, withhold(row)))
    two = desk.signed(desk.under_review(authority, withhold(row)))
    approve(desk, one)
    with pytest.raises(NotPossibleNow):
        approve(desk, two)


def test_p6_renewals_are_not_stacked_up_in_advance(desk: Desk) -> None:
    row, authority = kit.new_meeting(), desk.authority()
    ends = NOW + timedelta(days=400)
    days = timedelta(days=1)
    desk.granted(desk.under_review(authority, withhold(row), ends_at=ends), until=NOW + 90 * days)
    again = desk.under_review(authority, withhold(row), ends_at=ends)
    with pytest.raises(InvalidOrder):
        desk.propose(again, begins=NOW + 90 * days, until=NOW + 180 * days)
    shortly = NOW + 61 * days
    target = again.targets.get()
    plan = desk.plan(begins=NOW + 90 * days, until=NOW + 180 * days)
    assert granting.propose(desk.reviewer.id, target.pk, plan, shortly).pk


def test_p6_nor_the_other_way_round(desk: Desk) -> None:
    row, authority, days = kit.new_meeting(), desk.authority(), timedelta(days=1)
    ends = NOW + 900 * days
    far = desk.under_review(authority, withhold(row), ends_at=ends)
    desk.granted(far, begins=NOW + 90 * days, until=NOW + 180 * days)
    with pytest.raises(InvalidOrder):
        desk.propose(desk.under_review(authority, withhold(row), ends_at=ends), until=NOW + 90 * days)


# ---------------------------------------------------------------- corrections


def test_p1_a_correction_is_narrower_than_what_is_left_and_not_than_what_was(desk: Desk) -> None:
    """Else the log would say more than is enforced, or a correction would say nothing."""
    demand = desk.under_review(
        desk.authority("US", "court"), withhold(kit.new_meeting()), territories=("GU", "PR", "US", "VI")
    )
    made = desk.granted(demand)
    narrow = lambda *codes: later.narrow(  # noqa: E731
        desk.reviewer.id, made.pk, NOW, territories=frozenset(map(Code, codes))
    )
    narrow("PR", "US")
    for codes in (("PR", "US", "VI"), ("GU", "VI"), ("PR", "US")):
        with pytest.raises(NotNarrower):
            narrow(*codes)
    narrow("PR")


def test_p6_a_correction_ends_it_sooner_than_it_now_ends_and_not_in_the_past(desk: Desk) -> None:
    made = desk.granted(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    soon, now = NOW + timedelta(days=10), NOW + timedelta(days=5)
    later.narrow(desk.reviewer.id, made.pk, now, until=soon)
    for until in (soon, NOW + timedelta(days=20), now, NOW + timedelta(days=1)):
        with pytest.raises(NotNarrower):
            later.narrow(desk.reviewer.id, made.pk, now, until=until)


def test_what_no_longer_keeps_anybody_out_is_not_corrected(desk: Desk) -> None:
    made = desk.granted(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    with pytest.raises(NotNarrower):
        later.narrow(desk.reviewer.id, made.pk, NOW + timedelta(days=60), until=NOW + timedelta(days=29))


# ---------------------------------------------------------------- who took part


def test_p5_whoever_examined_or_refused_a_part_took_part(desk: Desk) -> None:
    both = member(Role.INTAKE, Role.APPEALS)
    demand = desk.receive(desk.authority(), withhold(kit.new_meeting()))
    intake.examine(both.id, demand.pk, NOW)
    desk.review(demand)
    made = desk.granted(demand)
    appeal, _ = appeals.file(made.pk, "I am somewhere else.", Person(), NOW)
    ruling = appeals.Ruling(Outcome.REJECTED, "It stays as it was decided.")
    with pytest.raises(TookPart):
        appeals.decide(both.id, appeal.pk, ruling, NOW)
    assert appeals.decide(desk.appeals.id, appeal.pk, ruling, NOW).decided_at == NOW


def test_p5_whoever_only_read_the_letter_may_decide(desk: Desk) -> None:
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()))
    made = desk.granted(demand)
    appeal, _ = appeals.file(made.pk, "I am somewhere else.", Person(), NOW)
    originals.read(desk.appeals.id, demand.pk, NOW)
    ruling = appeals.Ruling(Outcome.REJECTED, "It stays as it was decided.")
    assert appeals.decide(desk.appeals.id, appeal.pk, ruling, NOW).decided_at == NOW


def test_whoever_floods_the_desk_with_objections_does_not_flood_the_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may object without an account, and an entry is for ever."""
    monkeypatch.setattr(appeal_log, "MOST_LOGGED", 3)
    made = desk.granted(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    other = desk.granted(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    for _ in range(9):
        appeals.file(made.pk, "Me too, again.", Person(), NOW)
    appeals.file(other.pk, "Somebody else, elsewhere.", Person(), NOW)
    tomorrow = NOW + timedelta(days=1)
    assert [appeal_log.log_filed(tomorrow) for _ in range(3)] == [4, 0, 0]
    waiting = Appeal.objects.filter(filed_outbox_id__isnull=True).earliest("id")
    ruling = appeals.Ruling(Outcome.REJECTED, "It stays as it was decided.")
    appeals.decide(desk.appeals.id, waiting.pk, ruling, tomorrow)
    assert appeal_log.log_decided(tomorrow + timedelta(days=1)) == 1
    assert Outbox.objects.filter(type="appeal.filed").count() == 5
    appeals.file(made.pk, "On the next day.", Person(), tomorrow)
    assert appeal_log.log_filed(tomorrow + timedelta(days=1)) == 1

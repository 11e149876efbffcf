"""Appeals: by a token, decided by somebody who took no part, with effect at once."""

from datetime import timedelta
from typing import Any

import pytest

from bailiwick.accounts.roles import Role
from bailiwick.gate.proofs import Proofs
from bailiwick.ledger.entries import parse
from bailiwick.ledger.models import Outbox
from bailiwick.meetings.models import Meeting
from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeal_log, appeals, later
from bailiwick.orders.actions.appeal_ending import forget_exemptions, forget_texts
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, NoSuchRestriction, NotNarrower, TookPart
from bailiwick.orders.models import Appeal, Exemption, Outcome, Restriction
from bailiwick.rules.territory import Code
from tests.orders import kit
from tests.orders.desk import NOW, Desk, give, member, withhold
from tests.orders.kit import Registry

pytestmark = pytest.mark.django_db
ANSWER = "The court's ruling does not name this meeting."
DEVICE = Person(device_digest="d" * 64)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


@pytest.fixture
def row(desk: Desk) -> Meeting:
    return kit.new_meeting()


@pytest.fixture
def restriction(desk: Desk, row: Meeting) -> Restriction:
    demand = desk.under_review(desk.authority("FR", "court"), withhold(row), territories=("FR", "GP", "RE"))
    return desk.granted(demand)


@pytest.fixture
def proofs(restriction: Restriction, registry: Registry) -> Proofs:
    registry.publish()
    made = registry.proofs()
    made.follow()
    return made


def enforced(proofs: Proofs, row: Meeting) -> Any:
    """As of the meeting's revision now: nothing else is changed to find out."""
    row.refresh_from_db()
    return proofs.of(row.pk, row.revision)


def logged(kind: str) -> list[Any]:
    return [parse(bytes(each.entry)) for each in Outbox.objects.filter(type=kind).order_by("id")]


def filed(restriction: Restriction, person: Person = DEVICE) -> Appeal:
    return appeals.file(restriction.pk, "This is not where I am.", person, NOW, not_here=True)[0]


def test_the_token_is_told_once_and_only_its_digest_is_kept(restriction: Restriction) -> None:
    made, token = appeals.file(restriction.pk, "I object.", DEVICE, NOW)
    assert appeals.by_token(token) == made
    assert token not in str(Appeal.objects.values().get())
    assert appeals.by_token("x" * 43) is None


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001])
def test_an_appeal_has_a_text_of_some_length(restriction: Restriction, text: str) -> None:
    with pytest.raises(InvalidOrder):
        appeals.file(restriction.pk, text, DEVICE, NOW)


def test_appeals_are_logged_together_when_their_day_is_over(restriction: Restriction) -> None:
    made = {filed(restriction).pk.hex, filed(restriction).pk.hex}
    assert appeal_log.log_filed(NOW + timedelta(hours=11)) == 0
    assert appeal_log.log_filed(NOW + timedelta(hours=12)) == 2
    assert appeal_log.log_filed(NOW + timedelta(hours=13)) == 0
    assert {entry.appeal for entry in logged("appeal.filed")} == made
    assert {entry.day for entry in logged("appeal.filed")} == {NOW.date()}


def test_p7_a_restriction_annulled_on_appeal_ends_at_once(
    desk: Desk, restriction: Restriction, proofs: Proofs, row: Meeting
) -> None:
    assert len(enforced(proofs, row).restrictions) == 1
    appeals.decide(desk.appeals.id, filed(restriction).pk, Ruling(Outcome.WITHDRAWN, ANSWER), NOW)
    assert enforced(proofs, row).restrictions == ()
    assert logged("restriction.withdrawn")[0].reason == "appeal"
    assert logged("appeal.decided")[0].outcome == "restriction_withdrawn"


def test_p7_a_restriction_narrowed_on_appeal_is_narrower_at_once(
    desk: Desk, restriction: Restriction, proofs: Proofs, row: Meeting
) -> None:
    ruling = Ruling(Outcome.CORRECTED, ANSWER, territories=frozenset({Code("FR")}))
    appeals.decide(desk.appeals.id, filed(restriction).pk, ruling, NOW)
    assert [each.territory for each in enforced(proofs, row).restrictions] == [{"FR"}]


def test_p7_a_personal_exemption_frees_that_person_from_that_restriction_only(
    desk: Desk, restriction: Restriction, proofs: Proofs, row: Meeting
) -> None:
    made = appeals.decide(desk.appeals.id, filed(restriction).pk, Ruling(Outcome.EXEMPTED, ANSWER), NOW)
    found = enforced(proofs, row)
    assert found.exempt(DEVICE) == {restriction.pk.hex}
    assert found.exempt(Person(device_digest="e" * 64)) == frozenset()
    assert found.exempt(Person()) == frozenset()
    assert made.device_digest == ""


def test_an_exemption_is_bound_to_the_strongest_there_is(
    desk: Desk, restriction: Restriction, row: Meeting
) -> None:
    person = Person(account_id=row.host_id, device_digest="d" * 64)
    appeals.decide(desk.appeals.id, filed(restriction, person).pk, Ruling(Outcome.EXEMPTED, ANSWER), NOW)
    made = Exemption.objects.get()
    assert (made.account_id, made.device_digest) == (row.host_id, "")


def test_p9_an_exemption_is_forgotten_long_after_all_that_renewed_its_restriction(
    desk: Desk, restriction: Restriction, row: Meeting, settings: Any
) -> None:
    appeals.decide(desk.appeals.id, filed(restriction).pk, Ruling(Outcome.EXEMPTED, ANSWER), NOW)
    again = desk.under_review(restriction.authority, withhold(row), territories=("FR",))
    renewal = desk.granted(again, until=NOW + timedelta(days=50))
    assert renewal.renews_id == restriction.pk
    kept = timedelta(days=settings.ENV["ORIGINALS_DAYS"])
    assert forget_exemptions(restriction.expires_at + kept) == 0
    assert forget_exemptions(renewal.expires_at + kept) == 1


def test_nobody_can_be_exempted_who_left_nothing_to_hold_on_to(desk: Desk, restriction: Restriction) -> None:
    made = filed(restriction, Person())
    with pytest.raises(InvalidOrder):
        appeals.decide(desk.appeals.id, made.pk, Ruling(Outcome.EXEMPTED, ANSWER), NOW)
    made.refresh_from_db()
    assert made.decided_at is None


def test_a_rejected_appeal_changes_nothing_and_is_logged(
    desk: Desk, restriction: Restriction, proofs: Proofs, row: Meeting
) -> None:
    appeals.decide(desk.appeals.id, filed(restriction).pk, Ruling(Outcome.REJECTED, ANSWER), NOW)
    assert len(enforced(proofs, row).restrictions) == 1
    assert appeal_log.log_decided(TOMORROW) == 1
    assert logged("appeal.decided")[0].outcome == "rejected"
    assert len(logged("appeal.filed")) == 1


@pytest.mark.parametrize("part", ["intake", "reviewer", "approver"])
def test_p5_whoever_took_part_does_not_decide(desk: Desk, restriction: Restriction, part: str) -> None:
    who = getattr(desk, part)
    give(who.account, Role.APPEALS)
    with pytest.raises(TookPart):
        appeals.decide(who.id, filed(restriction).pk, Ruling(Outcome.REJECTED, ANSWER), NOW)


def test_p5_whoever_changed_it_later_took_part_too(desk: Desk, restriction: Restriction) -> None:
    later.narrow(desk.appeals.id, restriction.pk, NOW, territories=frozenset({Code("FR")}))
    with pytest.raises(TookPart):
        appeals.decide(desk.appeals.id, filed(restriction).pk, Ruling(Outcome.REJECTED, ANSWER), NOW)


def test_p5_whoever_decided_on_one_objection_decides_on_the_others(
    desk: Desk, restriction: Restriction
) -> None:
    first, second, third = (filed(restriction) for _ in range(3))
    appeals.decide(desk.appeals.id, first.pk, narrowed_to("FR", "GP"), NOW)
    appeals.decide(desk.appeals.id, second.pk, narrowed_to("FR"), NOW)
    appeals.decide(desk.appeals.id, third.pk, Ruling(Outcome.REJECTED, ANSWER), NOW)
    assert [entry.outcome for entry in logged("appeal.decided")] == ["restriction_corrected"] * 2


def narrowed_to(*codes: str) -> Ruling:
    return Ruling(Outcome.CORRECTED, ANSWER, territories=frozenset(map(Code, codes)))


def test_p7_one_objection_upheld_against_all_of_it_is_upheld_for_everybody_who_objects(
    desk: Desk, restriction: Restriction
) -> None:
    won, *others = (filed(restriction) for _ in range(4))
    appeals.decide(desk.appeals.id, won.pk, Ruling(Outcome.WITHDRAWN, ANSWER), NOW)
    for each in others:
        each.refresh_from_db()
        assert (each.outcome, each.decided_by_id, each.answer) == (Outcome.WITHDRAWN, desk.appeals.id, "")
        assert (each.device_digest, each.evidence) == ("", "")
    said = logged("appeal.decided")
    assert {entry.appeal for entry in said} == {each.pk.hex for each in (won, *others)}
    assert {entry.outcome for entry in said} == {"restriction_withdrawn"}
    assert len(logged("restriction.withdrawn")) == 1
    assert len(logged("appeal.filed")) == 4


def test_a_restriction_withdrawn_by_whoever_took_part_leaves_no_objection_waiting_for_ever(
    desk: Desk, restriction: Restriction
) -> None:
    made = filed(restriction)
    later.withdraw(desk.reviewer.id, restriction.pk, "court_order", NOW)
    made.refresh_from_db()
    assert (made.outcome, made.decided_by_id) == (Outcome.WITHDRAWN, desk.reviewer.id)


def test_an_objection_that_came_while_it_was_withdrawn_is_answered_with_that_and_nothing_else(
    desk: Desk, restriction: Restriction
) -> None:
    later.withdraw(desk.reviewer.id, restriction.pk, "review", NOW)
    made = filed(restriction)
    for ruling in (Ruling(Outcome.REJECTED, ANSWER), Ruling(Outcome.EXEMPTED, ANSWER), narrowed_to("FR")):
        with pytest.raises(NoSuchRestriction):
            appeals.decide(desk.appeals.id, made.pk, ruling, NOW)
    appeals.decide(desk.appeals.id, made.pk, Ruling(Outcome.WITHDRAWN, ANSWER), NOW)
    assert len(logged("restriction.withdrawn")) == 1


def test_a_flood_of_objections_fills_the_log_no_more_when_it_is_closed(
    desk: Desk, restriction: Restriction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appeal_log, "MOST_LOGGED", 3)
    for _ in range(5):
        filed(restriction)
    later.withdraw(desk.reviewer.id, restriction.pk, "review", NOW)
    assert not Appeal.objects.filter(decided_at=None).exists()
    assert (appeal_log.log_filed(TOMORROW), appeal_log.log_decided(TOMORROW)) == (0, 0)
    assert (len(logged("appeal.filed")), len(logged("appeal.decided"))) == (3, 3)


@pytest.mark.parametrize("outcome", [Outcome.EXEMPTED, Outcome.REJECTED])
def test_p9_that_one_person_was_let_back_is_logged_when_the_day_is_over_and_without_a_time(
    desk: Desk, restriction: Restriction, outcome: Outcome
) -> None:
    appeals.decide(desk.appeals.id, filed(restriction).pk, Ruling(outcome, ANSWER), NOW)
    assert (logged("appeal.filed"), logged("appeal.decided")) == ([], [])
    assert appeal_log.log_decided(NOW + timedelta(hours=11)) == 0
    assert appeal_log.log_decided(TOMORROW) == 1
    assert appeal_log.log_decided(TOMORROW) == 0
    assert [(entry.day, entry.outcome) for entry in logged("appeal.decided")] == [(NOW.date(), outcome)]
    assert len(logged("appeal.filed")) == 1


def test_p9_what_a_receipt_said_goes_with_the_decision_and_the_text_some_time_after(
    desk: Desk, restriction: Restriction, settings: Any
) -> None:
    made, _ = appeals.file(restriction.pk, "I object.", DEVICE, NOW, evidence="mm: FR")
    made = appeals.decide(desk.appeals.id, made.pk, Ruling(Outcome.REJECTED, ANSWER), NOW)
    made.refresh_from_db()
    assert (made.evidence, made.text) == ("", "I object.")
    kept = timedelta(days=settings.ENV["ORIGINALS_DAYS"])
    assert forget_texts(NOW + kept - timedelta(seconds=1)) == 0
    assert forget_texts(NOW + kept) == 1
    made.refresh_from_db()
    assert (made.text, made.answer) == ("", ANSWER)


def test_an_appeal_is_decided_once_and_with_reasons(desk: Desk, restriction: Restriction) -> None:
    made = filed(restriction)
    with pytest.raises(InvalidOrder):
        appeals.decide(desk.appeals.id, made.pk, Ruling(Outcome.REJECTED, "No."), NOW)
    appeals.decide(desk.appeals.id, made.pk, Ruling(Outcome.REJECTED, ANSWER), NOW)
    with pytest.raises(NoSuchDemand):
        appeals.decide(member(Role.APPEALS).id, made.pk, Ruling(Outcome.WITHDRAWN, ANSWER), NOW)


# ---------------------------------------------------------------- undoing takes one person


def test_p7_suspended_then_withdrawn_and_never_both_ways(desk: Desk, restriction: Restriction) -> None:
    later.suspend(desk.approver.id, restriction.pk, "review", NOW)
    with pytest.raises(NoSuchRestriction):
        later.suspend(desk.approver.id, restriction.pk, "review", NOW)
    later.withdraw(desk.reviewer.id, restriction.pk, "court_order", NOW)
    with pytest.raises(NoSuchRestriction):
        later.withdraw(desk.reviewer.id, restriction.pk, "court_order", NOW)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"territories": frozenset()},
        {"territories": frozenset({Code("FR"), Code("GP"), Code("RE")})},
        {"territories": frozenset({Code("DE")})},
        {"until": NOW + timedelta(days=31)},
        {"until": NOW},
    ],
)
def test_p1_a_correction_never_reaches_further(
    desk: Desk, restriction: Restriction, fields: dict[str, Any]
) -> None:
    with pytest.raises(NotNarrower):
        later.narrow(desk.reviewer.id, restriction.pk, NOW, **fields)

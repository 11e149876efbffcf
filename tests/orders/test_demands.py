"""A demand's way: recorded and logged whatever it is, cut to its territory, signed by two, or refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bailiwick.accounts.errors import RoleNeeded
from bailiwick.accounts.models import Audit, RoleGrant
from bailiwick.accounts.roles import Role
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.entries import parse
from bailiwick.ledger.models import Document, Outbox
from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions import authorities, granting, intake
from bailiwick.orders.actions.intake import Added, Letter, missing
from bailiwick.orders.errors import (
    BadApproval,
    BeyondTerritory,
    InvalidOrder,
    NoSuchRestriction,
    NotPossibleNow,
    SamePerson,
    UnknownPasskey,
)
from bailiwick.orders.models import Answer, Approval, Channel, DemandState, Restriction, Target
from bailiwick.rules.territory import Code
from tests.orders import kit
from tests.orders.desk import NOW, Desk, approval, close, end, give, member, withhold
from tests.orders.kit import Registry
from tests.orders.passkey import Passkey

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


def logged(kind: str) -> list[Any]:
    return [parse(bytes(row.entry)) for row in Outbox.objects.filter(type=kind).order_by("id")]


# ---------------------------------------------------------------- authorities


def test_p5_an_authority_takes_two_people_and_an_entry(desk: Desk) -> None:
    made = authorities.propose(
        desk.reviewer.id, name="Office", state="CN", kind="police", channels="sealed letter", now=NOW
    )
    give(desk.reviewer.account, Role.APPROVER)
    with pytest.raises(SamePerson):
        authorities.approve(desk.reviewer.id, made.pk, NOW)
    with pytest.raises(InvalidOrder):
        desk.receive(made)
    assert logged("authority.added") == []
    authorities.approve(desk.approver.id, made.pk, NOW)
    (entry,) = logged("authority.added")
    assert (entry.authority, entry.state, entry.kind) == (made.pk.hex, "CN", "police")
    assert ledger.document(entry.document) is not None


@pytest.mark.parametrize(
    ("state", "kind"),
    [("ZZ", "court"), ("EU", "court"), ("DE", "supranational"), ("CN", "friend"), ("", "court")],
)
def test_p1_an_authoritys_state_is_a_code_or_a_group_and_nothing_typed_in(
    desk: Desk, state: str, kind: str
) -> None:
    with pytest.raises(InvalidOrder):
        authorities.propose(desk.intake.id, name="Office", state=state, kind=kind, channels="seal", now=NOW)


# ---------------------------------------------------------------- intake


def test_every_demand_is_logged_in_the_transaction_that_records_it(desk: Desk) -> None:
    made = desk.receive(desk.authority(), withhold(kit.new_meeting()))
    (entry,) = logged("demand.received")
    assert (entry.demand, entry.state, entry.day) == (made.pk.hex, "CN", NOW.date())
    assert ledger.salt(entry.original) is not None


def test_p11_a_demand_for_secrecy_is_refused_at_once_and_logged(desk: Desk) -> None:
    made = desk.receive(desk.authority(), withhold(kit.new_meeting()), confidential=True)
    assert made.status == DemandState.REFUSED
    assert [entry.reasons for entry in logged("demand.refused")] == [("secret",)]
    with pytest.raises(NotPossibleNow):
        intake.examine(desk.intake.id, made.pk, NOW)


def test_p11_secrecy_asked_later_is_refused_too(desk: Desk) -> None:
    made = desk.receive(desk.authority(), withhold(kit.new_meeting()))
    said = Added({"confidential": True})
    assert intake.supplement(desk.intake.id, made.pk, NOW, said).status == DemandState.REFUSED


@pytest.mark.parametrize("channel", [Channel.VERBAL, Channel.OTHER_WRITING])
def test_what_is_verbal_or_informal_is_recorded_and_refused(desk: Desk, channel: Channel) -> None:
    made = desk.receive(desk.authority(), withhold(kit.new_meeting()), channel=channel)
    assert made.status == DemandState.REFUSED
    assert logged("demand.received")
    assert logged("demand.refused")[0].reasons == ("not_authentic",)


def test_an_unknown_authority_is_recorded_by_its_own_word_and_cannot_be_reviewed(desk: Desk) -> None:
    whole = desk.letter(desk.authority("FR"), withhold(kit.new_meeting()))
    letter = replace(whole, authority_id=None, state="FR", kind="police")
    made = intake.receive(desk.intake.id, letter, b"original", NOW)
    assert logged("demand.received")[0].authority is None
    assert missing(made) == []
    with pytest.raises(InvalidOrder) as refused:
        intake.examine(desk.intake.id, made.pk, NOW)
    assert refused.value.field == "authority"
    assert not logged("demand.examined")


@pytest.mark.parametrize(
    ("state", "kind", "field"),
    [("USA", "court", "state"), ("ZZ", "court", "state"), ("UK", "police", "state"), ("cn", "court", "state"),
     ("EU", "court", "kind"), ("FR", "supranational", "kind"), ("FR", "friend", "kind"),
     ("", "court", "authority")],
)  # fmt: skip
def test_nothing_is_logged_for_ever_of_a_state_or_kind_that_there_is_not(
    desk: Desk, state: str, kind: str, field: str
) -> None:
    with pytest.raises(InvalidOrder) as refused:
        intake.receive(desk.intake.id, Letter(state=state, kind=kind), b"original", NOW)
    assert refused.value.field == field
    assert not logged("demand.received")


@pytest.mark.parametrize("state", ["EU", "EEA", "XK"])
def test_a_body_of_a_group_may_demand_by_its_own_word_too(desk: Desk, state: str) -> None:
    kind = "court" if state == "XK" else "supranational"
    intake.receive(desk.intake.id, Letter(state=state, kind=kind), b"original", NOW)
    assert [(each.state, each.kind) for each in logged("demand.received")] == [(state, kind)]


@pytest.mark.parametrize(
    "name",
    [
        "reference",
        "contact",
        "law",
        "law_url",
        "statement",
        "territories",
        "redress_provider",
        "redress_recipient",
        "language",
        "issued_on",
        "ends_at",
    ],
)
def test_a_demand_that_leaves_something_out_goes_back_until_it_is_said(desk: Desk, name: str) -> None:
    authority = desk.authority()
    whole = desk.letter(authority, withhold(kit.new_meeting()))
    empty: Any = () if name == "territories" else None if name in {"issued_on", "ends_at"} else ""
    made = intake.receive(desk.intake.id, replace(whole, **{name: empty}), b"original", NOW)
    assert missing(made) == [name]
    assert intake.examine(desk.intake.id, made.pk, NOW).status == DemandState.INCOMPLETE
    intake.supplement(desk.intake.id, made.pk, NOW, Added({name: getattr(whole, name)}))
    assert intake.examine(desk.intake.id, made.pk, NOW).status == DemandState.UNDER_REVIEW


def test_an_emergency_shortens_the_clock_and_not_the_two_people(desk: Desk) -> None:
    authority = desk.authority()
    urgent = desk.under_review(authority, withhold(kit.new_meeting()), emergency=True)
    plain = desk.receive(authority, withhold(kit.new_meeting()))
    assert urgent.due_at is not None
    assert plain.due_at is not None
    assert urgent.due_at < plain.due_at
    made = desk.signed(urgent)
    give(desk.reviewer.account, Role.APPROVER)
    with pytest.raises(SamePerson):
        granting.approve(desk.reviewer.id, made.pk, approval(desk.reviewer, made), NOW)


def test_refusing_takes_one_person_and_a_reason(desk: Desk) -> None:
    made = desk.under_review(desk.authority(), withhold(kit.new_meeting()))
    with pytest.raises(InvalidOrder):
        intake.refuse(desk.reviewer.id, made.pk, [], NOW)
    made = intake.refuse(desk.reviewer.id, made.pk, ["not_necessary", "not_competent"], NOW)
    assert made.status == DemandState.REFUSED
    assert logged("demand.refused")[0].reasons == ("not_competent", "not_necessary")
    assert {target.answer for target in made.targets.all()} == {Answer.REFUSED}


# ---------------------------------------------------------------- granting


def test_p1_what_exceeds_the_territory_is_cut_and_the_cut_is_published_with_the_entry(desk: Desk) -> None:
    demand = desk.under_review(
        desk.authority(), withhold(kit.new_meeting()), territories=("CN", "HK", "MO", "TW", "US")
    )
    made = desk.granted(demand)
    demand.refresh_from_db()
    assert made.territories == ["CN"]
    assert demand.status == DemandState.NARROWED
    (entry,) = logged("restriction.approved")
    text = bytes(Document.objects.get(sha256=entry.document).data).decode()
    assert '"cut": [\n  "HK",\n  "MO",\n  "TW",\n  "US"\n ]' in text


def test_p1_a_demand_for_other_territories_alone_cannot_be_proposed(desk: Desk) -> None:
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()), territories=("HK", "TW"))
    with pytest.raises(BeyondTerritory):
        desk.propose(demand)


def test_a_demand_granted_as_it_was_asked_is_granted_in_full(desk: Desk) -> None:
    demand = desk.under_review(desk.authority("FR", "court"), withhold(kit.new_meeting()))
    desk.granted(demand, until=demand.ends_at)
    demand.refresh_from_db()
    assert demand.status == DemandState.GRANTED


@pytest.mark.parametrize(
    "fields",
    [
        {"until": NOW + timedelta(days=90, seconds=1)},
        {"until": NOW + timedelta(days=61)},
        {"begins": NOW - timedelta(seconds=1)},
        {"begins": NOW + timedelta(days=30)},
        {"law": "no number"},
        {"reasons": ()},
        {"reasons": ("because",)},
    ],
)
def test_p6_a_plan_beyond_what_may_be_is_refused(desk: Desk, fields: dict[str, Any]) -> None:
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()))
    with pytest.raises(InvalidOrder):
        desk.propose(demand, **fields)
    assert not Restriction.objects.exists()


def test_nothing_is_proposed_before_the_questions_are_answered_in_writing(desk: Desk) -> None:
    demand = desk.receive(desk.authority(), withhold(kit.new_meeting()))
    demand = intake.examine(desk.intake.id, demand.pk, NOW)
    with pytest.raises(NotPossibleNow):
        desk.propose(demand)


def test_p3_what_two_people_approved_is_what_the_gate_enforces(desk: Desk, registry: Registry) -> None:
    row = kit.new_meeting()
    made = desk.granted(desk.under_review(desk.authority(), end(row)))
    proofs = registry.proofs()
    assert proofs.of(row.pk, 1).restrictions == ()
    registry.publish()
    proofs.follow()
    row.refresh_from_db()
    (found,) = proofs.of(row.pk, row.revision).restrictions
    assert (found.id, found.territory) == (made.pk.hex, {"CN"})
    assert registry.alarms == []


# ---------------------------------------------------------------- P5


def test_p5_nobody_approves_what_they_proposed_superusers_included(desk: Desk) -> None:
    everything = member(Role.REVIEWER, Role.APPROVER, superuser=True)
    desk.reviewer = everything
    made = desk.signed(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    with pytest.raises(SamePerson):
        granting.approve(everything.id, made.pk, approval(everything, made), NOW)
    assert logged("restriction.approved") == []


def test_p5_a_superuser_without_a_role_may_nothing(desk: Desk) -> None:
    made = desk.signed(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    root = member(superuser=True)
    with pytest.raises(RoleNeeded):
        granting.approve(root.id, made.pk, approval(root, made), NOW)


def test_p5_one_passkey_on_two_accounts_is_one_person(desk: Desk) -> None:
    made = desk.signed(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    twin = member(Role.APPROVER, registered=False)
    from tests.orders.desk import register

    twin.passkey = desk.reviewer.passkey
    register(twin.account, twin.passkey)
    with pytest.raises(SamePerson):
        granting.approve(twin.id, made.pk, approval(twin, made), NOW)


def test_p5_a_passkey_nobody_registered_approves_nothing(desk: Desk) -> None:
    made = desk.signed(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    with pytest.raises(UnknownPasskey):
        granting.approve(desk.approver.id, made.pk, Passkey().approve(b"x"), NOW)


def test_p5_a_signature_over_another_restriction_approves_nothing(desk: Desk) -> None:
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()), withhold(kit.new_meeting()))
    one, other = desk.signed(demand), desk.signed(demand, 1)
    with pytest.raises(BadApproval):
        granting.approve(desk.approver.id, one.pk, approval(desk.approver, other), NOW)


@pytest.mark.parametrize(
    "change",
    [{"territories": ["CN", "HK"]}, {"expires_at": NOW + timedelta(days=40)}, {"law": "Act 6 art. 1"}],
)
def test_p5_what_was_changed_after_it_was_signed_is_not_approved(desk: Desk, change: dict[str, Any]) -> None:
    made = desk.signed(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    Restriction.objects.filter(pk=made.pk).update(**change)
    with pytest.raises((BadApproval, BeyondTerritory, NotPossibleNow)):
        granting.approve(desk.approver.id, made.pk, approval(desk.approver, made), NOW)
    assert logged("restriction.approved") == []


def test_p5_who_proposed_it_and_lost_the_role_has_proposed_nothing(desk: Desk) -> None:
    made = desk.signed(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    RoleGrant.objects.filter(account=desk.reviewer.account).delete()
    with pytest.raises(RoleNeeded):
        granting.approve(desk.approver.id, made.pk, approval(desk.approver, made), NOW)


def test_p5_it_is_approved_once(desk: Desk) -> None:
    made = desk.granted(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    with pytest.raises(NoSuchRestriction):
        granting.approve(desk.approver.id, made.pk, approval(desk.approver, made), NOW)
    assert len(logged("restriction.approved")) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(restriction=made, position=1).update(account=desk.reviewer.account)


# ---------------------------------------------------------------- P2


def test_p2_the_case_of_2020_no_meeting_ended_and_no_account_touched(desk: Desk, registry: Registry) -> None:
    """Four meetings, hosts in three countries; an order to end all four and close three accounts."""
    meetings = [kit.new_meeting() for _ in range(4)]
    hosts = [row.host for row in meetings[:3]]
    demand = desk.under_review(
        desk.authority(), *map(end, meetings), *map(close, hosts), territories=("CN", "HK", "US")
    )
    for place in range(4):
        desk.granted(demand, place)
    for target in demand.targets.filter(account__isnull=False):
        granting.refuse_target(desk.reviewer.id, target.pk, ["not_possible_here"], NOW)
    demand.refresh_from_db()
    assert demand.status == DemandState.NARROWED
    registry.publish()
    proofs = registry.proofs()
    proofs.follow()
    for row in Meeting.objects.all():
        assert row.ended_at is None
        assert [found.territory for found in proofs.of(row.pk, row.revision).restrictions] == [{"CN"}]
    for host in hosts:
        host.refresh_from_db()
        assert host.is_active
    assert registry.alarms == []


def test_p2_no_restriction_can_be_proposed_for_an_account(desk: Desk) -> None:
    demand = desk.under_review(desk.authority(), close(kit.new_meeting().host))
    with pytest.raises(NotPossibleNow):
        desk.propose(demand)
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.filter(demand=demand).update(answer=Answer.RESTRICTED)


def test_a_demand_all_of_whose_targets_are_refused_is_refused_in_the_log(desk: Desk) -> None:
    demand = desk.under_review(desk.authority(), close(kit.new_meeting().host), end(kit.new_meeting()))
    for target, reason in zip(demand.targets.all(), ["not_possible_here", "not_proportionate"], strict=True):
        granting.refuse_target(desk.reviewer.id, target.pk, [reason], NOW)  # type: ignore[list-item]
    assert logged("demand.refused")[0].reasons == ("not_possible_here", "not_proportionate")


# ---------------------------------------------------------------- renewal


def test_p6_a_renewal_is_a_new_demand_that_names_the_restriction_before(desk: Desk) -> None:
    row, authority = kit.new_meeting(), desk.authority()
    first = desk.granted(desk.under_review(authority, withhold(row)))
    again = desk.granted(desk.under_review(authority, withhold(row)), renews=first.pk)
    assert again.renews_id == first.pk
    assert logged("restriction.approved")[1].renews == first.pk.hex
    other = desk.under_review(desk.authority("FR", "court"), withhold(row))
    with pytest.raises(InvalidOrder):
        desk.propose(other, renews=first.pk)


def test_p6_one_demand_restricts_a_meeting_once(desk: Desk) -> None:
    row = kit.new_meeting()
    demand = desk.under_review(desk.authority(), withhold(row), end(row), withhold(kit.new_meeting()))
    desk.granted(demand)
    with pytest.raises(NotPossibleNow):
        desk.propose(demand, 1)


def test_a_discarded_proposal_leaves_nothing_and_can_be_made_again(desk: Desk) -> None:
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()))
    made = desk.signed(demand)
    granting.discard(desk.approver.id, made.pk, NOW)
    assert ledger.salt(made.target) is None
    desk.granted(demand, only=frozenset({Code("CN")}))


# ---------------------------------------------------------------- the trail


def test_every_act_is_in_the_audit_trail_with_who_did_it(desk: Desk) -> None:
    desk.granted(desk.under_review(desk.authority(), withhold(kit.new_meeting())))
    acts = list(Audit.objects.order_by("id").values_list("code", "actor"))
    assert acts == [
        ("authority.proposed", desk.intake.id),
        ("authority.approved", desk.approver.id),
        ("demand.received", desk.intake.id),
        ("demand.examined", desk.intake.id),
        ("demand.reviewed", desk.reviewer.id),
        ("restriction.proposed", desk.reviewer.id),
        ("restriction.signed", desk.reviewer.id),
        ("restriction.approved", desk.approver.id),
    ]


def test_p9_no_entry_has_an_id_of_a_meeting_or_an_account(desk: Desk) -> None:
    row = kit.new_meeting()
    desk.granted(desk.under_review(desk.authority(), end(row), close(row.host)))
    private = [row.pk, row.host_id, desk.reviewer.id, desk.approver.id, desk.intake.id]
    words = [word for each in private for word in (each.hex, str(each))] + [row.slug, row.title]
    texts = [bytes(each.entry).decode() for each in Outbox.objects.all()]
    texts += [bytes(each.data).decode() for each in Document.objects.all()]
    assert not [word for word in words for text in texts if word in text]

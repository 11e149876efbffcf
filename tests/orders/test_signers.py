"""Whose passkeys may sign: the way onto the roll and off it, and that nobody signs who is not on it (P5)."""

from datetime import timedelta
from typing import Any

import pytest

from bailiwick.accounts.errors import RoleNeeded
from bailiwick.accounts.models import Audit, RoleGrant
from bailiwick.accounts.roles import Role
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.entries import SignerAdded, statement
from bailiwick.ledger.errors import LogKeyMissing
from bailiwick.ledger.queries import appended
from bailiwick.ledger.roll import roll_now
from bailiwick.orders.actions import granting, signers
from bailiwick.orders.entries import signer_statement
from bailiwick.orders.errors import (
    AlreadySigner,
    BadApproval,
    NoSigner,
    NoSuchDemand,
    NotPossibleNow,
    SamePerson,
    UnknownPasskey,
)
from bailiwick.orders.models import Signer
from bailiwick.orders.signer_queries import by_fingerprint, on_roll
from tests.orders.desk import NOW, Desk, Member, approval, member, register, withhold
from tests.orders.kit import Registry, new_meeting
from tests.orders.passkey import SITE, Passkey

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(registry: Registry) -> Desk:
    """Each of them may sign."""
    return Desk()


@pytest.fixture
def newcomer(registry: Registry) -> Member:
    return member(Role.APPROVER, signs=False)


def signed(who: Member, row: Signer, key: Passkey | None = None) -> Any:
    return (key or who.passkey).approve(statement(signer_statement(row)))


def proposed(who: Member, key: Passkey | None = None) -> Signer:
    made = signers.propose(who.id, (key or who.passkey).pair.public, NOW)
    signers.prove(who.id, made.pk, signed(who, made, key), NOW)
    made.refresh_from_db()
    return made


def approve(by: Member, row: Signer, key: Passkey | None = None) -> Signer:
    return signers.approve(by.id, row.pk, signed(by, row, key), NOW)


def may_sign(who: Member) -> bool:
    return roll_now().may_sign(who.passkey.approve(b"").key)


def test_p5_a_passkey_gets_on_the_roll_by_its_holder_and_two_that_may_sign(
    desk: Desk, newcomer: Member
) -> None:
    row = proposed(newcomer)
    approve(desk.reviewer, row)
    assert not may_sign(newcomer)
    made = approve(desk.approver, row)
    assert may_sign(newcomer)
    assert made.outbox_id is not None
    _, entry = appended(OutboxId(made.outbox_id)) or (None, None)
    assert isinstance(entry, SignerAdded)
    assert {each.key for each in entry.approvals or ()} == {
        each.passkey.approve(b"").key for each in (desk.reviewer, desk.approver)
    }
    codes = list(
        Audit.objects.filter(subject=f"signer:{row.pk}").order_by("pk").values_list("code", flat=True)
    )
    assert codes == ["signer.proposed", "signer.proven", "signer.approved", "signer.approved"]


def test_p5_whoever_may_not_sign_approves_nobody(desk: Desk, newcomer: Member) -> None:
    row = proposed(newcomer)
    for who in (newcomer, member(Role.REVIEWER, signs=False)):
        with pytest.raises(NoSigner):
            approve(who, row)
    assert not row.approvals.exists()


def test_p5_one_person_is_not_two(desk: Desk, newcomer: Member) -> None:
    row = proposed(newcomer)
    approve(desk.reviewer, row)
    with pytest.raises(SamePerson):
        approve(desk.reviewer, row)
    assert not may_sign(newcomer)


def test_a_passkey_that_its_holder_has_not_shown_is_approved_by_nobody(desk: Desk, newcomer: Member) -> None:
    row = signers.propose(newcomer.id, newcomer.passkey.pair.public, NOW)
    with pytest.raises(NotPossibleNow):
        approve(desk.reviewer, row)


def test_it_is_shown_with_itself_and_by_its_holder(desk: Desk, newcomer: Member) -> None:
    row = signers.propose(newcomer.id, newcomer.passkey.pair.public, NOW)
    with pytest.raises(BadApproval):
        signers.prove(newcomer.id, row.pk, signed(newcomer, row, Passkey(site=SITE)), NOW)
    with pytest.raises(SamePerson):
        signers.prove(desk.approver.id, row.pk, signed(desk.approver, row), NOW)
    with pytest.raises(BadApproval):
        signers.prove(newcomer.id, row.pk, newcomer.passkey.approve(b"another text"), NOW)


def test_only_a_passkey_of_ones_own_account_is_proposed(desk: Desk, newcomer: Member) -> None:
    with pytest.raises(UnknownPasskey):
        signers.propose(newcomer.id, desk.approver.passkey.pair.public, NOW)


def test_p5_a_new_passkey_takes_the_place_of_its_holders_old_one_which_may_approve_it(desk: Desk) -> None:
    holder, fresh = desk.approver, Passkey(site=SITE)
    register(holder.account, fresh, b"second")
    row = proposed(holder, fresh)
    assert row.instead_of == holder.passkey.approve(b"").key
    approve(holder, row)
    approve(desk.reviewer, row)
    assert not may_sign(holder)
    assert roll_now().may_sign(row.key)


def test_p5_nobody_gets_two_passkeys_that_count(desk: Desk, newcomer: Member) -> None:
    other = Passkey(site=SITE)
    register(newcomer.account, other, b"second")
    rows = [proposed(newcomer), proposed(newcomer, other)]
    for who in (desk.reviewer, desk.approver):
        approve(who, rows[0])
    with pytest.raises(NotPossibleNow):
        approve(desk.reviewer, rows[1])


def test_p5_what_was_checked_is_checked_again_with_the_second_approval(desk: Desk, newcomer: Member) -> None:
    row = proposed(newcomer)
    approve(desk.reviewer, row)
    signers.remove(desk.appeals.id, desk.reviewer.passkey.approve(b"").key, "lost", NOW)
    with pytest.raises(NoSigner):
        approve(desk.approver, row)
    RoleGrant.objects.filter(account=newcomer.account).delete()
    with pytest.raises(RoleNeeded):
        approve(desk.appeals, row)


def test_p5_a_removed_passkey_signs_nothing_and_never_comes_back(desk: Desk) -> None:
    demand = desk.under_review(desk.authority(), withhold(new_meeting()))
    made = desk.propose(demand)
    key = desk.reviewer.passkey.approve(b"").key
    signers.remove(desk.intake.id, key, "compromised", NOW)
    with pytest.raises(NoSigner):
        granting.sign(desk.reviewer.id, made.pk, approval(desk.reviewer, made), NOW)
    with pytest.raises(NoSigner):
        signers.remove(desk.intake.id, key, "lost", NOW)
    with pytest.raises(AlreadySigner):
        signers.propose(desk.reviewer.id, desk.reviewer.passkey.pair.public, NOW)


def test_p5_a_first_signature_counts_no_more_once_its_passkey_is_removed(desk: Desk) -> None:
    made = desk.signed(desk.under_review(desk.authority(), withhold(new_meeting())))
    signers.remove(desk.intake.id, desk.reviewer.passkey.approve(b"").key, "left", NOW)
    with pytest.raises(NoSigner):
        granting.approve(desk.approver.id, made.pk, approval(desk.approver, made), NOW)


def test_p5_whoever_may_not_sign_approves_no_restriction(desk: Desk, newcomer: Member) -> None:
    made = desk.signed(desk.under_review(desk.authority(), withhold(new_meeting())))
    with pytest.raises(NoSigner):
        granting.approve(newcomer.id, made.pk, approval(newcomer, made), NOW)


def test_a_proposal_is_discarded_by_one_person_and_can_be_made_again(desk: Desk, newcomer: Member) -> None:
    row = proposed(newcomer)
    with pytest.raises(AlreadySigner):
        signers.propose(newcomer.id, newcomer.passkey.pair.public, NOW)
    signers.discard(desk.intake.id, row.pk, NOW)
    with pytest.raises(NoSuchDemand):
        approve(desk.reviewer, row)
    proposed(newcomer)


# ---------------------------------------------------------------- where it begins


def begin(registry: Registry, *rows: Signer) -> None:
    now = registry.clock() + timedelta(minutes=1)
    signers.begin([row.pk for row in rows], registry.log.configuration, now)


def test_p5_the_log_begins_anew_with_two_people_and_nobody_of_before(
    registry: Registry, desk: Desk, newcomer: Member
) -> None:
    other = member(Role.REVIEWER, signs=False)
    begin(registry, proposed(newcomer), proposed(other))
    assert {each.holder for each in on_roll()} == {newcomer.account.email, other.account.email}
    assert len(roll_now().begun) == 2
    assert not may_sign(desk.reviewer)
    assert Audit.objects.filter(code="signers.begun", actor=None).count() == 1


def test_an_entry_that_would_have_no_effect_is_not_written(registry: Registry, newcomer: Member) -> None:
    """The clock is behind the last one."""
    rows = [proposed(newcomer), proposed(member(Role.REVIEWER, signs=False))]
    with pytest.raises(NotPossibleNow):
        signers.begin([row.pk for row in rows], registry.log.configuration, NOW - timedelta(days=9000))
    assert not may_sign(newcomer)


def test_p5_it_takes_two_people_who_have_shown_theirs(registry: Registry, newcomer: Member) -> None:
    second = Passkey(site=SITE)
    register(newcomer.account, second, b"second")
    with pytest.raises(SamePerson):
        begin(registry, proposed(newcomer), proposed(newcomer, second))
    other = member(Role.REVIEWER, signs=False)
    with pytest.raises(NotPossibleNow):
        begin(
            registry,
            Signer.objects.get(key=newcomer.passkey.approve(b"").key),
            signers.propose(other.id, other.passkey.pair.public, NOW),
        )
    assert not may_sign(newcomer)


def test_p5_a_row_put_there_by_hand_begins_nothing(registry: Registry, newcomer: Member) -> None:
    rows = [proposed(newcomer), proposed(member(Role.REVIEWER, signs=False))]
    Signer.objects.filter(pk=rows[1].pk).update(signature=b"forged")
    with pytest.raises(BadApproval):
        begin(registry, *rows)


def test_p5_without_the_logs_key_nobody_begins_anything(registry: Registry, newcomer: Member) -> None:
    rows = [proposed(newcomer), proposed(member(Role.REVIEWER, signs=False))]
    registry.log.configuration.key_file.unlink()
    with pytest.raises(LogKeyMissing):
        begin(registry, *rows)


def test_a_fingerprint_names_one_passkey_or_none(registry: Registry, newcomer: Member) -> None:
    row = proposed(newcomer)
    assert by_fingerprint(f" {row.key[:8]} {row.key[8:20].upper()}") == row
    for text in (row.key[:15], "0" * 64, ""):
        with pytest.raises(NoSuchDemand):
            by_fingerprint(text)

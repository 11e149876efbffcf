"""What a gate takes for proven: the entry in the log, by its own key and policy, and not a row."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bailiwick.gate.proofs import GRACE, RETRY, Proofs
from bailiwick.gate.signers import Signers, SignersUnproven
from bailiwick.gate.verifying import configured_trust
from bailiwick.ledger import actions as ledger
from bailiwick.ledger import keyfile, triggers
from bailiwick.ledger.actions import commit_to, erase
from bailiwick.ledger.entries import SignerAdded, SignerRemoved
from bailiwick.ledger.models import Entry, Salt
from bailiwick.ledger.rotating import retire, rotate
from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions.later import narrow_now, suspend_now, withdraw_now
from bailiwick.orders.entries import begins
from bailiwick.orders.models import Approval, Restriction
from bailiwick.rules import restriction as rules
from bailiwick.rules.territory import Code
from bailiwick.tlog.keys import SigningKey
from tests.orders import kit
from tests.orders.kit import Registry
from tests.orders.passkey import EdDsa, Passkey
from tests.signing.kit import text_of

pytestmark = pytest.mark.django_db
EU_STATE = "EU"


@pytest.fixture
def row(registry: Registry) -> Meeting:
    return kit.new_meeting()


def look(proofs: Proofs, row: Meeting) -> tuple[rules.Restriction, ...]:
    """What is enforced in the meeting as it is now, and the alarms raised."""
    kit.touch(row.pk)
    row.refresh_from_db()
    found = proofs.of(row.pk, row.revision)
    proofs.follow()
    return found.restrictions


def ready(registry: Registry, row: Meeting, state: str = "CN", **fields: Any) -> tuple[Restriction, Proofs]:
    """A restriction with its proof, and a gate that has not seen it yet."""
    made = kit.restrict(row, state, **fields)
    registry.publish()
    proofs = registry.proofs()
    proofs.follow()
    made.refresh_from_db()
    assert made.proof is not None
    return made, proofs


def test_p3_a_proven_restriction_is_what_its_entry_says(registry: Registry, row: Meeting) -> None:
    made, proofs = ready(registry, row)
    (found,) = look(proofs, row)
    assert found == rules.Restriction(
        made.pk.hex, frozenset({Code("CN")}), begins(made), made.expires_at, proven=True
    )
    assert registry.alarms == []


def test_p3_without_a_proof_nothing_is_enforced_and_after_a_minute_it_is_an_alarm(
    registry: Registry, row: Meeting
) -> None:
    kit.restrict(row)
    proofs = registry.proofs()
    assert look(proofs, row) == ()
    assert registry.alarms == []
    registry.clock.advance(GRACE.total_seconds() + 1)
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_unproven"}


@pytest.mark.parametrize("hours", [1, 24 * 7])
def test_p3_a_minute_begins_with_the_second_approval_however_long_two_people_took(
    registry: Registry, row: Meeting, hours: int
) -> None:
    """An alarm at every approval is one that nobody looks at any more."""
    made = kit.propose(row, now=registry.clock() - timedelta(hours=hours))
    kit.sign(made)
    made.approvals.filter(position=1).update(at=registry.clock())
    made.refresh_from_db()
    kit.approve(made, list(made.approvals.all()))
    proofs = registry.proofs()
    assert look(proofs, row) == ()
    assert registry.alarms == []
    registry.clock.advance(GRACE.total_seconds() + 1)
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_unproven"}


def test_p3_without_a_quorum_of_witnesses_nothing_is_enforced(registry: Registry, row: Meeting) -> None:
    registry.log.witnesses["ngo"].down = True
    kit.restrict(row)
    for _ in range(3):
        registry.process.step()
    proofs = registry.proofs()
    proofs.follow()
    assert look(proofs, row) == ()


def another_meeting(made: Restriction) -> dict[str, Any]:
    return {"meeting": kit.new_meeting()}


TAMPERED: dict[str, Callable[[Restriction], dict[str, Any]]] = {
    "territory_widened": lambda made: {"territories": ["CN", "HK"]},
    "territory_emptied": lambda made: {"territories": []},
    "territory_no_codes": lambda made: {"territories": "CN"},
    "end_moved": lambda made: {"expires_at": made.expires_at + timedelta(days=1)},
    "beginning_moved": lambda made: {"effective_from": made.effective_from - timedelta(days=1)},
    "fraction_of_a_second": lambda made: {"expires_at": made.expires_at + timedelta(microseconds=1)},
    "another_state": lambda made: {"state": "US"},
    "another_law": lambda made: {"law": "Another law, art. 1"},
    "another_target": lambda made: {"target": commit_to(b"x" * 16)},
    "another_document": lambda made: {"document": "0" * 64},
    "other_reasons": lambda made: {"reasons": ["defamation"]},
}


@pytest.mark.parametrize("change", TAMPERED)
def test_p3_a_row_changed_behind_the_logs_back_is_not_enforced(
    registry: Registry, row: Meeting, change: str
) -> None:
    made, proofs = ready(registry, row)
    Restriction.objects.filter(pk=made.pk).update(**TAMPERED[change](made))
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_altered"}


@pytest.mark.parametrize("change", TAMPERED)
def test_p3_a_row_changed_after_it_was_verified_is_no_longer_enforced(
    registry: Registry, row: Meeting, change: str
) -> None:
    made, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    Restriction.objects.filter(pk=made.pk).update(**TAMPERED[change](made))
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_altered"}


def test_p1_a_row_moved_to_another_meeting_is_not_enforced_there(registry: Registry, row: Meeting) -> None:
    made, proofs = ready(registry, row)
    other = kit.new_meeting()
    Restriction.objects.filter(pk=made.pk).update(meeting=other)
    assert look(proofs, other) == ()
    assert registry.codes == {"restriction_target_unknown"}


def test_a_row_moved_with_a_salt_made_up_for_it_is_not_enforced_there(
    registry: Registry, row: Meeting
) -> None:
    made, proofs = ready(registry, row)
    other = kit.new_meeting()
    Restriction.objects.filter(pk=made.pk).update(meeting=other)
    Salt.objects.filter(commitment=made.target).update(salt=b"s" * 32)
    assert look(proofs, other) == ()


def test_an_erased_salt_is_an_alarm_and_not_enforced(registry: Registry, row: Meeting) -> None:
    made, proofs = ready(registry, row)
    assert erase(made.target)
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_target_unknown"}


@pytest.mark.parametrize("at", [0, 30, 60, -1, -40])
def test_p3_a_proof_with_one_byte_changed_is_not_believed_and_todays_is_fetched(
    registry: Registry, row: Meeting, at: int
) -> None:
    made, proofs = ready(registry, row)
    proof = bytearray(made.proof)
    proof[at] ^= 1
    Restriction.objects.filter(pk=made.pk).update(proof=bytes(proof))
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_proof_refused"}
    assert len(look(proofs, row)) == 1


def test_p3_another_restrictions_proof_proves_nothing(registry: Registry, row: Meeting) -> None:
    made, proofs = ready(registry, row)
    other, _ = ready(registry, kit.new_meeting(), "FR")
    Restriction.objects.filter(pk=made.pk).update(proof=other.proof)
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_altered"}


def test_p3_the_gate_believes_its_own_key_and_not_the_databases(
    registry: Registry, row: Meeting, tmp_path: Any
) -> None:
    """An intruder who owns the database puts up a log of their own: the gate's key did not sign it."""
    forged = kit.open_registry(tmp_path / "forged", _Settings(), registry.clock, begin=False)
    made, _ = ready(registry, row)
    object.__setattr__(registry.log.configuration, "key_file", forged.log.configuration.key_file)
    proofs = registry.proofs()
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_proof_refused"}
    assert made.proof is not None


class _Settings:
    LEDGER: Any = None


def test_p3_a_policy_that_asks_for_no_witness_enforces_nothing(registry: Registry, row: Meeting) -> None:
    _, proofs = ready(registry, row)
    registry.log.configuration.policy.write_text("quorum none\n")
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_without_witness"}


def test_p3_a_witness_unknown_to_the_gates_policy_counts_for_nothing(
    registry: Registry, row: Meeting
) -> None:
    _, proofs = ready(registry, row)
    registry.log.with_witnesses("other")
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_proof_refused"}


def test_a_missing_key_file_is_an_alarm_and_harms_nobody_already_proven_stays(
    registry: Registry, row: Meeting
) -> None:
    _, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    registry.log.configuration.key_file.rename(registry.log.configuration.key_file.with_name("away"))
    assert len(look(proofs, row)) == 1
    fresh = registry.proofs()
    assert look(fresh, row) == ()
    assert registry.codes == {"log_key_missing"}


def test_what_was_not_enforced_is_looked_at_again_when_the_fault_is_gone(
    registry: Registry, row: Meeting
) -> None:
    _, proofs = ready(registry, row)
    key = registry.log.configuration.key_file
    key.rename(key.with_name("away"))
    assert look(proofs, row) == ()
    key.with_name("away").rename(key)
    assert proofs.of(row.pk, row.revision).restrictions == ()
    registry.clock.advance(RETRY.total_seconds() + 1)
    assert proofs.follow()
    assert len(proofs.of(row.pk, row.revision).restrictions) == 1


# ---------------------------------------------------------------- who approved


def test_p5_without_two_approvals_nothing_is_enforced(registry: Registry, row: Meeting) -> None:
    made = kit.propose(row)
    kit.approve_unsigned(made)
    assert_unapproved(registry, row)


def test_p5_one_passkey_twice_is_not_two_people(registry: Registry, row: Meeting) -> None:
    key = Passkey()
    made = kit.propose(row)
    with pytest.raises(Exception, match="approval"):
        kit.sign(made, key, key)


@pytest.mark.parametrize("bad", [Passkey(flags=0x01), Passkey(flags=0x04), Passkey(kind="webauthn.create")])
def test_p5_a_bad_signature_is_no_approval(registry: Registry, row: Meeting, bad: Passkey) -> None:
    made = kit.propose(row)
    kit.approve(made, kit.sign(made, kit.FOUNDERS[0], replace(bad, pair=kit.FOUNDERS[1].pair)))
    assert_unapproved(registry, row)


def test_p5_signatures_over_something_else_are_no_approvals(registry: Registry, row: Meeting) -> None:
    made = kit.propose(row)
    kit.sign(made)
    Restriction.objects.filter(pk=made.pk).update(territories=["CN"], law="Another law, art. 2")
    made.refresh_from_db()
    kit.approve(made, list(made.approvals.all()))
    assert_unapproved(registry, row)


def test_p5_passkeys_of_both_kinds_count(registry: Registry, row: Meeting) -> None:
    made, edward = kit.propose(row), Passkey(EdDsa())
    kit.enlist(row.host, edward)
    kit.approve(made, kit.sign(made, kit.FOUNDERS[0], edward))
    registry.publish()
    proofs = registry.proofs()
    proofs.follow()
    assert len(look(proofs, row)) == 1


def test_p5_another_public_key_put_beside_an_approval_is_nobodys(registry: Registry, row: Meeting) -> None:
    """The key that counts stands in the log."""
    made, proofs = ready(registry, row)
    Approval.objects.filter(restriction=made, position=0).update(public_key=Passkey().pair.public)
    assert len(look(proofs, row)) == 1


def assert_unapproved(registry: Registry, row: Meeting, code: str = "restriction_unapproved") -> None:
    registry.publish()
    proofs = registry.proofs()
    proofs.follow()
    assert look(proofs, row) == ()
    assert registry.codes == {code}


# ---------------------------------------------------------------- whose approvals count


def test_p5_two_passkeys_of_an_insiders_own_making_are_not_enforced(registry: Registry, row: Meeting) -> None:
    """Whoever writes to the database writes an outbox row, a restriction, two approvals and a salt: it is
    logged and witnessed, and nobody is kept out."""
    made = kit.propose(row)
    kit.approve(made, kit.sign(made, Passkey(), Passkey()))
    assert_unapproved(registry, row, "restriction_no_signer")


def test_p5_an_insiders_signers_by_nobodys_approval_count_for_nothing(
    registry: Registry, row: Meeting
) -> None:
    mine = (Passkey(), Passkey())
    with transaction.atomic():
        for each in mine:
            fields = {"at": registry.clock().replace(microsecond=0), "key": text_of(each)}
            ledger.append(SignerAdded.model_validate(fields))
    kit.enlist(row.host, Passkey(), by=mine)
    forged = SigningKey(registry.log.configuration.origin, b"x" * 32)
    keyfile.create(registry.log.configuration.key_file.with_name("forged"), forged)
    kit.begin_signers(
        replace(registry.log.configuration, key_file=registry.log.configuration.key_file.with_name("forged")),
        mine,
    )
    made = kit.propose(row)
    kit.approve(made, kit.sign(made, *mine))
    assert_unapproved(registry, row, "restriction_no_signer")


def test_p5_a_signer_removed_before_counts_no_more_and_what_was_before_stands(
    registry: Registry, row: Meeting
) -> None:
    ready(registry, row)
    with transaction.atomic():
        gone = {"at": kit.second(registry.clock()), "key": kit.FOUNDERS[1].approve(b"").key, "reason": "lost"}
        ledger.append(SignerRemoved.model_validate(gone))
    registry.publish()
    assert len(look(registry.proofs(), row)) == 1
    other = kit.new_meeting()
    kit.approve(kit.propose(other))
    assert_unapproved(registry, other, "restriction_no_signer")


def test_p5_whoever_is_added_after_an_entry_has_not_approved_it(registry: Registry, row: Meeting) -> None:
    made, late = kit.propose(row), Passkey()
    kit.approve(made, kit.sign(made, kit.FOUNDERS[0], late))
    kit.enlist(row.host, late)
    assert_unapproved(registry, row, "restriction_no_signer")


TAKEN_AWAY = {
    "changed": "UPDATE ledger_entry SET data = CAST('{}' AS BLOB) WHERE \"index\" = %s",
    "gone": 'DELETE FROM ledger_entry WHERE "index" = %s',
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the same code, other words")
@pytest.mark.parametrize("how", TAKEN_AWAY)
def test_p5_an_entry_changed_or_taken_out_of_the_log_by_hand_enforces_nothing_new(
    registry: Registry, row: Meeting, how: str
) -> None:
    """Without the entry that removed it, a key would count again."""
    with transaction.atomic():
        gone = {"at": kit.second(registry.clock()), "key": kit.FOUNDERS[1].approve(b"").key, "reason": "lost"}
        ledger.append(SignerRemoved.model_validate(gone))
    registry.publish()
    removed = Entry.objects.count() - 1
    kit.approve(kit.propose(row))
    registry.publish()
    registry.proofs().follow()  # the proof is there, of what it proves
    with connection.cursor() as cursor:
        for text in triggers.drop(connection.vendor):
            cursor.execute(text)
        cursor.execute(TAKEN_AWAY[how], [removed])
    with pytest.raises(SignersUnproven):
        Signers().roll(removed + 1, configured_trust(registry.log.configuration)())
    if how == "changed":
        assert look(registry.proofs(), row) == ()
        assert registry.codes


def test_p5_after_the_log_has_another_key_the_roll_is_believed_still(
    registry: Registry, row: Meeting
) -> None:
    rotate(registry.log.configuration, registry.clock())
    registry.log.with_witnesses("ngo")
    registry.publish()
    retire(registry.log.configuration)
    kit.restrict(row)
    registry.publish()
    proofs = registry.proofs()
    proofs.follow()
    assert len(look(proofs, row)) == 1


# ---------------------------------------------------------------- bounds, even of what is in the log


@pytest.mark.parametrize(
    "fields",
    [
        {"territories": ["CN", "HK"]},
        {"territories": ["HK"]},
        {"territories": ["TW"]},
        {"kind": "supranational"},
        {"lasts": timedelta(days=90, seconds=1)},
    ],
)
def test_p1_p6_a_logged_restriction_beyond_its_bounds_is_not_enforced(
    registry: Registry, row: Meeting, fields: dict[str, Any]
) -> None:
    _, proofs = ready(registry, row, **fields)
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_beyond_bounds"}


def test_p6_ninety_days_are_allowed(registry: Registry, row: Meeting) -> None:
    _, proofs = ready(registry, row, lasts=timedelta(days=90))
    assert len(look(proofs, row)) == 1


def test_p1_a_group_reaches_its_members_and_nobody_else(registry: Registry, row: Meeting) -> None:
    _, proofs = ready(registry, row, "EU", kind="supranational", territories=["DE", "FR"])
    assert len(look(proofs, row)) == 1
    other = kit.new_meeting()
    _, proofs = ready(registry, other, "EU", kind="supranational", territories=["DE", "GB"])
    assert look(proofs, other) == ()


# ---------------------------------------------------------------- undone


@pytest.mark.parametrize("end", [suspend_now, withdraw_now])
def test_p7_what_is_ended_is_not_enforced_before_anything_is_published(
    registry: Registry, row: Meeting, end: Callable[..., Any]
) -> None:
    made, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    end(made.pk, "error_found", registry.clock())
    row.refresh_from_db()
    assert proofs.of(row.pk, row.revision).restrictions == ()
    assert registry.alarms == []


def test_p7_a_correction_narrows_at_once_and_a_row_cannot_widen(registry: Registry, row: Meeting) -> None:
    made, proofs = ready(registry, row, "FR", territories=["FR", "GP", "RE"])
    later = narrow_now(made.pk, registry.clock(), territories=frozenset({Code("FR"), Code("GP")}))
    (found,) = look(proofs, row)
    assert found.territory == {"FR", "GP"}
    later.territories = ["DE", "FR", "GP", "RE"]
    later.save()
    assert look(proofs, row)[0].territory == {"FR", "GP", "RE"}
    registry.publish()
    assert look(proofs, row)[0].territory == {"FR", "GP"}


# ---------------------------------------------------------------- what it costs


def test_a_meeting_without_restrictions_costs_one_query_a_revision_and_none_after(
    registry: Registry, row: Meeting
) -> None:
    proofs = registry.proofs()
    with CaptureQueriesContext(
        connection,
    ) as first:
        proofs.of(row.pk, row.revision)
    with CaptureQueriesContext(connection) as again:
        proofs.of(row.pk, row.revision)
    assert (len(first), len(again)) == (1, 0)


def test_a_row_that_cannot_be_read_closes_no_door(registry: Registry, row: Meeting, monkeypatch: Any) -> None:
    _, proofs = ready(registry, row)

    def broken(*_: Any) -> None:
        raise RecursionError

    monkeypatch.setattr(proofs, "_verify", broken)
    assert look(proofs, row) == ()
    assert registry.codes == {"restriction_unverifiable"}

"""What people are told is the log's word: a row, a document, an outbox changed by hand changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bailiwick.gate.verifying import configured_trust
from bailiwick.gate.witnessed import witnessed_by
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.entries import RestrictionWithdrawn, encode
from bailiwick.ledger.models import Document, Outbox, Published
from bailiwick.meetings.models import Meeting
from bailiwick.orders.models import Authority, Restriction
from bailiwick.register import book
from bailiwick.tlog.checkpoints import cosign
from bailiwick.tlog.notes import Note, parse_note
from tests.orders import kit
from tests.orders.kit import Registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(registry: Registry) -> Meeting:
    return kit.new_meeting()


def publish(registry: Registry) -> Any:
    registry.publish()
    proofs = registry.proofs()
    proofs.follow()
    return proofs


def look(proofs: Any, row: Meeting) -> Any:
    kit.touch(row.pk)
    row.refresh_from_db()
    found = proofs.of(row.pk, row.revision)
    proofs.follow()
    return found


def told(proofs: Any, row: Meeting) -> Any:
    found = look(proofs, row)
    return found.told(tuple(found.grounds))


def test_p4_an_authority_renamed_by_hand_is_told_by_the_name_in_the_log(
    registry: Registry, row: Meeting
) -> None:
    made = kit.restrict(row)
    proofs = publish(registry)
    Authority.objects.filter(pk=made.authority_id).update(name="Your own host")
    (grounds,) = told(proofs, row)
    assert grounds.authority == "An authority of CN"


def test_p4_whose_description_is_no_longer_published_is_told_by_what_it_is(
    registry: Registry, row: Meeting
) -> None:
    kit.restrict(row)
    proofs = publish(registry)
    Document.objects.all().delete()
    (grounds,) = told(proofs, row)
    assert grounds.authority == "ministry of CN"


def elsewhere(authority: Authority) -> None:
    """Another authority's entry, of a state that reaches further."""
    other = kit.authority("US", "court")
    outbox = other.outbox_id
    Authority.objects.filter(pk=other.pk).update(outbox_id=None)
    Authority.objects.filter(pk=authority.pk).update(outbox_id=outbox)


FORGED: dict[str, Any] = {
    "none": lambda authority: Authority.objects.filter(pk=authority.pk).update(outbox_id=None),
    "nowhere": lambda authority: Authority.objects.filter(pk=authority.pk).update(outbox_id=10**9),
    "anothers": elsewhere,
}


@pytest.mark.parametrize("how", FORGED)
def test_p1_a_restriction_of_an_authority_that_was_never_added_in_public_is_not_enforced(
    registry: Registry, row: Meeting, how: str
) -> None:
    by = kit.authority()
    kit.restrict(row, authority=by)
    FORGED[how](by)
    proofs = publish(registry)
    assert look(proofs, row).restrictions == ()
    assert registry.codes == {"restriction_authority_unknown"}


def test_p1_an_authority_moved_to_another_state_by_hand_reaches_nobody_there(
    registry: Registry, row: Meeting
) -> None:
    """Two people sign in good faith what the altered row made the desk say."""
    by = kit.authority("CN", "ministry")
    Authority.objects.filter(pk=by.pk).update(state="EU", kind="supranational")
    by.refresh_from_db()
    kit.restrict(row, "EU", authority=by, territories=["DE", "FR"])
    proofs = publish(registry)
    assert look(proofs, row).restrictions == ()
    assert registry.codes == {"restriction_authority_unknown"}


def test_a_document_changed_by_hand_is_shown_to_nobody(registry: Registry) -> None:
    by = kit.authority()
    assert ledger.document(by.document) is not None
    row = Document.objects.get(sha256=by.document)
    Document.objects.all().delete()
    Document.objects.create(sha256=row.sha256, data=b'{"name": "Another"}', published_at=row.published_at)
    assert ledger.document(by.document) is None


@pytest.mark.parametrize("index", [-1, -7, 10**6])
def test_p3_a_row_put_into_the_outbox_with_an_index_is_no_entry_of_the_log(
    registry: Registry, row: Meeting, index: int
) -> None:
    """No trigger stops an insert, and neither the gate nor the register believes it."""
    made = kit.restrict(row)
    proofs = publish(registry)
    forged = RestrictionWithdrawn(
        at=made.stated_at + timedelta(minutes=1), restriction=made.pk.hex, reason="review"
    )
    with transaction.atomic():
        Outbox.objects.create(type="restriction.withdrawn", entry=encode(forged), index=index)
    assert list(ledger.entries_of("restriction.withdrawn")) == []
    book._read.cache_clear()
    assert book.open_book().restrictions[made.pk.hex].ended is None
    assert len(look(proofs, row).restrictions) == 1


def test_p4_the_hosts_count_and_the_proof_are_all_that_a_row_is_believed_for(
    registry: Registry, row: Meeting
) -> None:
    """Every column that could be told is either rebuilt into the entry or not told at all."""
    made = kit.restrict(row)
    proofs = publish(registry)
    (before,) = told(proofs, row)
    Restriction.objects.filter(pk=made.pk).update(effects=10**6, proposed_by=row.host)
    assert told(publish(registry), row) == (before,)


# ---------------------------------------------------------------- a clock set back


def test_p6_a_clock_set_back_brings_nothing_back_that_has_ended(registry: Registry, row: Meeting) -> None:
    """Somebody sets the machine's clock to last month: witnesses have seen what day it is."""
    kit.restrict(row, lasts=timedelta(days=30))
    witness = registry.log.witnesses["ngo"]
    witness.clock = lambda: registry.clock().timestamp()
    registry.publish()
    proofs = registry.proofs()
    proofs.follow()
    (known,) = look(proofs, row).restrictions
    registry.clock.advance(40 * 86_400)
    kit.authority("FR", "court")
    registry.publish()
    assert not proofs.follow()
    assert not known.in_force(registry.clock())
    registry.clock.advance(-20 * 86_400)
    assert known.in_force(registry.clock())
    assert proofs.follow()
    assert look(proofs, row).restrictions == ()
    proofs.follow()
    assert "clock_behind" in registry.codes
    registry.clock.advance(20 * 86_400)
    assert proofs.follow()
    assert look(proofs, row).restrictions == (known,)


def test_a_clock_some_minutes_slow_changes_nothing(registry: Registry, row: Meeting) -> None:
    kit.restrict(row)
    registry.log.witnesses["ngo"].clock = lambda: registry.clock().timestamp() + 300
    registry.publish()
    proofs = registry.proofs()
    proofs.follow()
    assert len(look(proofs, row).restrictions) == 1


@pytest.mark.parametrize("time", [1_800_000_000_000, 2**62, 2**63 - 1])
def test_a_cosignature_of_no_time_there_is_stops_nothing(registry: Registry, row: Meeting, time: int) -> None:
    """Milliseconds, for instance. The publisher takes none; somebody may have put it there."""
    kit.restrict(row)
    registry.publish()
    shown = Published.objects.get()
    note, witness = parse_note(bytes(shown.checkpoint)), registry.log.witnesses["ngo"]
    odd = cosign(note, witness.key, time)
    others = tuple(each for each in note.signatures if each.name != witness.key.name)
    Published.objects.update(checkpoint=Note(note.text, (*others, odd)).encode())
    assert registry.log.policy().check(bytes(Published.objects.get().checkpoint)).witnesses == {"ngo": time}
    proofs = registry.proofs()
    proofs.follow()
    assert len(look(proofs, row).restrictions) == 1
    assert registry.alarms == []


def test_what_no_witness_of_ours_signed_tells_no_time(registry: Registry, row: Meeting) -> None:
    kit.restrict(row)
    registry.publish()
    trust = configured_trust(registry.log.configuration)
    assert witnessed_by(trust)() is not None
    registry.log.with_witnesses("other")
    assert witnessed_by(trust)() is None

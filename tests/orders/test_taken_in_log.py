"""What the log took away of a restriction stays taken away, whatever is done to the database by hand."""

from collections.abc import Callable

import pytest

from bailiwick.gate.followed import AGAIN
from bailiwick.ledger.entries import RestrictionSuspended, encode
from bailiwick.ledger.models import Entry, Outbox
from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions.later import narrow_now, suspend_now
from bailiwick.orders.models import Later, Restriction
from bailiwick.rules.territory import Code
from tests.ledger.kit import append
from tests.ledger.snapshots import behind_its_back
from tests.orders import kit
from tests.orders.kit import Registry
from tests.orders.test_proofs import look, ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(registry: Registry) -> Meeting:
    return kit.new_meeting()


def suspended(registry: Registry, row: Meeting) -> tuple[Restriction, Later]:
    made, _ = ready(registry, row)
    later = suspend_now(made.pk, "review", registry.clock())
    registry.publish()
    return made, later


def forget(later: Later, *, outbox: bool = True) -> None:
    with behind_its_back():
        Later.objects.filter(pk=later.pk).delete()
        if outbox:
            Outbox.objects.filter(pk=later.outbox_id).delete()


@pytest.mark.parametrize("outbox", [False, True], ids=["its row", "its row, and that of the outbox"])
def test_p7_a_suspension_taken_out_of_the_database_by_hand_is_one_still(
    registry: Registry, row: Meeting, outbox: bool
) -> None:
    """The public log says suspended; so does the gate, whether it saw that happen or was started later."""
    made, later = suspended(registry, row)
    running = registry.proofs()
    assert look(running, row) == ()
    forget(later, outbox=outbox)
    assert not made.later.exists()
    assert look(running, row) == ()
    assert look(registry.proofs(), row) == ()
    assert registry.alarms == []


def test_p7_an_outbox_row_of_another_type_hides_no_suspension(registry: Registry, row: Meeting) -> None:
    _, later = suspended(registry, row)
    forget(later, outbox=False)
    with behind_its_back():
        Outbox.objects.filter(pk=later.outbox_id).update(type="demands.switched")
    assert look(registry.proofs(), row) == ()


def test_a_correction_taken_out_by_hand_goes_on_to_narrow(registry: Registry, row: Meeting) -> None:
    made, proofs = ready(registry, row, "FR", territories=["FR", "GP", "RE"])
    narrow_now(made.pk, registry.clock(), territories=frozenset({Code("FR"), Code("GP")}))
    last = narrow_now(made.pk, registry.clock(), territories=frozenset({Code("FR")}))
    registry.publish()
    forget(last)
    for each in (proofs, registry.proofs()):
        (found,) = look(each, row)
        assert found.territory == {"FR"}


def test_a_suspension_found_in_the_log_alone_is_decided_on_within_a_second(
    registry: Registry, row: Meeting
) -> None:
    """Its rows are gone before this process has looked: nothing else tells it to."""
    made, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    later = suspend_now(made.pk, "review", registry.clock())
    registry.publish()
    forget(later)
    assert proofs.follow()
    row.refresh_from_db()
    assert proofs.of(row.pk, row.revision).restrictions == ()


ENTRY: dict[str, Callable[[int], object]] = {
    "changed": lambda index: Entry.objects.filter(index=index).update(
        data=Entry.objects.get(index=index).data.replace(b"suspended", b"expired!!")
    ),
    "changed, and its leaf": lambda index: Entry.objects.filter(index=index).update(
        data=Entry.objects.get(index=0).data, leaf=Entry.objects.get(index=0).leaf
    ),
    "gone": lambda index: Entry.objects.filter(index=index).delete(),
}


@pytest.mark.parametrize("how", ENTRY)
def test_p7_an_entry_changed_too_is_an_alarm_and_then_nothing_is_enforced(
    registry: Registry, row: Meeting, how: str
) -> None:
    _, later = suspended(registry, row)
    running = registry.proofs()
    assert look(running, row) == ()
    index = Outbox.objects.get(pk=later.outbox_id).index
    assert index is not None
    forget(later)
    with behind_its_back():
        ENTRY[how](index)
    assert look(running, row) == (), "it has read it before"
    fresh = registry.proofs()
    assert look(fresh, row) == ()
    assert registry.codes == {"log_damaged"}


def test_entries_that_were_mended_are_read_again(registry: Registry, row: Meeting) -> None:
    ready(registry, row)
    before = Entry.objects.get(index=0).data
    with behind_its_back():
        Entry.objects.filter(index=0).update(data=b"{}")
    proofs = registry.proofs()
    assert look(proofs, row) == ()
    with behind_its_back():
        Entry.objects.filter(index=0).update(data=before)
    registry.clock.advance(AGAIN.total_seconds())
    assert proofs.follow()
    row.refresh_from_db()
    assert len(proofs.of(row.pk, row.revision).restrictions) == 1


def test_an_entry_in_the_outbox_alone_takes_nothing_away(registry: Registry, row: Meeting) -> None:
    """Nor does one with another's index: what counts is what was signed."""
    made, proofs = ready(registry, row)
    (other,) = append(1)
    registry.publish()
    forged = RestrictionSuspended(at=made.stated_at, restriction=made.pk.hex, reason="review")
    with behind_its_back():
        Outbox.objects.filter(pk=other).update(type=forged.type, entry=encode(forged))
    assert len(look(proofs, row)) == 1
    assert len(look(registry.proofs(), row)) == 1


def test_a_long_log_is_read_by_the_thread_that_follows_and_nobody_at_the_door_waits_for_it(
    registry: Registry, row: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(registry, row)
    append(300, 1)
    registry.publish()
    monkeypatch.setattr("bailiwick.gate.proofs.AT_ONCE", 200)
    proofs = registry.proofs()
    row.refresh_from_db()
    assert proofs.of(row.pk, row.revision).restrictions == ()
    proofs.begin()
    kit.touch(row.pk)
    row.refresh_from_db()
    assert len(proofs.of(row.pk, row.revision).restrictions) == 1

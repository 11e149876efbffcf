"""What becomes of restrictions while the log stands still, is set back, or nobody can say which."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from bailiwick.gate.followed import ANSWER
from bailiwick.gate.proofs import RETRY, Proofs
from bailiwick.ledger.errors import LogRefuses
from bailiwick.ledger.models import Head, Tile
from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions.later import withdraw_now
from bailiwick.orders.models import Restriction
from tests.ledger.kit import Process, append
from tests.ledger.snapshots import behind_its_back
from tests.orders import kit
from tests.orders.kit import Registry
from tests.orders.test_proofs import look, ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(registry: Registry) -> Meeting:
    return kit.new_meeting()


def later(registry: Registry, proofs: Proofs, row: Meeting) -> tuple[Any, ...]:
    """What is enforced once everything that is tried again was tried again."""
    registry.clock.advance(RETRY.total_seconds() + 1)
    proofs.follow()
    row.refresh_from_db()
    return proofs.of(row.pk, row.revision).restrictions


# ---------------------------------------------------------------- it stands still


def test_a_log_that_stands_still_takes_up_nothing_new_and_what_is_proven_stays(
    registry: Registry, row: Meeting
) -> None:
    _, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    other = kit.new_meeting()
    ready(registry, other, "US")
    memory = registry.log.configuration.memory
    remembered = memory.read_bytes()
    memory.write_bytes(b"no checkpoint")
    assert len(look(proofs, row)) == 1
    assert look(proofs, other) == ()
    assert registry.codes == {"log_memory_unreadable"}
    memory.write_bytes(remembered)
    assert len(later(registry, proofs, other)) == 1


def test_unreachable_witnesses_change_nothing_for_what_is_proven(registry: Registry, row: Meeting) -> None:
    _, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    registry.log.witnesses["ngo"].down = True
    for _ in range(3):
        registry.process.step()
    assert len(look(proofs, row)) == 1
    assert len(later(registry, proofs, row)) == 1


# ---------------------------------------------------------------- it was set back


def test_a_backup_is_restored_lifted_restrictions_do_not_come_back(registry: Registry, row: Meeting) -> None:
    """The database forgets the withdrawal; what is remembered outside it does not."""
    made, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    backup = kit.Backup()
    withdraw_now(made.pk, "review", registry.clock())
    registry.publish()
    backup.restore()
    assert not Restriction.objects.get(pk=made.pk).later.exists()
    assert proofs.follow()
    row.refresh_from_db()
    assert proofs.of(row.pk, row.revision).restrictions == ()
    assert look(registry.proofs(), row) == ()


class Machine:
    """A restriction lifted, and then the whole machine set back to before that: database and data folder."""

    def __init__(self, registry: Registry, row: Meeting) -> None:
        self.registry, self.row = registry, row
        made, self.running = ready(registry, row)
        assert len(look(self.running, row)) == 1
        backup, memory = kit.Backup(), registry.log.configuration.memory
        remembered = memory.read_bytes()
        withdraw_now(made.pk, "review", registry.clock())
        registry.publish()
        assert look(self.running, row) == ()
        backup.restore()
        memory.write_bytes(remembered)
        assert not Restriction.objects.get(pk=made.pk).later.exists()

    def start(self) -> tuple[Process, Proofs]:
        process = self.registry.log.process()
        return process, self.registry.proofs(process)


def test_p7_a_whole_machine_is_restored_and_what_was_lifted_never_comes_back(
    registry: Registry, row: Meeting
) -> None:
    """A row of "which way each thing fails": before witnesses are asked, and after they contradict."""
    machine = Machine(registry, row)
    process, proofs = machine.start()
    assert look(proofs, row) == ()
    with pytest.raises(LogRefuses):
        process.step()
    assert Head.objects.get().refused == "log_rewound"
    assert look(proofs, row) == ()
    assert later(registry, proofs, row) == ()
    assert registry.codes == {"log_rewound"}


def test_p7_a_whole_machine_is_restored_while_no_witness_answers_nothing_comes_back_and_it_is_an_alarm(
    registry: Registry, row: Meeting
) -> None:
    machine = Machine(registry, row)
    registry.log.witnesses["ngo"].down = True
    process, proofs = machine.start()
    for _ in range(3):
        process.step()
        assert later(registry, proofs, row) == ()
    assert registry.codes == set()
    registry.clock.advance(ANSWER.total_seconds())
    assert later(registry, proofs, row) == ()
    proofs.follow()
    assert registry.codes == {"log_unconfirmed"}


def test_p7_a_machine_set_back_under_a_running_process_is_noticed_by_what_that_has_seen(
    registry: Registry, row: Meeting
) -> None:
    machine = Machine(registry, row)
    assert machine.running.follow()
    assert look(machine.running, row) == ()
    assert registry.codes == {"log_rewound"}


def test_p8_after_a_restart_what_is_proven_is_enforced_as_soon_as_a_witness_has_confirmed_the_log(
    registry: Registry, row: Meeting
) -> None:
    ready(registry, row)
    process = registry.log.process()
    proofs = registry.proofs(process)
    proofs.follow()
    assert look(proofs, row) == ()
    process.publisher.step()
    assert proofs.follow(), "everybody is decided on again"
    assert len(proofs.of(row.pk, row.revision).restrictions) == 1
    assert registry.alarms == []


@pytest.mark.parametrize("code", ["log_forked", "log_rewound"])
def test_a_witness_contradicts_and_nothing_is_enforced_until_it_agrees_again(
    registry: Registry, row: Meeting, code: str
) -> None:
    """It has seen a log that went on otherwise: what that had lifted, nobody here can know."""
    _, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    Head.objects.update(refused=code)
    assert look(proofs, row) == ()
    assert registry.codes == {code}
    Head.objects.update(refused="")
    assert len(later(registry, proofs, row)) == 1


def test_a_log_that_was_set_back_stays_so_while_nothing_can_be_told(registry: Registry, row: Meeting) -> None:
    """Making what is remembered unreadable is no way to have it believed again."""
    _, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    Head.objects.update(refused="log_rewound")
    proofs.follow()
    registry.log.configuration.memory.write_bytes(b"no checkpoint")
    Head.objects.update(refused="")
    assert later(registry, proofs, row) == ()
    assert look(proofs, row) == ()


def test_p6_a_wrong_clock_and_a_door_that_finds_nothing_wrong_with_it_for_a_moment(
    registry: Registry, row: Meeting
) -> None:
    """Two threads: the door's looks between two looks of the other one, which found and finds it wrong."""
    ready(registry, row)
    told: datetime | None = None
    knocks = 0

    def witnessed() -> datetime | None:
        nonlocal told, knocks
        if told is None:
            return None
        before, told = told, None
        knocks += 1
        proofs.of(row.pk, row.revision)
        told = before
        return told

    proofs = registry.proofs(witnessed=witnessed)
    assert len(look(proofs, row)) == 1
    told = registry.clock() + timedelta(days=1)
    assert proofs.follow()
    proofs.follow()
    assert knocks == 2
    assert proofs.of(row.pk, row.revision).restrictions == ()


# ---------------------------------------------------------------- what fails on the way hides nothing


def test_a_tile_that_is_gone_is_an_alarm_and_the_log_is_looked_at_all_the_same(
    registry: Registry, row: Meeting
) -> None:
    _, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    append(300)
    registry.publish()
    kit.restrict(kit.new_meeting(), "FR")
    registry.publish()
    with behind_its_back():
        Tile.objects.filter(level=0).delete()
    proofs.follow()
    assert registry.codes == {"log_damaged"}
    Head.objects.update(refused="log_rewound")
    assert proofs.follow()
    row.refresh_from_db()
    assert proofs.of(row.pk, row.revision).restrictions == ()


def test_what_could_not_be_said_in_time_is_said_the_next_time(registry: Registry, row: Meeting) -> None:
    """The database is away for a moment, after the log was found set back: nobody stays kept out for it."""
    _, proofs = ready(registry, row)
    assert len(look(proofs, row)) == 1
    Head.objects.update(refused="log_rewound")
    real, broken = proofs._alarm, iter([OperationalError("away")])

    def alarm(code: str, subject: str) -> None:
        for error in broken:
            raise error
        real(code, subject)

    proofs._alarm = alarm
    with pytest.raises(OperationalError):
        proofs.follow()
    assert proofs.follow(), "everybody is decided on again, a second late"
    assert registry.codes == {"log_rewound"}


def test_a_mistake_of_ours_in_looking_at_the_log_closes_no_door_and_enforces_nothing(
    registry: Registry, row: Meeting
) -> None:
    ready(registry, row)
    mistaken = False

    def witnessed() -> datetime | None:
        if mistaken:
            raise ZeroDivisionError
        return None

    proofs = registry.proofs(witnessed=witnessed)
    assert len(look(proofs, row)) == 1
    mistaken = True
    assert look(proofs, row) == ()
    assert registry.codes == {"gate_proofs_failed"}
    mistaken = False
    assert len(later(registry, proofs, row)) == 1


def test_a_clock_put_right_before_witnesses_have_answered_is_no_alarm_of_its_own(
    registry: Registry, row: Meeting
) -> None:
    ready(registry, row)
    told: datetime | None = registry.clock() + timedelta(days=1)
    process = registry.log.process()
    proofs = registry.proofs(process, witnessed=lambda: told)
    proofs.follow()
    assert registry.codes == {"clock_behind"}
    told = None
    proofs.follow()
    assert registry.codes == {"clock_behind"}
    process.publisher.step()
    assert proofs.follow()
    assert len(look(proofs, row)) == 1

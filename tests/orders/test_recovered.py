"""A backup is restored, the log's lost entries come back, and who had won an exemption is lost for good."""

from argparse import Namespace
from datetime import timedelta
from pathlib import Path

import pytest

from bailiwick.config import log_command
from bailiwick.ledger import checking
from bailiwick.ledger.models import Outbox
from bailiwick.ledger.recovering import recover
from bailiwick.meetings.models import Meeting
from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeal_log, appeals, authorities
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.actions.later import narrow_now, suspend_now, withdraw_now
from bailiwick.orders.actions.recovered import take_over
from bailiwick.orders.errors import NoSuchRestriction
from bailiwick.orders.models import Appeal, Authority, AuthorityChange, Exemption, Outcome, Restriction
from bailiwick.orders.published import is_as_logged
from tests.ledger.snapshots import Copy
from tests.orders import kit
from tests.orders.desk import NOW, Desk
from tests.orders.kit import Registry
from tests.orders.test_proofs import look

pytestmark = pytest.mark.django_db
ANSWER = "The court's ruling does not name this meeting."


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


class Story:
    """Two restrictions, an objection to the first; then what the backup does not have."""

    def __init__(self, registry: Registry, desk: Desk) -> None:
        self.registry, self.desk = registry, desk
        self.meeting, self.other = kit.new_meeting(), kit.new_meeting()
        self.first, self.second = (self._restrict(each) for each in (self.meeting, self.other))
        self.publish()
        assert len(self.holds(self.meeting)) == len(self.holds(self.other)) == 1

    def _restrict(self, row: Meeting, **fields: object) -> Restriction:
        return kit.restrict(row, "FR", now=NOW, **fields)

    def publish(self) -> None:
        appeal_log.log_filed(self.registry.clock())
        appeal_log.log_decided(self.registry.clock())
        self.registry.publish()
        self.registry.proofs().follow()

    def a_day_later(self) -> None:
        self.registry.clock.advance(86_400)
        self.publish()

    def holds(self, row: Meeting) -> tuple[object, ...]:
        return look(self.registry.proofs(), row)

    def object_to(self, restriction: Restriction) -> Appeal:
        person = Person(device_digest="d" * 64)
        return appeals.file(restriction.pk, "This is not where I am.", person, NOW, not_here=True)[0]

    def decide(self, made: Appeal, outcome: Outcome) -> None:
        appeals.decide(self.desk.appeals.id, made.pk, Ruling(outcome, ANSWER), NOW)

    def lose(self, backup: kit.Backup, *, appeals_too: bool = True) -> list[str]:
        """The database goes back; then the entries come back from a mirror. What was suspended."""
        copy, suspended = Copy(), list[str]()
        self.forget(backup, appeals_too=appeals_too)
        now = self.registry.clock()

        def then(entries: object) -> None:
            suspended.extend(each.hex for each in take_over(entries, now))  # type: ignore[arg-type]

        recover(self.registry.log.configuration, copy.fetch, copy.checkpoint, then)
        self.registry.process = self.registry.log.process()
        self.registry.publish()
        list(checking.check_stored())
        return suspended

    def forget(self, backup: kit.Backup, *, appeals_too: bool = True) -> None:
        backup.restore()
        if appeals_too:
            Exemption.objects.all().delete()
            Appeal.objects.all().delete()


@pytest.fixture
def story(registry: Registry, desk: Desk) -> Story:
    return Story(registry, desk)


def test_p7_what_somebody_had_won_an_exemption_from_is_suspended_and_the_log_says_so(story: Story) -> None:
    backup = kit.Backup()
    story.decide(story.object_to(story.first), Outcome.EXEMPTED)
    story.a_day_later()
    assert story.lose(backup) == [story.first.pk.hex]
    assert story.holds(story.meeting) == ()
    assert len(story.holds(story.other)) == 1
    assert Outbox.objects.get(type="restriction.suspended").index is not None


def test_what_nobody_had_won_goes_on(story: Story) -> None:
    backup = kit.Backup()
    story.decide(story.object_to(story.first), Outcome.REJECTED)
    story.a_day_later()
    assert story.lose(backup) == []
    assert len(story.holds(story.meeting)) == 1


def test_p7_what_may_have_been_won_on_the_day_that_was_lost_is_suspended_too(story: Story) -> None:
    """Decisions are logged when their day is over: of this one nothing is left."""
    backup = kit.Backup()
    made = story.object_to(story.first)
    story.a_day_later()
    story.decide(made, Outcome.EXEMPTED)
    assert story.lose(backup) == [story.first.pk.hex]
    assert story.holds(story.meeting) == ()


def test_an_exemption_that_the_backup_has_is_no_reason_to_suspend(story: Story) -> None:
    story.decide(story.object_to(story.first), Outcome.EXEMPTED)
    backup = kit.Backup()
    story.a_day_later()
    assert story.lose(backup, appeals_too=False) == []
    assert len(story.holds(story.meeting)) == 1
    assert Exemption.objects.count() == 1


def test_p7_what_renews_it_is_suspended_with_it(story: Story) -> None:
    again = story._restrict(story.meeting, renews=story.first, lasts=timedelta(days=60))
    story.publish()
    backup = kit.Backup()
    story.decide(story.object_to(story.first), Outcome.EXEMPTED)
    story.a_day_later()
    assert set(story.lose(backup)) == {story.first.pk.hex, again.pk.hex}
    assert story.holds(story.meeting) == ()


def test_what_was_withdrawn_meanwhile_is_not_suspended_as_well(story: Story) -> None:
    backup = kit.Backup()
    story.decide(story.object_to(story.first), Outcome.EXEMPTED)
    withdraw_now(story.first.pk, "court_order", NOW)
    story.a_day_later()
    assert story.lose(backup) == []
    assert story.holds(story.meeting) == ()


def test_the_command_names_what_it_suspends(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = kit.Backup()
    story.decide(story.object_to(story.first), Outcome.EXEMPTED)
    story.a_day_later()
    for name, data in {**Copy().files, "checkpoint": Copy().checkpoint}.items():
        file = tmp_path / "mirror" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    story.forget(backup)
    log_command._recover(Namespace(folder=tmp_path / "mirror"), story.registry.clock())
    told = capsys.readouterr().out
    assert story.first.pk.hex in told
    assert story.second.pk.hex not in told


def test_the_desk_reads_again_what_was_taken_away_meanwhile(story: Story) -> None:
    """The gate knows it from the log; staff must not read of it as in force."""
    third = story._restrict(story.meeting)
    story.publish()
    backup = kit.Backup()
    suspend_now(story.first.pk, "review", NOW)
    withdraw_now(story.second.pk, "court_order", NOW)
    narrow_now(third.pk, NOW, until=NOW + timedelta(days=3))
    story.a_day_later()
    before = [_said(each) for each in (story.first, story.second, third)]
    assert story.lose(backup) == []
    assert [_said(each) for each in (story.first, story.second, third)] == before
    assert [kinds for kinds, *_ in before] == [["suspended"], ["withdrawn"], ["corrected"]]
    with pytest.raises(NoSuchRestriction):
        suspend_now(story.first.pk, "review", NOW)


def _said(row: Restriction) -> tuple[list[str], list[object], list[str]]:
    later = list(row.later.all())
    return (
        [each.kind for each in later],
        [(each.at, each.expires_at) for each in later],
        [each.reason for each in later],
    )


def test_what_was_taken_away_and_waits_in_the_backup_already_is_noted_once(story: Story) -> None:
    suspend_now(story.first.pk, "review", NOW)
    backup = kit.Backup()
    story.a_day_later()
    story.lose(backup)
    assert [each.kind for each in story.first.later.all()] == ["suspended"]


def test_an_authority_that_was_ended_meanwhile_is_ended(story: Story, desk: Desk) -> None:
    authority = story.first.authority
    backup = kit.Backup()
    authorities.end(desk.intake.id, authority.pk, "abolished", NOW)
    authorities.approve_change(desk.approver.id, authority.pk, NOW)
    story.publish()
    Authority.objects.filter(pk=authority.pk).update(ended_at=None, ended_outbox_id=None)
    AuthorityChange.objects.update(approved_at=None)
    story.lose(backup)
    authority.refresh_from_db()
    assert authority.ended_at == NOW
    assert authority.ended_outbox_id is not None
    assert Outbox.objects.get(pk=authority.ended_outbox_id).type == "authority.ended"
    assert not is_as_logged(authority)
    assert not AuthorityChange.objects.exists()


def test_bytes_that_say_nothing_keep_nothing_else_from_being_told(story: Story) -> None:
    backup = kit.Backup()
    Outbox.objects.create(type="", entry=b"no entry at all")
    suspend_now(story.first.pk, "review", NOW)
    story.a_day_later()
    story.lose(backup)
    assert [each.kind for each in story.first.later.all()] == ["suspended"]

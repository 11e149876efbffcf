"""A meeting's row is locked before its presences', whatever is done to them: else somebody who resumes and
somebody who ejects them wait for each other until PostgreSQL ends one of the two, a second later."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from bailiwick.accounts.models import Account
from bailiwick.gate import acts, marking
from bailiwick.gate.ending import Ending, EndReason
from bailiwick.meetings import absences, presences
from bailiwick.meetings.absences import Absent
from bailiwick.meetings.actions.change import changed
from bailiwick.meetings.models import Meeting, Presence, PresenceState, Role
from bailiwick.orders.models import Restriction
from tests.orders.kit import propose

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer, and no rows to lock"
    ),
]

Change = Callable[[Presence], object]
CHANGES: dict[str, Change] = {
    "ended": lambda row: presences.end([row.pk], "removed", timezone.now()),
    "changed": lambda row: presences.change(row.pk, camera_on=True),
    "given media": lambda row: presences.record_media(row.pk, 1, "17", 17),
    "away": lambda row: absences.go_away([Absent(row.pk, row.meeting_id, 1, "")]),
    "muted": lambda row: acts.mute(row.pk, row.pk),
    "removed": lambda row: acts.remove(row.pk, _other(row), timezone.now(), block=True),
    "leaving": lambda row: acts.leave(row.pk, timezone.now(), end=True, hand_over=None),
}


def _other(row: Presence) -> UUID:
    other = Presence.objects.exclude(pk=row.pk).get()
    return other.pk


@pytest.fixture
def inside(meeting: Meeting, host: Account) -> Presence:
    """The host; a guest is inside with them."""
    now = timezone.now()

    def somebody(grant: str, **fields: Any) -> Presence:
        return Presence.objects.create(
            meeting=meeting,
            state=PresenceState.ACTIVE,
            grant_digest=grant,
            grant_expires_at=now,
            generation=1,
            joined_at=now,
            created_at=now,
            decided_revision=1,
            **fields,
        )

    somebody("guest", role=Role.PARTICIPANT, device_digest="d" * 64)
    return somebody("host", role=Role.HOST, account=host, unheld_since=now)


def wait_until_it_waits(work: "Future[object]") -> None:
    deadline = monotonic() + 20
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
            assert not work.done(), "it did not wait for the meeting's row"
            assert monotonic() < deadline
            sleep(0.01)


def carried_out(change: Change, row: Presence) -> object:
    try:
        return change(row)
    finally:
        connection.close()


@pytest.mark.parametrize("what", CHANGES)
def test_whoever_holds_the_meeting_can_change_a_presence_that_is_just_being(
    what: str, inside: Presence
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Meeting.objects.select_for_update(no_key=True).get(pk=inside.meeting_id)
            work = pool.submit(carried_out, CHANGES[what], inside)
            wait_until_it_waits(work)
            assert Presence.objects.filter(meeting_id=inside.meeting_id).update(away=False) == 2
        work.result(timeout=20)


@pytest.mark.parametrize("inside_by_then", [True, False])
def test_whoever_holds_a_restriction_can_have_the_meeting_decided_anew_while_it_is_carried_out(
    inside_by_then: bool, inside: Presence
) -> None:
    restriction = propose(inside.meeting)
    ending = Ending(EndReason.WITHHELD, restrictions=(str(restriction.pk),))

    def carry_out(row: Presence) -> object:
        if inside_by_then:
            return marking.mark([row.pk], ending, timezone.now())
        return marking.refused(row.meeting_id, ending)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Restriction.objects.select_for_update(of=("self",)).get(pk=restriction.pk)
            work = pool.submit(carried_out, carry_out, inside)
            wait_until_it_waits(work)
            changed(inside.meeting_id)
        work.result(timeout=20)

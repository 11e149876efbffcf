"""The register says what the log's own entries say, whatever somebody does to the rows around them."""

from datetime import timedelta

import pytest

from bailiwick.ledger.contents import Reader
from bailiwick.ledger.models import Entry, Head, Published
from bailiwick.register import book as books
from bailiwick.tlog.keys import SigningKey
from bailiwick.tlog.notes import parse_note, sign_note
from tests.ledger.kit import NOW
from tests.ledger.snapshots import behind_its_back
from tests.register.kit import MINISTRY, Story, at, get, name, page


@pytest.fixture(autouse=True)
def _just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has read nothing yet."""
    books._read.cache_clear()
    monkeypatch.setattr(books, "_READER", Reader())


@pytest.fixture
def told(story: Story) -> Story:
    """A restriction in force, and one that was suspended; nobody has looked yet."""
    story.tell(type="demands.switched", at=at(NOW), on=True)
    story.authority(MINISTRY, "CN", "ministry", "Ministry of Network Affairs")
    story.demand(1)
    story.restrict(10, 1)
    story.restrict(11, 1, begins=NOW - timedelta(days=1))
    story.tell(type="restriction.suspended", at=at(NOW), restriction=name(11), reason="review")
    story.publish()
    return story


def in_force() -> set[str]:
    return {each["restriction"] for each in get("/register/in-force.json").json()["restrictions"]}


@pytest.mark.parametrize("done", [
    "DELETE FROM ledger_outbox",
    "UPDATE ledger_outbox SET type = 'restriction.expired'",
    'UPDATE ledger_outbox SET "index" = "index" + 1000',
])  # fmt: skip
def test_p3_nothing_is_hidden_or_brought_back_by_what_is_done_to_the_outbox(told: Story, done: str) -> None:
    with behind_its_back() as cursor:
        cursor.execute(done)
    assert in_force() == {name(10)}
    assert "Ministry of Network Affairs" in page(f"/register/restrictions/{name(11)}")
    assert ">suspended<" in page(f"/register/restrictions/{name(11)}")


def test_of_entries_that_are_not_those_that_were_signed_nothing_is_said_until_they_are_mended(
    told: Story,
) -> None:
    (row,) = (each for each in Entry.objects.all() if b"restriction.suspended" in bytes(each.data))
    with behind_its_back():
        Entry.objects.filter(index=row.index).update(data=bytes(row.data).replace(b"review", b"appeal"))
    told_programs, told_people = get("/register/in-force.json"), get("/register", accept="text/html")
    assert (told_programs.status_code, told_programs.json()["reason"]) == (503, "log_damaged")
    assert told_people.status_code == 503
    assert "The public log does not go on" in told_people.content.decode()
    with behind_its_back():
        Entry.objects.filter(index=row.index).update(data=row.data)
    assert in_force() == {name(10)}


def test_p3_nothing_is_told_of_a_log_that_another_key_signed(told: Story) -> None:
    """With the database alone somebody can write a whole log of their own, tiles, head and all."""
    assert in_force() == {name(10)}
    head = Head.objects.get()
    row, other = Published.objects.get(), SigningKey(head.origin, b"o" * 32)
    forged = sign_note(parse_note(bytes(row.checkpoint)).text, other).encode()
    with behind_its_back():
        Head.objects.update(vkeys=other.verifier.vkey, checkpoint=forged)
        Published.objects.update(checkpoint=forged)
    assert get("/register/in-force.json").status_code == 503
    assert get("/register").status_code == 503

"""A demand's letter: unreadable where it is kept, opened for staff with a trace, deleted when its time is
over; and the redacted copy, public by its hash."""

import json
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from bailiwick.accounts.errors import RoleNeeded
from bailiwick.accounts.models import Audit
from bailiwick.config import originals_command
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.commitments import opens
from bailiwick.ledger.models import Document, Salt
from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeals, granting, intake, originals
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.models import Demand, Original, OriginalPage, Outcome, Restriction, Review
from bailiwick.orders.papers import errors, kinds, pictures, png, sealing
from tests.factories import papers
from tests.orders.desk import NOW, ROLES, Desk, member, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db
TEXT = b"To the server: " + papers.CANARY
needs_renderer = pytest.mark.skipif(bool(pictures.fault()), reason=pictures.fault())


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, settings: Any) -> Path:
    settings.ORIGINALS_KEY_FILE = tmp_path / "keys" / "originals"
    return tmp_path / "keys" / "originals"


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


def received(desk: Desk, data: bytes = TEXT, **fields: Any) -> Demand:
    letter = desk.letter(desk.authority(), withhold(new_meeting()), **fields)
    return intake.receive(desk.intake.id, letter, data, NOW)


# ---------------------------------------------------------------- reading


def test_a_text_is_read_as_it_was_written_and_taken_as_it_arrived(desk: Desk) -> None:
    made = received(desk, b"\xef\xbb\xbfone\r\ntwo")
    assert originals.read(desk.reviewer.id, made.pk, NOW).text == "one\ntwo"
    assert originals.take(desk.reviewer.id, made.pk, NOW) == b"\xef\xbb\xbfone\r\ntwo"


@needs_renderer
def test_a_letter_comes_back_byte_for_byte_and_as_pictures(desk: Desk) -> None:
    made = received(desk, papers.letter(2))
    assert originals.take(desk.approver.id, made.pk, NOW) == papers.letter(2)
    read = originals.read(desk.approver.id, made.pk, NOW)
    assert read.pages == kinds.looked_at(papers.letter(2)).pages
    assert (read.kind, read.text) == (kinds.Kind.PDF, "")


def test_the_log_has_a_commitment_that_the_letter_opens(desk: Desk) -> None:
    made = received(desk)
    salt = ledger.salt(made.original)
    assert salt is not None
    assert opens(made.original, salt, originals.take(desk.reviewer.id, made.pk, NOW))


@pytest.mark.parametrize("way", [originals.read, originals.take])
@pytest.mark.parametrize("role", [*ROLES, "nobody", "superuser"])
def test_p5_who_reads_a_letter(desk: Desk, role: str, way: Callable[[UUID, UUID, datetime], Any]) -> None:
    who = member(*([ROLES[role]] if role in ROLES else []), superuser=role == "superuser", registered=False)
    made = received(desk)
    traces = Audit.objects.filter(actor=who.id)
    if role in {"intake", "reviewer", "approver", "appeals", "auditor"}:
        way(who.id, made.pk, NOW)
        way(who.id, made.pk, NOW)
        code = "original.read" if way is originals.read else "original.taken"
        assert list(traces.values_list("code", "subject")) == [(code, f"demand:{made.pk}")] * 2
    else:
        with pytest.raises(RoleNeeded):
            way(who.id, made.pk, NOW)
        assert not traces.exists()


def test_what_cannot_be_taken_in_leaves_nothing_behind(desk: Desk) -> None:
    with pytest.raises(errors.PaperNotSupported):
        received(desk, b"MZ\x00\x01")
    assert not Demand.objects.exists()
    assert not Salt.objects.exists()


# ---------------------------------------------------------------- unreadable where it is kept


@needs_renderer
@pytest.mark.skipif(connection.vendor != "sqlite", reason="looks into the database's own pages")
def test_p9_no_word_of_a_letter_is_in_the_database_or_beside_it(desk: Desk, tmp_path: Path) -> None:
    received(desk)
    received(desk, papers.letter(1))
    connection.ensure_connection()
    pages = bytes(connection.connection.serialize())
    assert b"Because of what is said there." in pages  # what the demand says is: else this could not fail
    assert papers.CANARY not in pages
    assert png.SIGNATURE not in pages
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if papers.CANARY in path.read_bytes()]


def test_two_demands_with_one_letter_have_nothing_in_common(desk: Desk) -> None:
    rows = [Original.objects.get(demand=received(desk)) for _ in range(2)]
    assert len({bytes(row.body) for row in rows}) == len({bytes(row.wrapped) for row in rows}) == 2
    assert rows[0].key_name == rows[1].key_name


@pytest.mark.parametrize("field", ["body", "wrapped"])
def test_a_letter_that_was_changed_does_not_open(desk: Desk, field: str) -> None:
    made = received(desk)
    whole = bytes(getattr(Original.objects.get(pk=made.pk), field))
    for place in (0, sealing.NONCE_SIZE, len(whole) - 1):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        Original.objects.filter(pk=made.pk).update(**{field: changed})
        with pytest.raises(errors.OriginalDamaged):
            originals.take(desk.reviewer.id, made.pk, NOW)
    Original.objects.filter(pk=made.pk).update(**{field: b"short"})
    with pytest.raises(errors.OriginalDamaged):
        originals.take(desk.reviewer.id, made.pk, NOW)


def test_another_demands_letter_does_not_open_in_its_place(desk: Desk) -> None:
    one, two = received(desk, b"one letter"), received(desk, b"two letters")
    other = Original.objects.filter(pk=two.pk).values("body", "wrapped").get()
    Original.objects.filter(pk=one.pk).update(**other)
    with pytest.raises(errors.OriginalDamaged):
        originals.take(desk.reviewer.id, one.pk, NOW)


@needs_renderer
def test_pages_do_not_open_in_another_order(desk: Desk) -> None:
    made = received(desk, papers.letter(2))
    first, second = OriginalPage.objects.filter(original_id=made.pk)
    OriginalPage.objects.filter(pk=first.pk).update(body=second.body)
    with pytest.raises(errors.OriginalDamaged):
        originals.read(desk.reviewer.id, made.pk, NOW)


# ---------------------------------------------------------------- the file of keys


def test_the_key_file_is_made_once_and_only_for_its_owner(desk: Desk, key_file: Path) -> None:
    received(desk)
    before = key_file.read_bytes()
    received(desk)
    assert key_file.read_bytes() == before
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_with_the_key_lost_nothing_opens_and_no_other_is_made_in_its_place(
    desk: Desk, key_file: Path
) -> None:
    made = received(desk)
    key_file.rename(key_file.with_name("aside"))
    with pytest.raises(errors.OriginalKeyMissing):
        originals.read(desk.reviewer.id, made.pk, NOW)
    with pytest.raises(errors.OriginalKeyMissing):
        received(desk)
    assert not key_file.exists()
    sealing.create(key_file)
    with pytest.raises(errors.OriginalKeyMissing):
        originals.read(desk.reviewer.id, made.pk, NOW)
    key_file.with_name("aside").rename(key_file)
    assert originals.take(desk.reviewer.id, made.pk, NOW) == TEXT


@pytest.mark.parametrize("text", ["", "not base64!\n", "c2hvcnQ=\n"])
def test_a_file_that_holds_no_key_is_no_key_file(key_file: Path, text: str) -> None:
    key_file.parent.mkdir()
    key_file.write_text(text)
    key_file.chmod(0o600)
    with pytest.raises(errors.OriginalKeyMissing):
        sealing.read(key_file)


def test_a_key_that_others_can_read_is_not_used(desk: Desk, key_file: Path) -> None:
    made = received(desk)
    key_file.chmod(0o640)
    with pytest.raises(errors.OriginalKeyExposed):
        originals.read(desk.reviewer.id, made.pk, NOW)


def test_after_a_rotation_letters_open_with_the_new_key_alone(desk: Desk, key_file: Path) -> None:
    made = [received(desk), received(desk)]
    old = sealing.read(key_file)[0]
    assert originals.rotate() == 2
    new, kept = sealing.read(key_file)
    assert kept == old != new
    sealing.replace(key_file, (new,))
    assert [originals.take(desk.reviewer.id, row.pk, NOW) for row in made] == [TEXT, TEXT]
    assert originals.rotate() == 2


def test_the_command_gives_a_new_key_or_says_why_not(
    desk: Desk, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    received(desk)
    old = sealing.read(key_file)[0]
    assert originals_command.run(Namespace()) == 0
    assert capsys.readouterr().out == "Letters with the new key: 1.\n"
    assert sealing.read(key_file)[1] == old
    key_file.unlink()
    assert originals_command.run(Namespace()) == 1
    assert "original_key_missing" in capsys.readouterr().err


def test_a_rotation_cut_short_goes_on_with_the_next(desk: Desk, key_file: Path) -> None:
    made = [received(desk), received(desk)]
    keys = (sealing.ServerKey(sealing.new_key()), *sealing.read(key_file))
    sealing.replace(key_file, keys)
    originals._close_again(made[0].pk, keys)  # and here it was killed
    assert [originals.take(desk.reviewer.id, row.pk, NOW) for row in made] == [TEXT, TEXT]
    originals.rotate()
    assert {row.key_name for row in Original.objects.all()} == {sealing.read(key_file)[0].name}
    assert [originals.take(desk.reviewer.id, row.pk, NOW) for row in made] == [TEXT, TEXT]


# ---------------------------------------------------------------- deleting


def days(count: float) -> timedelta:
    return timedelta(days=count)


def kept(made: Demand, now: datetime) -> bool:
    originals.forget(now)
    return Original.objects.filter(demand=made).exists()


def test_a_letter_is_deleted_half_a_year_after_its_refusal_with_its_salt(desk: Desk) -> None:
    made = received(desk, confidential=True)
    assert kept(made, NOW + days(179.9))
    assert not kept(made, NOW + days(180))
    assert ledger.salt(made.original) is None
    assert Audit.objects.filter(code="original.deleted", subject=f"demand:{made.pk}", actor=None).count() == 1
    with pytest.raises(errors.OriginalGone):
        originals.read(desk.reviewer.id, made.pk, NOW + days(180))


def test_its_time_is_over_by_the_clock_whether_or_not_it_is_deleted_yet(desk: Desk) -> None:
    made = received(desk, confidential=True)
    with pytest.raises(errors.OriginalGone):
        originals.take(desk.reviewer.id, made.pk, NOW + days(180))
    assert Original.objects.filter(demand=made).exists()
    assert originals.about(Demand.objects.get(pk=made.pk), NOW + days(180)) is None


def test_a_letter_without_an_answer_is_kept(desk: Desk) -> None:
    made = received(desk)
    assert kept(made, NOW + days(3000))
    assert originals.ends_at(made) is None


def granted(desk: Desk) -> tuple[Demand, Restriction]:
    demand = desk.under_review(desk.authority(), withhold(new_meeting()))
    restriction = desk.granted(demand, until=NOW + days(30))
    return Demand.objects.get(pk=demand.pk), restriction


def test_a_granted_demands_letter_is_kept_as_long_as_its_restriction_and_half_a_year(desk: Desk) -> None:
    demand, _ = granted(desk)
    assert originals.ends_at(demand) == NOW + days(210)
    assert kept(demand, NOW + days(209.9))
    assert not kept(demand, NOW + days(210))


def test_a_letter_is_kept_while_somebody_objects(desk: Desk) -> None:
    demand, restriction = granted(desk)
    appeal, _ = appeals.file(restriction.pk, "I object to that.", Person(), NOW + days(1))
    assert kept(demand, NOW + days(500))
    appeals.decide(
        desk.appeals.id, appeal.pk, Ruling(Outcome.REJECTED, "It is as it was decided."), NOW + days(5)
    )
    assert not kept(demand, NOW + days(500))


def test_the_operator_says_how_long(desk: Desk, settings: Any) -> None:
    settings.ENV = {**settings.ENV, "ORIGINALS_DAYS": 7}
    made = received(desk, confidential=True)
    assert kept(made, NOW + days(6.9))
    assert not kept(made, NOW + days(7))


# ---------------------------------------------------------------- the redacted copy


def review(desk: Desk, demand: Demand, copy: bytes) -> Review:
    return granting.review(
        desk.reviewer.id, demand.pk, legality="The law named allows it there.",
        necessity="Nothing milder would do here.", proportionality="It reaches that territory only.",
        redacted=copy, now=NOW,
    )  # fmt: skip


def examined(desk: Desk) -> Demand:
    return intake.examine(desk.intake.id, received(desk).pk, NOW)


def public(name: str) -> bytes:
    found = ledger.document(name)
    assert found is not None
    assert sha256(found[0]).hexdigest() == name
    return found[0]


@needs_renderer
@pytest.mark.parametrize(
    "copy", [papers.letter(2), papers.picture(), papers.photograph()], ids=["pdf", "png", "jpeg"]
)
def test_of_a_redacted_file_only_our_own_pictures_are_public(desk: Desk, copy: bytes) -> None:
    made = review(desk, examined(desk), copy)
    expected = list(kinds.looked_at(copy).pages)
    assert [public(name) for name in made.pages] == expected
    assert made.redacted == made.pages[0]
    assert not [row for row in Document.objects.all() if papers.CANARY in bytes(row.data)]
    assert ledger.document(sha256(copy).hexdigest()) is None


def test_a_redacted_text_is_public_word_for_word(desk: Desk) -> None:
    made = review(desk, examined(desk), b"\xef\xbb\xbfThe demand\r\nwithout names")
    assert made.pages == []
    assert public(made.redacted) == b"The demand\nwithout names"


def test_a_redacted_text_carries_nothing_that_nobody_sees(desk: Desk) -> None:
    hidden = "".join(chr(0xE0000 + ord(each)) for each in "Ada")
    text = f"The demand{hidden} of\u202e an\u200b office: نامه‌ای"
    made = review(desk, examined(desk), text.encode())
    assert public(made.redacted).decode() == "The demand of an office: نامه‌ای"


@needs_renderer
def test_the_published_decision_names_every_page(desk: Desk) -> None:
    demand = examined(desk)
    made = review(desk, demand, papers.letter(1) + b"%1")
    row = desk.granted(demand)
    said = json.loads(public(row.document))
    assert said["redacted_demand"] == made.pages[0]
    assert said["redacted_pages"] == made.pages


def test_a_copy_that_is_replaced_is_public_no_more(desk: Desk) -> None:
    demand = examined(desk)
    first = review(desk, demand, b"A name was left in this one.").redacted
    second = review(desk, demand, b"There is no name in this one.").redacted
    assert ledger.document(first) is None
    assert public(second)


def test_what_a_proposal_or_another_demand_points_to_stays_public(desk: Desk) -> None:
    one, two = examined(desk), examined(desk)
    shared = review(desk, one, b"The same letter to everybody.").redacted
    review(desk, two, b"The same letter to everybody.")
    review(desk, one, b"Another copy of the letter.")
    assert public(shared)
    desk.propose(two)
    review(desk, two, b"And one more copy of the letter.")
    assert public(shared)

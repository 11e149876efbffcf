"""The receipt of somebody withheld: what it says, who could have made it, what is not in it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.orders.receipts import BadReceipt, Receipt, check, issue, signing_key, verifier
from bailiwick.rules.location import Vote
from bailiwick.tlog.keys import parse_vkey
from bailiwick.tlog.notes import parse_note, sign_note, verify_note

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
VOTES = (Vote("dbip", "CN"), Vote("ipfire", "CN"), Vote("mm", "CN", stale=True))
RECEIPT = Receipt(NOW, ("a" * 32,), VOTES, "f" * 64, NOW + timedelta(days=3))


def test_it_says_what_was_decided_and_on_which_evidence() -> None:
    assert check(issue(RECEIPT)) == RECEIPT
    assert check(issue(Receipt(NOW, ("a" * 32,), VOTES, None, None))).valid_until is None


@pytest.mark.parametrize(
    "spoil", [str.strip, lambda text: text.replace("\n", "\r\n"), lambda text: f"\n{text}\n\n"]
)
def test_it_survives_forms_and_file_systems(spoil: Any) -> None:
    assert check(spoil(issue(RECEIPT))) == RECEIPT


def test_anybody_can_check_it_with_the_published_key() -> None:
    note = parse_note(issue(RECEIPT).encode())
    assert verify_note(note, [parse_vkey(verifier().vkey)])


@given(st.data())
def test_no_bit_of_it_can_be_changed(data: st.DataObject) -> None:
    text = bytearray(issue(RECEIPT).rstrip().encode())
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= 1 << data.draw(st.integers(0, 6))
    with pytest.raises(BadReceipt):
        check(text.decode("utf-8", "replace"))


@given(st.text(max_size=200))
def test_nonsense_is_no_receipt(text: str) -> None:
    with pytest.raises(BadReceipt):
        check(text)


def test_another_secret_makes_another_key(settings: Any) -> None:
    text = issue(RECEIPT)
    settings.SECRET_KEY = "another" * 8
    with pytest.raises(BadReceipt):
        check(text)


@pytest.mark.parametrize(
    "text", ["bailiwick receipt v2\n{}\n", "bailiwick receipt v1\n[]\n", "bailiwick receipt v1\n"]
)
def test_what_the_key_signed_but_is_none_is_none(text: str) -> None:
    with pytest.raises(BadReceipt):
        check(sign_note(text, signing_key()).encode().decode())


def test_the_key_is_not_the_logs_and_signs_under_another_name() -> None:
    from bailiwick.ledger.configuration import configured

    assert signing_key().name == f"{configured().origin}/receipts"


def test_p9_there_is_nothing_in_it_by_which_two_people_differ() -> None:
    assert issue(RECEIPT) == issue(Receipt(NOW, ("a" * 32,), VOTES, "f" * 64, NOW + timedelta(days=3)))

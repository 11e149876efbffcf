"""Whose passkeys count, by what the log says and in that order (P5): nobody puts a key of their own there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.signing.errors import Fault, Unapproved
from bailiwick.signing.roll import KINDS, concerns, roll
from bailiwick.signing.statements import canonical
from tests.orders.passkey import EdDsa, Passkey
from tests.signing.kit import Told, approved, key_of, name_of, text_of

ADA, BEN, CAM, EVE, MAL = (Passkey() for _ in range(5))


@pytest.fixture
def told() -> Told:
    """Ada's and Ben's passkeys are the first two."""
    made = Told()
    made.begin(ADA, BEN)
    return made


def on(told: Told) -> set[str]:
    return {each.key for each in told.roll().now()}


def names(*passkeys: Passkey) -> set[str]:
    return {name_of(each) for each in passkeys}


def refused(told: Told) -> dict[int, Fault]:
    return dict(told.roll().refused)


def refused_at(told: Told, index: int) -> Fault | None:
    return refused(told).get(index)


def test_two_on_the_roll_approve_and_the_roll_names_them(told: Told) -> None:
    index = told.restrict(ADA, BEN)
    found = told.roll().approvers(index, told.entries[index])
    assert {each.key for each in found} == names(ADA, BEN)
    assert [each.added for each in found] == [0, 0]


def test_p5_keys_of_somebodys_own_making_count_for_nothing(told: Told) -> None:
    assert not told.counts(told.restrict(EVE, MAL))
    assert not told.counts(told.restrict(ADA, EVE))


def test_p5_one_key_twice_is_not_two(told: Told) -> None:
    index = told.restrict(ADA, ADA)
    with pytest.raises(Unapproved) as error:
        told.roll().approvers(index, told.entries[index])
    assert error.value.fault is Fault.ONE_KEY_TWICE


def test_p5_one_approval_or_none_or_three_are_not_two(told: Told) -> None:
    told.add(CAM, ADA, BEN)
    for by in ((), (ADA,), (ADA, BEN, CAM)):
        assert not told.counts(told.restrict(*by))


def test_p5_an_entry_changed_after_it_was_approved_is_approved_by_nobody(told: Told) -> None:
    index = told.restrict(ADA, BEN)
    fields = json.loads(told.entries[index])
    told.entries[index] = canonical(fields | {"law": "Act 6"})
    assert not told.counts(index)


def test_two_put_a_third_on_the_roll_who_then_counts_from_there_on(told: Told) -> None:
    before = told.restrict(ADA, CAM)
    told.add(CAM, ADA, BEN)
    assert on(told) == names(ADA, BEN, CAM)
    assert not told.counts(before)
    assert told.counts(told.restrict(CAM, ADA))


def test_passkeys_of_both_kinds_are_put_on_the_roll(told: Told) -> None:
    edward = Passkey(EdDsa())
    told.add(edward, ADA, BEN)
    assert told.counts(told.restrict(edward, BEN))


@pytest.mark.parametrize("by", [(), (ADA,), (ADA, ADA), (ADA, CAM), (EVE, MAL)])
def test_p5_nobody_gets_on_the_roll_with_less_than_two_that_are_on_it(
    told: Told, by: tuple[Passkey, ...]
) -> None:
    index = told.add(CAM, *by)
    assert on(told) == names(ADA, BEN)
    assert index in refused(told)
    assert not told.counts(told.restrict(ADA, CAM))


def test_p5_a_removed_key_counts_for_nothing_from_there_on_and_for_what_was_before(told: Told) -> None:
    told.add(CAM, ADA, BEN)
    before = told.restrict(ADA, CAM)
    told.remove(CAM)
    assert told.counts(before)
    assert not told.counts(told.restrict(ADA, CAM))
    assert told.add(EVE, ADA, CAM) in refused(told)


def test_p5_the_entry_that_added_a_removed_key_said_again_adds_nothing(told: Told) -> None:
    index = told.add(CAM, ADA, BEN)
    told.remove(CAM)
    again = told.say(told.entries[index])
    assert refused(told)[again] is Fault.KEY_USED_BEFORE
    assert on(told) == names(ADA, BEN)


def test_a_key_takes_the_place_of_its_holders_old_one_in_one_entry(told: Told) -> None:
    index = told.add(CAM, ADA, BEN, replaces=ADA)
    assert index not in refused(told)
    assert on(told) == names(BEN, CAM)
    assert not told.counts(told.restrict(ADA, BEN))


def test_a_key_that_replaces_nobody_on_the_roll_is_not_added(told: Told) -> None:
    assert refused_at(told, told.add(CAM, ADA, BEN, replaces=EVE)) is Fault.NO_SIGNER
    assert on(told) == names(ADA, BEN)


def test_a_key_that_nobody_could_check_is_not_added(told: Told) -> None:
    index = told.say(approved({"type": "signer.added", "at": "x", "key": "AAAA"}, ADA, BEN))
    assert refused(told)[index] is Fault.KEY_UNSUPPORTED


# ---------------------------------------------------------------- where it begins


def test_p5_only_the_logs_own_key_begins_the_roll() -> None:
    told = Told()
    assert refused_at(told, told.begin(EVE, MAL, key=key_of(9))) is Fault.NOT_BY_THE_LOG
    assert on(told) == set()
    told.begin(ADA, BEN)
    assert on(told) == names(ADA, BEN)


def test_p5_nobody_is_added_before_it_begins() -> None:
    told = Told()
    assert refused_at(told, told.add(EVE, EVE, MAL)) is Fault.NO_SIGNER
    assert refused_at(told, told.add(MAL)) is Fault.WITHOUT_APPROVALS


def test_it_begins_anew_with_two_others_and_those_before_count_no_more(told: Told) -> None:
    before = told.restrict(ADA, BEN)
    told.begin(CAM, EVE, minute=5)
    assert on(told) == names(CAM, EVE)
    assert len(told.roll().begun) == 2
    assert told.counts(before)
    assert told.counts(told.restrict(CAM, EVE))
    assert not told.counts(told.restrict(ADA, BEN))


def test_p5_an_entry_that_began_it_said_again_begins_nothing(told: Told) -> None:
    told.begin(CAM, EVE, minute=5)
    first = told.say(told.entries[0])
    second = told.say(told.entries[1])
    assert set(refused(told)) == {first, second}
    assert on(told) == names(CAM, EVE)


def test_p5_a_key_of_before_never_comes_back_not_even_with_the_logs_signature(told: Told) -> None:
    assert refused_at(told, told.begin(ADA, CAM, minute=5)) is Fault.KEY_USED_BEFORE
    assert on(told) == names(ADA, BEN)


def test_one_key_twice_begins_nothing() -> None:
    told = Told()
    assert refused_at(told, told.begin(ADA, ADA)) is Fault.ONE_KEY_TWICE


def test_keys_changed_after_the_log_signed_begin_nothing() -> None:
    told = Told()
    told.begin(ADA, BEN)
    fields = json.loads(told.entries[0])
    told.entries[0] = canonical(fields | {"keys": sorted(map(text_of, (EVE, MAL)))})
    assert refused_at(told, 0) is Fault.NOT_BY_THE_LOG


# ---------------------------------------------------------------- after the log has another key


def test_who_knows_only_the_new_key_of_the_log_believes_what_the_old_one_began(told: Told) -> None:
    told.rotate(key_of(2))
    told.rotate(key_of(3))
    assert on(told) == names(ADA, BEN)


def test_p5_a_key_that_was_replaced_begins_nothing_afterwards(told: Told) -> None:
    rotated = told.rotate(key_of(2))
    assert refused_at(told, told.begin(CAM, EVE, minute=5, key=key_of(1))) is Fault.NOT_BY_THE_LOG
    told.say(told.entries[rotated])
    assert on(told) == names(ADA, BEN)


def test_p5_a_rotation_that_the_new_key_did_not_sign_makes_no_key_believed() -> None:
    told = Told(key=key_of(9))
    told.begin(EVE, MAL)
    told.rotate(key_of(1), by=(key_of(9), key_of(9)))
    assert on(told) == set()


# ---------------------------------------------------------------- what is no such entry


def test_other_entries_concern_nobody() -> None:
    assert not concerns(b'{"at":"2026-11-22T12:00:00Z","on":true,"type":"demands.switched"}')
    assert all(concerns(canonical({"type": kind})) for kind in KINDS)


@given(st.binary(max_size=60) | st.sampled_from(KINDS).map(lambda kind: canonical({"at": 1, "type": kind})))
def test_bytes_that_are_no_entry_have_no_effect_and_harm_nothing(data: bytes) -> None:
    told = Told()
    told.say(data)
    told.begin(ADA, BEN)
    found = roll(enumerate(told.entries), {told.key.verifier.public})
    assert {each.key for each in found.now()} == names(ADA, BEN)

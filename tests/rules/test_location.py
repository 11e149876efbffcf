"""The consensus of the sources (DESIGN.md, "Location")."""

from collections.abc import Sequence
from itertools import combinations_with_replacement, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.rules.location import Location, Undetermined, Vote, locate, undetermined
from bailiwick.rules.territory import CODES, Code, UnknownTerritory

from .cases import SOURCES, TABLE, at, votes_for

CN, HK, DE = Code("CN"), Code("HK"), Code("DE")
ANSWERS = [CN, HK, DE, None]
NO_CODES = ["EU", "AP", "UK", "ZZ", "AN", "SU", "UN", "??", "", "cn"]


def three(*codes: Code | None, stale: Sequence[str] = ()) -> Location:
    votes = [Vote(source, code, source in stale) for source, code in zip(SOURCES, codes, strict=True)]
    return locate(votes, TABLE)


def answers_that_count(votes: Sequence[Vote]) -> list[str]:
    return [vote.code for vote in votes if vote.code in CODES and not vote.stale]


@pytest.mark.parametrize("code", sorted(CODES))
def test_three_sources_that_agree_are_unanimous_about_every_code(code: Code) -> None:
    assert at(code) == Location(votes_for(code, code, code), TABLE, code, code, None)


def test_a_single_dissent_ends_unanimity_but_not_the_majority_for_every_code() -> None:
    for code, other in product(sorted(CODES), [HK, CN]):
        if code == other:
            continue
        for votes in ((code, code, other), (code, other, code), (other, code, code)):
            location = three(*votes)
            assert (location.unanimous, location.majority) == (None, code)
            assert location.reason is Undetermined.DISAGREEMENT


def test_a_single_missing_answer_ends_unanimity_but_not_the_majority() -> None:
    for votes in set(permutations((HK, HK, None))):
        location = three(*votes)
        assert (location.unanimous, location.majority) == (None, HK)
        assert location.reason is Undetermined.NO_VOTE


def test_three_different_answers_are_no_majority() -> None:
    location = three(CN, HK, DE)
    assert (location.unanimous, location.majority) == (None, None)
    assert location.reason is Undetermined.DISAGREEMENT


def test_one_answer_of_three_is_no_majority() -> None:
    location = three(CN, None, None)
    assert (location.majority, location.reason) == (None, Undetermined.NO_VOTE)


def test_no_answer_at_all_is_no_vote() -> None:
    assert three(None, None, None).reason is Undetermined.NO_VOTE


def test_a_stale_source_counts_as_disagreeing_even_if_it_says_the_same() -> None:
    location = three(CN, CN, CN, stale=["ipfire"])
    assert (location.unanimous, location.majority) == (None, CN)
    assert location.reason is Undetermined.STALE


def test_two_stale_sources_leave_no_majority() -> None:
    location = three(CN, CN, CN, stale=["mm", "ipfire"])
    assert (location.unanimous, location.majority, location.reason) == (None, None, Undetermined.STALE)


def test_a_stale_source_without_an_answer_is_still_our_fault() -> None:
    assert three(CN, CN, None, stale=["ipfire"]).reason is Undetermined.STALE


def test_two_sources_must_both_agree_for_either() -> None:
    assert locate(votes_for("CN", "CN"), TABLE).unanimous == CN
    for split in (("CN", "HK"), ("CN", None), (None, None)):
        location = locate(votes_for(*split), TABLE)
        assert (location.unanimous, location.majority) == (None, None)


def test_half_of_four_sources_is_no_majority() -> None:
    votes = [Vote(name, code) for name, code in zip("abcd", [CN, CN, HK, None], strict=True)]
    assert locate(votes, TABLE).majority is None
    assert locate([*votes[:2], Vote("c", CN), votes[3]], TABLE).majority == CN


def test_one_source_is_never_unanimous() -> None:
    location = locate(votes_for("CN"), TABLE)
    assert (location.unanimous, location.majority) == (None, CN)
    assert location.reason is Undetermined.TOO_FEW_SOURCES


def test_without_sources_nothing_is_known() -> None:
    location = locate([], TABLE)
    assert (location.unanimous, location.majority) == (None, None)
    assert location.reason is Undetermined.TOO_FEW_SOURCES


@pytest.mark.parametrize("text", NO_CODES)
def test_what_is_no_code_is_no_vote_however_many_say_it(text: str) -> None:
    location = three(Code(text), Code(text), Code(text))
    assert (location.unanimous, location.majority) == (None, None)
    assert location.reason is Undetermined.NO_VOTE


def test_a_source_cannot_vote_twice() -> None:
    with pytest.raises(ValueError, match="votes once"):
        locate([Vote("mm", CN), Vote("mm", CN)], TABLE)


def test_the_consensus_does_not_depend_on_the_order_of_the_sources() -> None:
    for codes in combinations_with_replacement([CN, HK, DE, Code("TW")], 3):
        found = {
            (w.unanimous, w.majority, w.reason) for w in (three(*order) for order in permutations(codes))
        }
        assert len(found) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from([*ANSWERS, Code("EU")]), st.booleans()),
        max_size=5,
    )
)
def test_p1_the_consensus_says_what_the_votes_say(answers: list[tuple[Code | None, bool]]) -> None:
    votes = [Vote(f"source {i}", code, stale) for i, (code, stale) in enumerate(answers)]
    location = locate(votes, TABLE)
    counting = answers_that_count(votes)
    agreed = len(votes) >= 2 and len(counting) == len(votes) and len(set(counting)) == 1
    assert location.unanimous == (counting[0] if agreed else None)
    leading = [code for code in set(counting) if counting.count(code) > len(votes) / 2]
    assert location.majority == (leading[0] if leading else None)
    assert (location.reason is None) == agreed
    assert location.votes == tuple(votes)


def test_undetermined_says_why_and_names_nobody() -> None:
    for reason in Undetermined:
        location = undetermined(reason, table=TABLE)
        assert location == Location((), TABLE, None, None, reason)


def test_only_an_override_names_a_majority_of_its_own() -> None:
    location = undetermined(Undetermined.OVERRIDDEN, votes_for("CN", "CN", "CN"), TABLE, majority=HK)
    assert (location.unanimous, location.majority) == (None, HK)
    for reason in set(Undetermined) - {Undetermined.OVERRIDDEN}:
        with pytest.raises(ValueError, match="majority"):
            undetermined(reason, table=TABLE, majority=HK)


def test_faults_of_our_data_are_told_from_what_the_sources_say() -> None:
    ours = {reason for reason in Undetermined if reason.data_fault}
    assert ours == {
        Undetermined.NO_TABLE,
        Undetermined.NOT_ACTIVE,
        Undetermined.NO_ADDRESS,
        Undetermined.STALE,
        Undetermined.TOO_FEW_SOURCES,
    }


def test_an_override_cannot_name_what_is_no_code() -> None:
    with pytest.raises(UnknownTerritory):
        undetermined(Undetermined.OVERRIDDEN, table=TABLE, majority=Code("EU"))


STALE_VOTE = (*votes_for("CN", "CN"), Vote("ipfire", CN, stale=True))


@pytest.mark.parametrize(
    "location",
    [
        ((), TABLE, "CN", "CN", None),
        (votes_for("CN"), TABLE, "CN", "CN", None),
        (votes_for("CN", "HK", "CN"), TABLE, "CN", "CN", None),
        (votes_for("CN", None, "CN"), TABLE, "CN", "CN", None),
        (STALE_VOTE, TABLE, "CN", "CN", None),
        (votes_for("HK", "HK", "HK"), TABLE, "CN", "CN", None),
        (votes_for("HK", "HK", "HK"), TABLE, "CN", "HK", None),
        (votes_for("EU", "EU", "EU"), TABLE, "EU", "EU", None),
        (votes_for("CN", "CN", "CN"), None, "CN", "CN", None),
        (votes_for("CN", "CN", "CN"), TABLE, "CN", None, None),
        (votes_for("CN", "CN", "CN"), TABLE, "CN", "CN", Undetermined.OVERRIDDEN),
        (votes_for("CN", "HK", "DE"), TABLE, None, "CN", Undetermined.DISAGREEMENT),
        ((), TABLE, None, None, None),
    ],
)
def test_p1_evidence_the_votes_do_not_bear_out_cannot_be_built(location: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match=r"votes do not say|a reason why not"):
        Location(*location)  # type: ignore[arg-type]  # thirteen ways to lie

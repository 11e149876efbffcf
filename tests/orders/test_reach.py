"""P1, over all codes: an authority of X reaches X's row only, whatever its entry says. The expectation is
written out apart: what a state has besides its own code is listed here again."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.gate.verifying import Unproven, bounded
from bailiwick.ledger.entries import RestrictionApproved
from bailiwick.orders.reach import reach_of
from bailiwick.rules.territory import CODES, UnknownTerritory
from tests.gate.kit import Clock
from tests.orders.kit import second

MORE = {
    "AU": "CC CX NF", "FI": "AX", "FR": "GF GP MQ RE YT BL MF PM", "NO": "BV SJ", "US": "AS GU MP PR UM VI"
}  # fmt: skip
NOW = second(Clock()())


def entry(state: str, territories: list[str], kind: str = "court", days: float = 30) -> RestrictionApproved:
    return RestrictionApproved.model_validate(
        {
            "at": NOW, "restriction": "0" * 32, "demand": "1" * 32, "authority": "2" * 32, "state": state,
            "kind": kind, "law": "Act 1", "territories": tuple(sorted(territories)), "from": NOW,
            "until": NOW + timedelta(days=days), "reasons": ("other_law",), "target": "0" * 64,
            "document": "0" * 64, "original": "0" * 64,
        }
    )  # fmt: skip


def allowed(state: str, code: str, kind: str = "court") -> bool:
    try:
        bounded(entry(state, [code], kind))
    except Unproven:
        return False
    return True


def test_p1_an_authority_of_any_state_reaches_its_own_row_and_no_other_code() -> None:
    day = NOW.date()
    for state in CODES:
        row = reach_of(state, "court", day, day)
        assert row == {state, *MORE.get(state, "").split()}, state


@pytest.mark.parametrize("state", ["CN", "HK", "MO", "TW", "US", "FR", "DK", "GB", "RU", "IL", "MA", "RS"])
def test_p1_no_other_code_gets_past_the_gate_for(state: str) -> None:
    reached = {code for code in CODES if allowed(state, code)}
    assert reached == {state, *MORE.get(state, "").split()}


def test_p1_every_pair_of_codes_is_refused_unless_the_second_is_in_the_firsts_row() -> None:
    day = NOW.date()
    reached = {(a, b) for a, b in product(CODES, CODES) if b in reach_of(a, "police", day, day)}
    expected = {(code, code) for code in CODES}
    expected |= {(state, other) for state, others in MORE.items() for other in others.split()}
    assert reached == expected


def test_p1_mainland_china_is_not_hong_kong_macao_or_taiwan() -> None:
    assert not any(allowed("CN", code) for code in ("HK", "MO", "TW"))


def test_p1_only_a_supranational_body_has_a_groups_territory_and_only_a_group_is_one() -> None:
    assert allowed("EU", "DE", "supranational")
    assert not allowed("EU", "DE", "court")
    assert not allowed("EU", "NO", "supranational")
    assert allowed("EEA", "NO", "supranational")
    assert not allowed("DE", "DE", "supranational")


def test_p1_a_group_reaches_only_who_belonged_to_it_on_the_first_and_the_last_day() -> None:
    assert "GB" in reach_of("EU", "supranational", date(2020, 1, 1), date(2020, 1, 31))
    assert "GB" not in reach_of("EU", "supranational", date(2020, 1, 1), date(2021, 2, 1))
    assert "GB" not in reach_of("EU", "supranational", date(2021, 2, 1), date(2021, 3, 1))


def test_p1_no_state_no_reach() -> None:
    with pytest.raises(UnknownTerritory):
        reach_of("ZZ", "court", NOW.date(), NOW.date())
    assert not allowed("ZZ", "DE")


@given(
    state=st.sampled_from(sorted(CODES)),
    codes=st.sets(st.sampled_from(sorted(CODES)), min_size=1, max_size=4),
    days=st.floats(0.001, 120),
)
def test_p1_p6_what_is_enforced_lies_within_the_row_and_ninety_days(
    state: str, codes: set[str], days: float
) -> None:
    fits = codes <= {state, *MORE.get(state, "").split()} and round(days * 86400) <= 90 * 86400
    made = entry(state, list(codes)).model_copy(
        update={"until": NOW + timedelta(seconds=round(days * 86400))}
    )
    try:
        found = bounded(made)
    except Unproven:
        assert not fits
    else:
        assert fits
        assert found.territory == codes
        assert found.proven

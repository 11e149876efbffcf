"""What an access rule says of a location, for every code."""

import pytest

from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter, Verdict
from bailiwick.rules.location import Undetermined, undetermined
from bailiwick.rules.territory import CODES, Code, UnknownTerritory

from .cases import NOWHERE, TABLE, allowing, at, denying, mostly_at, on_undetermined, votes_for


def test_denying_a_code_refuses_it_and_no_other() -> None:
    for denied in sorted(CODES):
        rule = denying(denied, undetermined=OnUndetermined.REFUSE)
        refused = {code for code in CODES if rule.verdict(at(code)) is not Verdict.ADMIT}
        assert refused == {denied}


def test_allowing_a_code_admits_it_and_no_other() -> None:
    for allowed in sorted(CODES):
        rule = allowing(allowed)
        assert {code for code in CODES if rule.verdict(at(code)) is Verdict.ADMIT} == {allowed}
        assert {code for code in CODES if rule.verdict(at(code)) is Verdict.REFUSE} == CODES - {allowed}


def test_denying_mainland_china_leaves_hong_kong_macao_and_taiwan_in() -> None:
    rule = denying("CN")
    assert {rule.verdict(at(code)) for code in ("HK", "MO", "TW")} == {Verdict.ADMIT}


def test_denying_nobody_admits_everybody_and_allowing_nobody_refuses_everybody() -> None:
    assert {denying().verdict(at(code)) for code in CODES} == {Verdict.ADMIT}
    assert {allowing().verdict(at(code)) for code in CODES} == {Verdict.REFUSE}


def test_a_majority_is_evidence_enough() -> None:
    assert denying("CN").verdict(mostly_at("CN", "HK")) is Verdict.REFUSE
    assert denying("HK").verdict(mostly_at("CN", "HK")) is Verdict.ADMIT
    assert allowing("CN").verdict(mostly_at("CN", None)) is Verdict.ADMIT


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("setter", RuleSetter)
@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (OnUndetermined.ADMIT, Verdict.ADMIT),
        (OnUndetermined.WAITING_ROOM, Verdict.WAITING_ROOM),
        (OnUndetermined.REFUSE, Verdict.REFUSE),
    ],
)
def test_the_undetermined_are_treated_as_the_rule_says(
    mode: Mode, setter: RuleSetter, choice: OnUndetermined, expected: Verdict
) -> None:
    for territories in (frozenset[Code](), CODES):
        rule = AccessRule(mode, territories, choice, setter)
        for reason in Undetermined:
            assert rule.verdict(undetermined(reason, table=TABLE)) is expected


def test_the_choice_for_the_undetermined_touches_nobody_else() -> None:
    for choice in OnUndetermined:
        assert on_undetermined(choice).verdict(at("DE")) is Verdict.ADMIT


def test_a_rule_cannot_name_what_is_no_code() -> None:
    for mode in Mode:
        with pytest.raises(UnknownTerritory):
            AccessRule(mode, frozenset({Code("EU")}), OnUndetermined.ADMIT, RuleSetter.HOST)


def test_an_override_may_name_a_code_for_access_rules() -> None:
    overridden = undetermined(Undetermined.OVERRIDDEN, votes_for("CN", "CN", "CN"), TABLE, Code("HK"))
    assert denying("HK").verdict(overridden) is Verdict.REFUSE
    assert denying("CN").verdict(overridden) is Verdict.ADMIT
    assert denying("CN", undetermined=OnUndetermined.REFUSE).verdict(NOWHERE) is Verdict.REFUSE

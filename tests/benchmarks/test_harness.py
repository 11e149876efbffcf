"""What a benchmark prints, and how it measures."""

import json
import math
from collections.abc import Callable

import pytest

from benchmarks.harness import Figure, Work, as_json, best_of, emit, parser, percentile, rate


def ticking(*seconds: float) -> Callable[[], float]:
    """A clock that gives these readings, one per look."""
    readings = iter(seconds)
    return lambda: next(readings)


def test_a_figure_is_one_object_on_one_line_and_the_result_is_the_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    emit(Figure("one", 1, "s", 2), Figure("two", 1, "per s", 2, at_least=0.5, details={"rounds": 7}))
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    expected = {"name": "two", "value": 1, "unit": "per s", "limit": 2, "ratio": 0.5, "at_least": 0.5}
    assert expected.items() <= last.items()
    assert (last["met"], last["rounds"]) == (True, 7)


@pytest.mark.parametrize(("value", "met"), [(1.9, False), (2, True), (3, True), (4, True), (4.1, False)])
def test_bounds_are_kept_up_to_and_including_themselves(value: float, met: bool) -> None:
    assert Figure("name", value, "s", 2, at_least=1, at_most=2).met is met


def test_a_figure_is_not_met_if_something_else_that_must_hold_does_not() -> None:
    assert Figure("name", 1, "s", 1, at_most=2, kept={"undisturbed": True}).met
    disturbed = Figure("name", 1, "s", 1, at_most=2, kept={"undisturbed": False})
    assert not disturbed.met
    assert (as_json(disturbed)["met"], as_json(disturbed)["undisturbed"]) == (False, False)


def test_a_bound_that_is_missed_is_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    kept, missed = Figure("kept", 1, "s", 1, at_most=1), Figure("missed", 2, "s", 1, at_most=1)
    assert (emit(kept), emit(missed), emit(missed, kept)) == (0, 1, 1)
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_what_json_has_no_number_for_is_null() -> None:
    unmeasured = as_json(Figure("name", math.inf, "s", 0, at_least=1))
    assert (unmeasured["value"], unmeasured["ratio"], unmeasured["met"]) == (None, None, False)
    json.dumps(unmeasured, allow_nan=False)


def test_the_best_round_counts_per_operation() -> None:
    calls: list[None] = []
    work = Work(lambda: calls.append(None), operations=2)
    assert best_of({"work": work}, 3, ticking(0, 4, 10, 12, 20, 26)) == {"work": 1.0}
    assert len(calls) == 4  # once to warm up


def test_a_share_of_the_values_does_not_exceed_the_percentile() -> None:
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile([5, 1, 4, 2, 3], 1) == 5
    assert percentile([5, 1], 0) == 1
    assert math.isnan(percentile([], 0.5))


def test_rounds_are_a_positive_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert parser("name", "what it is").parse_args(["--rounds", "3"]).rounds == 3
    for bad in ("0", "-1", "many"):
        with pytest.raises(SystemExit):
            parser("name", None).parse_args(["--rounds", bad])
    assert "--rounds" in capsys.readouterr().err


def test_a_rate_is_the_other_way_round() -> None:
    assert rate(0.25) == 4

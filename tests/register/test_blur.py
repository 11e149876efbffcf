"""Noise on how often somebody was kept out: no count is certain from what is told; large ones still show."""

import math
from collections import Counter

from bailiwick.register.blur import SCALE, blurred
from bailiwick.register.report import affected_band

DRAWS = 20_000
STATES = [f"{number}" for number in range(DRAWS)]


def bands(count: int) -> Counter[str]:
    drawn = blurred(dict.fromkeys(STATES, count), STATES)
    return Counter(affected_band(number) for number in drawn.values())


def test_p9_knocking_nine_times_does_not_tell_whether_somebody_else_was_there() -> None:
    """Either band comes with much the same odds for nine and for ten, and for none and for one."""
    for fewer in (0, 9):
        alone, with_another = bands(fewer), bands(fewer + 1)
        for band in ("0-9", "10-99"):
            odds = with_another[band] / alone[band]
            bound = math.exp(1 / SCALE)
            assert 1 / bound * 0.85 < odds < bound * 1.15, (fewer, band)


def test_a_state_that_nobody_was_kept_out_for_is_blurred_like_any_other() -> None:
    drawn = blurred({}, STATES).values()
    assert min(drawn) == 0
    assert max(drawn) > 9


def test_large_numbers_keep_their_size() -> None:
    drawn = blurred(dict.fromkeys(STATES, 500), STATES).values()
    assert abs(sum(drawn) / DRAWS - 500) < 2
    assert min(drawn) > 300

"""Noise on how often somebody was kept out, before it is put into a band.

A band alone is an oracle for whoever can add to the count: nine tries from inside the territory, and "10-99"
instead of "0-9" would tell that somebody else was there. So a random number is added once, when the report is
made: the difference of two geometric ones (the discrete Laplace distribution of differential privacy), of
scale `SCALE`. One try more or less changes the odds of any band by a tenth, twenty of them by a factor of
seven: too little to learn of one person, and little beside counts that mean something.

Source: Ghosh, Roughgarden, Sundararajan, "Universally utility-maximizing privacy mechanisms", 2009.
"""

import math
import random
import secrets
from collections.abc import Iterable, Mapping
from typing import Final

SCALE: Final = 10


def blurred(counts: Mapping[str, int], states: Iterable[str]) -> dict[str, int]:
    """A noisy count for each of `states`, never below nought; those that are not in `counts` have none."""
    chance = secrets.SystemRandom()
    return {state: max(0, counts.get(state, 0) + _noise(chance)) for state in states}


def _noise(chance: random.Random) -> int:
    return _geometric(chance) - _geometric(chance)


def _geometric(chance: random.Random) -> int:
    """How often one fails before one succeeds, when failing has the odds exp(-1/SCALE)."""
    return math.floor(-SCALE * math.log(1.0 - chance.random()))

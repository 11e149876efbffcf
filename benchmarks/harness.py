"""What every benchmark shares: arguments, timing side by side with its limit, one JSON object at the end.

A benchmark is a module `benchmarks.NAME` with `main(argv) -> int`, run by `bin/bench NAME`. On a shared
machine absolute figures mean little; so each is measured beside its limit (the least the work could cost:
usually the bare library underneath) in the same run, and what counts is `ratio`, value / limit.

    def main(argv: Sequence[str]) -> int:
        options = parser("decide", __doc__).parse_args(argv)
        seconds = best_of({"limit": Work(bare, 1000), "value": Work(ours, 1000)}, options.rounds)
        value, limit = rate(seconds["value"]), rate(seconds["limit"])
        return emit(Figure("decide", value, "decisions/s", limit, at_least=0.5))
"""

import argparse
import gc
import json
import math
import os
import platform
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Clock = Callable[[], float]  # seconds


@dataclass(frozen=True, slots=True)
class Work:
    """Something to time. One call of `run` does `operations` of them, so that calling it costs little."""

    run: Callable[[], object]
    operations: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and its limit, in the same unit, and the bound the ratio is meant to keep, if any.

    `kept` names what else must hold for the figure to count as met, each with whether it did in this run.
    `details` must be JSON and hold nothing of the machine's or a person's: no path, no host, no address.
    """

    name: str
    value: float
    unit: str
    limit: float
    at_least: float | None = None
    at_most: float | None = None
    kept: Mapping[str, bool] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Value by limit; NaN (null in JSON) without a limit."""
        return self.value / self.limit if self.limit else math.nan

    @property
    def met(self) -> bool:
        """Whether the ratio keeps its bounds, and everything else that must hold does."""
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= self.ratio <= high and all(self.kept.values())


def parser(name: str, description: str | None, *, rounds: int = 7) -> argparse.ArgumentParser:
    """Arguments every benchmark takes: `--rounds N` (the best of them counts). Add your own."""
    arguments = argparse.ArgumentParser(
        prog=f"bin/bench {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_argument(
        "--rounds", type=_positive, default=rounds, help="rounds to measure, the best counts (%(default)s)"
    )
    return arguments


def best_of(works: Mapping[str, Work], rounds: int, clock: Clock = time.perf_counter) -> dict[str, float]:
    """Seconds per operation of each work: its best round. Each round runs all of them, one after the other.

    Taking turns, in an order drawn anew each round, lets a noisy neighbour slow all of them alike, and none
    always finds the caches as the same other one left them. The best round is the one least disturbed.
    Garbage collection rests, as in timeit. For work that only computes in this thread, `time.thread_time` as
    the clock leaves out what others took of the machine meanwhile.
    """
    names = list(works)
    best = dict.fromkeys(names, math.inf)
    for work in works.values():
        work.run()
    with _garbage_collection_resting():
        for turn in range(rounds):
            for name in random.Random(turn).sample(names, len(names)):
                best[name] = min(best[name], _seconds(works[name], clock))
    return best


def rate(seconds: float) -> float:
    """Operations per second from seconds per operation."""
    return 1 / seconds if seconds else math.inf


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0..1) of them do not exceed; NaN without values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def note(text: str) -> None:
    """Say on stderr what is going on; stdout is for figures."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def emit(*figures: Figure) -> int:
    """Print each figure as one line of JSON; the last one is the benchmark's result.

    Returns the exit code: 1 if one of them missed its bounds, so that whoever runs it cannot overlook it.
    """
    for figure in figures:
        sys.stdout.write(f"{json.dumps(as_json(figure))}\n")
    sys.stdout.flush()
    return 0 if all(figure.met for figure in figures) else 1


def as_json(figure: Figure) -> dict[str, object]:
    """The figure's JSON object: name, value, unit, limit, ratio, bounds and if they are kept, details."""
    bounds = {"at_least": figure.at_least, "at_most": figure.at_most}
    stated = {bound: value for bound, value in bounds.items() if value is not None}
    return {
        "name": figure.name,
        "value": _rounded(figure.value),
        "unit": figure.unit,
        "limit": _rounded(figure.limit),
        "ratio": _rounded(figure.ratio),
        **stated,
        **({"met": figure.met} if stated else {}),
        **figure.kept,
        **figure.details,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }


def _seconds(work: Work, clock: Clock) -> float:
    begin = clock()
    work.run()
    return (clock() - begin) / work.operations


@contextmanager
def _garbage_collection_resting() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _rounded(value: float) -> float | None:
    """Four significant digits: more would pretend. None for what JSON has no number for."""
    return float(f"{value:.4g}") if math.isfinite(value) else None


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number

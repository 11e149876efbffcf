"""What a rule would do to those inside: in bands, ten or more present, seldom: no oracle."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bailiwick.rules.access import AccessRule, Verdict
from bailiwick.rules.location import Location

from .errors import TooFewPresent, TooManyDryRuns

LEAST_PRESENT: Final = 10
_BANDS: Final = ((0, "0"), (4, "1-4"), (9, "5-9"), (24, "10-24"), (49, "25-49"), (99, "50-99"))
INTERVAL_SECONDS: Final = 10.0
PER_HOUR: Final = 12


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of people; they do not leave the gate."""

    stay: int = 0
    go: int = 0
    undetermined: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.stay + other.stay, self.go + other.go, self.undetermined + other.undetermined)


@dataclass(frozen=True, slots=True)
class DryRun:
    """Bands, like "5-9", of who would stay, go, or is undetermined."""

    stay: str
    go: str
    undetermined: str


def count(rule: AccessRule | None, locations: Iterable[Location]) -> Counts:
    """What the rule says to each location; the undetermined apart, whatever it says to them."""
    total = Counts()
    for location in locations:
        if location.majority is None:
            total += Counts(undetermined=1)
        elif rule is None or rule.verdict(location) is Verdict.ADMIT:
            total += Counts(stay=1)
        else:
            total += Counts(go=1)
    return total


def banded(counts: Counts) -> DryRun:
    """The counts as bands.

    Raises:
        TooFewPresent: fewer than ten are there; a band would tell where somebody is.
    """
    if counts.stay + counts.go + counts.undetermined < LEAST_PRESENT:
        raise TooFewPresent(f"a dry run needs at least {LEAST_PRESENT} people present")
    return DryRun(band(counts.stay), band(counts.go), band(counts.undetermined))


def band(number: int) -> str:
    """The band a number falls into."""
    return next((name for top, name in _BANDS if number <= top), "100 or more")


class Allowance:
    """At most one dry run in ten seconds and twelve an hour for each meeting; monotonic seconds."""

    def __init__(self) -> None:
        self._runs: dict[object, list[float]] = {}

    def take(self, meeting: object, now: float) -> None:
        """Raises TooManyDryRuns."""
        self._runs = {key: times for key, times in self._runs.items() if times and now - times[-1] < 3600}
        recent = [at for at in self._runs.get(meeting, []) if now - at < 3600]
        if len(recent) >= PER_HOUR or (recent and now - recent[-1] < INTERVAL_SECONDS):
            raise TooManyDryRuns("try again a little later")
        self._runs[meeting] = [*recent, now]

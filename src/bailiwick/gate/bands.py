"""What a rule would do to those inside: in bands, ten or more present, seldom: no oracle.

A host may fill a meeting with people of their own until the answer depends on the one person who is not.
So it is not people that are counted to ten but the networks they come from, which one host does not have at
will; and there is no band for nobody at all, which would tell that one person is not in any of a hundred
countries.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bailiwick.geo.address import ClientAddress
from bailiwick.rules.access import AccessRule, Verdict
from bailiwick.rules.location import Location

from .errors import TooFewPresent, TooManyDryRuns

LEAST_PRESENT: Final = 10
_BANDS: Final = ((4, "0-4"), (9, "5-9"), (24, "10-24"), (49, "25-49"), (99, "50-99"))
INTERVAL_SECONDS: Final = 10.0
PER_HOUR: Final = 12


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of people, and digests of the networks they come from, so that one seen by two nodes is one.
    They do not leave the gates."""

    stay: int = 0
    go: int = 0
    undetermined: int = 0
    networks: frozenset[str] = frozenset()

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.stay + other.stay,
            self.go + other.go,
            self.undetermined + other.undetermined,
            self.networks | other.networks,
        )


@dataclass(frozen=True, slots=True)
class DryRun:
    """Bands, like "5-9", of who would stay, go, or is undetermined."""

    stay: str
    go: str
    undetermined: str


def count(
    rule: AccessRule | None, people: Iterable[tuple[Location, ClientAddress | None]], key: bytes
) -> Counts:
    """What the rule says to each location; the undetermined apart, whatever it says to them. `key`: of this
    one question, so that its digests say nothing to anybody else, nor at another time (P9)."""
    total, networks = Counts(), set()
    for location, address in people:
        networks.add(_network(address, key))
        if location.majority is None:
            total += Counts(undetermined=1)
        elif rule is None or rule.verdict(location) is Verdict.ADMIT:
            total += Counts(stay=1)
        else:
            total += Counts(go=1)
    return total + Counts(networks=frozenset(networks))


def _network(address: ClientAddress | None, key: bytes) -> str:
    """A digest of the IPv4 /24 or IPv6 /48: what one customer of a network may have all to themselves."""
    version, number = (0, 0) if address is None else address.packed
    network = f"{version} {number >> (8 if version == 4 else 80)}"
    return hmac.new(key, network.encode("ascii"), hashlib.sha256).hexdigest()[:16]


def banded(counts: Counts) -> DryRun:
    """The counts as bands.

    Raises:
        TooFewPresent: fewer than ten networks are there; a band would tell where somebody is.
    """
    if len(counts.networks) < LEAST_PRESENT:
        raise TooFewPresent(f"a dry run needs people from at least {LEAST_PRESENT} networks")
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
        recent = [at for at in self._runs.get(meeting, []) if now - at < 3600]
        if len(recent) >= PER_HOUR or (recent and now - recent[-1] < INTERVAL_SECONDS):
            raise TooManyDryRuns("try again a little later")
        self.note(meeting, now)

    def note(self, meeting: object, now: float) -> None:
        """One was made, here or on another node."""
        self._runs = {key: times for key, times in self._runs.items() if times and now - times[-1] < 3600}
        self._runs[meeting] = [*self._runs.get(meeting, [])[1 - PER_HOUR :], now]

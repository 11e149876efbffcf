"""A restriction: what two people granted of an authority's demand, for one meeting and one territory."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NewType

from bailiwick.rules.clock import check_aware
from bailiwick.rules.territory import Territory, check_territory

RestrictionId = NewType("RestrictionId", str)

LONGEST: Final = timedelta(days=90)  # P6


class TooLong(ValueError):  # noqa: N818 - named for what it is, as the other errors of this package
    """A restriction longer than 90 days does not exist (P6)."""

    code = "restriction_too_long"


@dataclass(frozen=True, slots=True)
class Restriction:
    """In force in `[effective_from, expires_at)`, on people located in `territory`, if `proven`.

    `proven` is the gate's own finding that the entry is in the public log (P3). An interval that ends before
    it begins is never in force. Raises UnknownTerritory, NaiveTime, TooLong.
    """

    id: RestrictionId
    territory: Territory
    effective_from: datetime
    expires_at: datetime
    proven: bool

    def __post_init__(self) -> None:
        check_territory(self.territory)
        check_aware(self.effective_from)
        check_aware(self.expires_at)
        if self.expires_at - self.effective_from > LONGEST:
            raise TooLong("a restriction lasts 90 days at most")

    def in_force(self, now: datetime) -> bool:
        """Whether the clock is within the interval; says nothing of the proof or of any person."""
        return self.effective_from <= now < self.expires_at

    def next_edge(self, now: datetime) -> datetime | None:
        """The first instant after `now` at which `in_force` changes, if it ever does."""
        if now < self.effective_from < self.expires_at:
            return self.effective_from
        return self.expires_at if self.in_force(now) else None

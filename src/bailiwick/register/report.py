"""The half-yearly report: computed from the log, but for the bands of how often somebody was kept out and for
when authorities were told; then a document of the log, so that what was reported stays what it was."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Annotated, Final, Literal, TypeAlias

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bailiwick.ledger import actions, queries
from bailiwick.ledger.configuration import configured
from bailiwick.ledger.entries import (
    AppealDecided,
    PeriodTotals,
    ReportPublished,
    RestrictionWithdrawn,
    Total,
)
from bailiwick.ledger.vocabulary import AffectedBand, AuthorityKind, Band, Day, State, second
from bailiwick.register.book import Book, Demand, Restriction
from bailiwick.register.logged import Logged

FORMAT: Final = "bailiwick-report-1"
_BANDS: Final[tuple[tuple[int, Band], ...]] = ((0, "0"), (9, "1-9"), (99, "10-99"), (999, "100-999"))
_AFFECTED: Final[tuple[tuple[int, AffectedBand], ...]] = ((9, "0-9"), (99, "10-99"), (999, "100-999"))
_WON: Final = frozenset({"exemption_granted", "restriction_corrected"})
Count: TypeAlias = Annotated[int, Field(ge=0)]


class ReportRefused(Exception):  # noqa: N818 - told to the operator as it stands
    """This report cannot be published; the text says why."""

    code = "report_refused"


@dataclass(frozen=True, slots=True)
class Period:
    """Half a year; the last day belongs to it."""

    year: int
    half: Literal[1, 2]

    @classmethod
    def parse(cls, text: str) -> "Period":
        """`2026-H2`; ValueError for anything else."""
        year, divider, half = text.partition("-H")
        if (
            not divider
            or half not in ("1", "2")
            or len(year) != 4
            or not year.isascii()
            or not year.isdigit()
        ):
            raise ValueError("a period is like 2026-H2")
        return cls(int(year), 1 if half == "1" else 2)

    @classmethod
    def of(cls, day: date) -> "Period":
        """The one that a day is in."""
        return cls(day.year, 1 if day.month < 7 else 2)

    def __str__(self) -> str:
        return f"{self.year:04}-H{self.half}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    @property
    def since(self) -> datetime:
        """When it begins (UTC)."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def before(self) -> datetime:
        """When it is over (UTC)."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)

    def has(self, day: date) -> bool:
        """Whether the day is in it."""
        return self.first <= day <= self.last


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(_Part):
    """Demands of one authority, received in the period, and what came of them so far. `authority`, `name`:
    empty for those of one sort and state that are not added here. `unofficial`: spoken, or by no official
    channel. `median_days`: from the day received to that of the first decision."""

    state: State
    kind: AuthorityKind
    authority: str
    name: str
    received: Count
    unofficial: Count
    refused: Count
    incomplete: Count
    granted_in_part: Count
    granted: Count
    open: Count
    restrictions: Count
    median_days: float | None


class StateRow(_Part):
    """One state. `affected`: how often its restrictions that ran out in the period kept somebody out."""

    state: State
    affected: AffectedBand
    appeals: Count
    appeals_granted: Count


class Suspensions(_Part):
    """Accounts suspended for breach of the terms of service: apart, for no authority may prompt one.
    `refused_as_demand`: how often one was not made because an authority had prompted it."""

    suspended: Count
    by_ground: dict[str, Count]
    reinstated: Count
    refused_as_demand: Count


class Order(_Part):
    """Demands of a state under one heading of the law they rest on: what the DSA's template asks for.
    `category`: a reason of the log, empty where nothing was granted and so none was found."""

    state: State
    category: str
    received: Count
    items: Count
    median_days: float | None
    median_days_to_inform: float | None = None


class Report(_Part):
    """A report, as the published document has it (canonical form: pydantic's JSON of this)."""

    format: Literal["bailiwick-report-1"] = FORMAT
    origin: str
    period: str
    first: Day
    last: Day
    entries: Count
    rows: tuple[Row, ...]
    states: tuple[StateRow, ...]
    refusals: dict[str, Count]
    appeals: dict[str, Count]
    appeals_filed: Count
    suspensions: Suspensions
    orders: tuple[Order, ...]

    def total(self, name: str) -> int:
        """The sum of a column over all rows."""
        return sum(int(getattr(row, name)) for row in self.rows)


def band(count: int) -> Band:
    """The band a number is told in."""
    return next((name for most, name in _BANDS if count <= most), "1000-")


def affected_band(count: int) -> AffectedBand:
    """The same for how often somebody was kept out, where none and few are one: whether anybody was there at
    all is what an authority must not learn."""
    return next((name for most, name in _AFFECTED if count <= most), "1000-")


def compute(
    book: Book, period: Period, effects: Mapping[str, int], informed: Mapping[str, date] | None = None,
    unofficial: Container[str] = (),
) -> Report:  # fmt: skip
    """The report on a period, as of what is in the log. `effects`: how often somebody was kept out by
    restrictions that ran out in it, by state. `informed`: when an authority was told of a receipt.
    `unofficial`: demands that were spoken, or came by no official channel."""
    demands = list(_counted_in(book, period))
    decided = [each for found in book.restrictions.values() for each in found.decided]
    decided = [each for each in decided if period.has(each.entry.day)]
    return Report(
        origin=configured().origin,
        period=str(period),
        first=period.first,
        last=period.last,
        entries=book.size,
        rows=tuple(_rows(demands, unofficial)),
        states=tuple(_states(book, period, demands, effects)),
        refusals=_counted(reason for each in demands for no in each.refused for reason in no.entry.reasons),
        appeals=_counted(each.entry.outcome for each in decided),
        appeals_filed=sum(_appeals(book, period).values()),
        suspensions=_suspensions(book, period),
        orders=tuple(_orders(demands, informed or {})),
    )


def _counted_in(book: Book, period: Period) -> Iterable[Demand]:
    """Demands that arrived in the period, and those that arrived before it and were recorded too late for the
    reports that were out by then: whoever records late keeps nothing out of the reports."""
    earlier = [each for each in book.reports if each.entry.first < period.first]
    out = {each.entry.first for each in earlier}
    told = max((_covered(each) for each in earlier), default=0)
    for each in book.demands:
        day, index = each.received.entry.day, each.received.index
        too_late = day < period.first and Period.of(day).first in out and index >= told
        if period.has(day) or too_late:
            yield each


def _covered(out: Logged[ReportPublished]) -> int:
    """How much of the log a report is about."""
    found = published(out)
    return out.index if found is None else found.entries


def _rows(demands: Iterable[Demand], unofficial: Container[str]) -> Iterable[Row]:
    groups: dict[tuple[str, AuthorityKind, str, str], list[Demand]] = defaultdict(list)
    for each in demands:
        by = each.authority
        name, ident = ("", "") if by is None else (by.name, by.entry.authority)
        groups[each.state, each.kind, name, ident].append(each)
    for (state, kind, name, ident), group in sorted(groups.items()):
        came = Counter(each.outcome for each in group)
        yield Row(
            state=state,
            kind=kind,
            authority=ident,
            name=name,
            received=len(group),
            unofficial=sum(each.received.entry.demand in unofficial for each in group),
            refused=came["refused"],
            incomplete=sum(each.was_incomplete for each in group),
            granted_in_part=came["granted_in_part"],
            granted=came["granted"],
            open=came["open"],
            restrictions=sum(each.granted for each in group),
            median_days=_median_days(group),
        )


def _median_days(demands: Iterable[Demand]) -> float | None:
    """From the day received to that of the first decision, over those that were decided."""
    days = [(each.decided_on - each.received.entry.day).days for each in demands if each.decided_on]
    return median(days) if days else None


def _states(
    book: Book, period: Period, demands: Iterable[Demand], effects: Mapping[str, int]
) -> Iterable[StateRow]:
    filed = _appeals(book, period)
    won = Counter(
        found.entry.state
        for found in book.restrictions.values()
        for each in found.decided
        if period.has(each.entry.day) and _won(found, each.entry)
    )
    running = {
        found.entry.state for found in book.restrictions.values() if period.has(found.entry.until.date())
    }
    for state in sorted({each.state for each in demands} | running | set(filed) | set(won)):
        yield StateRow(
            state=state,
            affected=affected_band(effects.get(state, 0)),
            appeals=filed[state],
            appeals_granted=won[state],
        )


def _won(about: Restriction, decided: AppealDecided) -> bool:
    """Whether an appeal had success: what was withdrawn for another reason was not withdrawn for it, and
    objections to it were closed with it, without an answer."""
    withdrawn = (each.entry for each in about.later if isinstance(each.entry, RestrictionWithdrawn))
    return decided.outcome in _WON or (
        decided.outcome == "restriction_withdrawn" and any(each.reason == "appeal" for each in withdrawn)
    )


def _appeals(book: Book, period: Period) -> Counter[str]:
    """Appeals filed in the period, by the state whose restriction they are about."""
    return Counter(
        found.entry.state
        for found in book.restrictions.values()
        for each in found.appeals
        if period.has(each.entry.day)
    )


def _suspensions(book: Book, period: Period) -> Suspensions:
    found = [each.entry for each in book.suspensions if period.has(each.entry.at.date())]
    return Suspensions(
        suspended=len(found),
        by_ground=_counted(each.ground for each in found),
        reinstated=sum(period.has(each.entry.at.date()) for each in book.reinstatements),
        refused_as_demand=sum(period.has(each.entry.day) for each in book.prompted),
    )


def _orders(demands: Iterable[Demand], informed: Mapping[str, date]) -> Iterable[Order]:
    groups: dict[tuple[str, str], list[Demand]] = defaultdict(list)
    for each in demands:
        reasons = sorted({reason for found in each.restrictions for reason in found.entry.reasons})
        groups[each.state, reasons[0] if reasons else ""].append(each)
    for (state, category), group in sorted(groups.items()):
        yield Order(
            state=state,
            category=category,
            received=len(group),
            items=sum(each.named for each in group),
            median_days=_median_to_effect(group),
            median_days_to_inform=_median_to_inform(group, informed),
        )


def _median_to_effect(demands: Iterable[Demand]) -> float | None:
    """From the day received to that on which a restriction took effect, over those of which one did."""
    days = [(each.effect_on - each.received.entry.day).days for each in demands if each.effect_on]
    return median(days) if days else None


def _median_to_inform(demands: Iterable[Demand], informed: Mapping[str, date]) -> float | None:
    """From the day received to that on which the authority was told so, over those of which it is known."""
    received = ((each.received.entry.demand, each.received.entry.day) for each in demands)
    days = [(informed[demand] - day).days for demand, day in received if demand in informed]
    return median(days) if days else None


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def publish(report: Report, now: datetime) -> str:
    """The report as a document, and its two entries, in one transaction. The document's hash.

    Raises:
        ReportRefused: the period is not over, or its report is out.
    """
    period = Period.parse(report.period)
    if now < period.before:
        raise ReportRefused(f"{period} is not over: an unfinished report could be compared with the next one")
    with transaction.atomic():
        if _is_out(period):
            raise ReportRefused(f"the report on {period} is published; what was published is not replaced")
        document = actions.publish_document(report.model_dump_json(indent=1).encode(), now)
        actions.append(totals(report))
        entry = ReportPublished(at=second(now), first=period.first, last=period.last, document=document)
        actions.append(entry)
    return document


def _is_out(period: Period) -> bool:
    """Whether its report was published, sequenced or not: reports come one after the other."""
    found = [entry for _, entry in queries.entries_of("report.published")]
    known = [*found, queries.latest("report.published")]
    return any(isinstance(entry, ReportPublished) and entry.first == period.first for entry in known)


def totals(report: Report) -> PeriodTotals:
    """The report's numbers as the log has them: by state, in bands."""
    return PeriodTotals(first=report.first, last=report.last, totals=tuple(
        Total(
            state=each.state,
            demands=band(_sum(report, each.state, "received")),
            refused=band(_sum(report, each.state, "refused")),
            restrictions=band(_sum(report, each.state, "restrictions")),
            affected=each.affected,
            appeals=band(each.appeals),
            appeals_granted=band(each.appeals_granted),
        )
        for each in report.states
    ))  # fmt: skip


def _sum(report: Report, state: str, name: str) -> int:
    return sum(int(getattr(row, name)) for row in report.rows if row.state == state)


def published(entry: Logged[ReportPublished]) -> Report | None:
    """The report of an entry; None where its document is no longer there."""
    found = queries.document(entry.entry.document)
    try:
        return None if found is None else Report.model_validate_json(found[0])
    except ValidationError:
        return None

"""The half-yearly reports as pages and files, from their published documents."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bailiwick.ledger import queries
from bailiwick.ledger.entries import ReportPublished
from bailiwick.register import report_files, words
from bailiwick.register.answers import FOR_MINUTES, NotInLog, public, respond
from bailiwick.register.book import Book, open_book
from bailiwick.register.charts import Chart, chart
from bailiwick.register.logged import Logged
from bailiwick.register.machine import JSON
from bailiwick.register.report import Period, Report, Row, published

CSV: Final = "text/csv; charset=utf-8"
_PARTS: Final = ("refused", "granted_in_part", "granted", "open")
Entry = Logged[ReportPublished]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All reports, and how demands went over the half years."""
    book = open_book()
    found = [(each, published(each)) for each in book.reports]
    rows = [(report.period, _parts(report.rows)) for _each, report in found if report is not None]
    reports = [{"period": Period.of(each.entry.first), "entry": each, "report": made} for each, made in found]
    context = {"reports": list(reversed(reports)), "chart": _chart(rows), "rows": _table(rows)}
    return _page(request, "register/reports.html", context)


@require_safe
def page(request: HttpRequest, period: str) -> HttpResponse:
    """One report, with charts and the tables behind them."""
    entry = _entry(open_book(), period)
    found = published(entry) if entry else None
    if entry is None:
        raise Http404
    context: dict[str, Any] = {"period": period, "entry": entry, "report": found}
    if found is not None:
        context |= _shown(found)
    return _page(request, "register/report.html", context)


def _shown(report: Report) -> dict[str, Any]:
    states = sorted({row.state for row in report.rows})
    by_state = [
        (words.place(state), _parts([row for row in report.rows if row.state == state])) for state in states
    ]
    refusals = [(words.REFUSALS[code], count) for code, count in report.refusals.items()]
    bars = [(str(name), [count]) for name, count in refusals]
    return {
        "chart": _chart(by_state),
        "lines": list(map(_line, report.rows)),
        "states": [{"row": each, "state": words.place(each.state)} for each in report.states],
        "refusals": refusals,
        "refusals_chart": chart(bars, [("refused", str(words.OUTCOMES["refused"]))]),
        "appeals": [(words.APPEALS[code], count) for code, count in report.appeals.items()],
        "grounds": [(words.GROUNDS[code], count) for code, count in report.suspensions.by_ground.items()],
        "received": report.total("received"),
        "restrictions": report.total("restrictions"),
    }


def _line(row: Row) -> dict[str, Any]:
    kind = words.kind(row.kind)
    return {"row": row, "state": words.place(row.state), "kind": kind, "name": row.name or kind}


def _parts(rows: Any) -> tuple[int, ...]:
    found: list[Row] = list(rows)
    return tuple(sum(int(getattr(row, part)) for row in found) for part in _PARTS)


def _chart(rows: list[tuple[str, tuple[int, ...]]]) -> Chart:
    return chart(rows, [(part, str(words.OUTCOMES[part])) for part in _PARTS])


def _table(rows: list[tuple[str, tuple[int, ...]]]) -> list[dict[str, Any]]:
    return [{"label": label, "received": sum(counts), "counts": counts} for label, counts in rows]


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    made = render(request, template, context)
    made["Cache-Control"] = "no-cache"
    return made


def _entry(book: Book, period: str) -> Entry | None:
    wanted = Period.parse(period)
    return next((each for each in book.reports if each.entry.first == wanted.first), None)


def _found(period: str) -> tuple[Report, bytes]:
    """A report and its document; NotInLog."""
    entry = _entry(open_book(), period)
    report = published(entry) if entry else None
    stored = queries.document(entry.entry.document) if entry else None
    if report is None or stored is None:
        raise NotInLog
    return report, stored[0]


def _file(request: HttpRequest, data: bytes, content_type: str, name: str) -> HttpResponseBase:
    response = respond(request, data, content_type, FOR_MINUTES)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@public
def as_json(request: HttpRequest, period: str) -> HttpResponseBase:
    """The published document itself."""
    _report, stored = _found(period)
    return _file(request, stored, JSON, f"report-{period}.json")


@public
def as_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """By state and sort of authority."""
    report, _stored = _found(period)
    return _file(request, report_files.as_csv(report), CSV, f"report-{period}.csv")


@public
def as_dsa_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """In the columns of the DSA's template."""
    report, _stored = _found(period)
    made = report_files.as_dsa_csv(report, report.origin.partition("/")[0])
    return _file(request, made, CSV, f"report-{period}-dsa.csv")

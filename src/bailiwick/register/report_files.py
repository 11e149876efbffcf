"""A report as files: JSON (the published document itself), CSV by state and authority, and CSV in the columns
of the DSA's harmonised template (Implementing Regulation (EU) 2024/2835, sheet `3_member_states_orders`)."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from bailiwick.register.report import Order, Report, Row
from bailiwick.register.words import place
from bailiwick.rules.territory import group

COLUMNS: Final = (
    "period", "state", "authority_kind", "authority", "received", "unofficial", "refused", "incomplete",
    "granted_in_part", "granted",
    "open", "restrictions", "median_days_to_decision", "affected_state_band", "appeals_state",
    "appeals_granted_state",
)  # fmt: skip
_MEASURES: Final = (
    "Number of orders to act against illegal content received",
    "Number of specific items of information included in the total number of orders to act against illegal"
    " content",
    "Median time to inform the authority of the receipt of the order to act against illegal content",
    "Median time to give effect to the order to act against illegal content",
    "Number of orders to provide information",
    "Median time to inform the authority of the receipt of the order to provide information",
    "Median time to give effect to the order to provide information",
)
DSA_COLUMNS: Final = (
    "Applicability",
    "Service",
    "Reporting period",
    "Category of illegal content",
    "Description of the sub-category “Other”",
    "Scope",
    *_MEASURES,
    *(f"Contextual information on {name[0].lower()}{name[1:]}" for name in _MEASURES),
)
_CONTEXT: Final = (
    "Every demand of an authority that arrived, whether or not it met the conditions of Article 9(2)",
    "Meetings and accounts named in demands of which something was granted; one for each other demand",
    "In days, from the day received to the day on which the authority was told, by the server’s own record;"
    " the public log does not have it",
    "In days, from the day received to the day of the second approval, or the later one on which it was to"
    " begin, by the public log; restrictions take effect within seconds of their publication",
    "Not taken: nothing is kept that could be provided",
    "Not applicable",
    "Not applicable",
)
_CATEGORIES: Final = {
    "child_protection": "Protection of minors",
    "defamation": "Illegal or harmful speech",
    "elections": "Negative effects on civic discourse or elections",
    "hate_speech": "Illegal or harmful speech",
    "intellectual_property": "Intellectual property infringements",
    "licensing": "Intellectual property infringements",
    "personality_rights": "Data protection and privacy violations",
    "public_security": "Risk for public security",
    "terrorism": "Risk for public security",
}
_UNKNOWN: Final = "Nothing was granted, so that no category was established"


def as_csv(report: Report) -> bytes:
    """One line for each authority, with what is known by state only repeated; and one for each state that
    demanded nothing in the period, but has restrictions that ran out in it, or appeals."""
    lines = []
    for state in report.states:
        cells = [_cells(row) for row in report.rows if row.state == state.state]
        told = (state.affected, state.appeals, state.appeals_granted)
        lines += [(report.period, *each, *told) for each in cells or [_no_demand(state.state)]]
    return _written(COLUMNS, lines)


def _no_demand(state: str) -> Sequence[object]:
    return (state, "", "", *[0] * 8, "")


def _cells(row: Row) -> Sequence[object]:
    return (
        row.state, row.kind, row.name, row.received, row.unofficial, row.refused, row.incomplete,
        row.granted_in_part, row.granted,
        row.open, row.restrictions, "" if row.median_days is None else row.median_days,
    )  # fmt: skip


def as_dsa_csv(report: Report, service: str) -> bytes:
    """The Member States' orders, by Member State and category, in the template's columns."""
    members = group("EU", report.last)
    orders = [each for each in report.orders if each.state in members or each.state == "EU"]
    return _written(DSA_COLUMNS, (_dsa_line(report, service, each) for each in orders))


def _dsa_line(report: Report, service: str, order: Order) -> Sequence[object]:
    category = _CATEGORIES.get(order.category, "Other")
    other = (order.category.replace("_", " ") or _UNKNOWN) if category == "Other" else ""
    effect = "" if order.median_days is None else order.median_days
    told = "" if order.median_days_to_inform is None else order.median_days_to_inform
    figures = (order.received, order.items, told, effect, 0, "", "")
    span = f"{report.first.isoformat()}/{report.last.isoformat()}"
    return ("Applicable", service, span, category, other, place(order.state), *figures, *_CONTEXT)


def _written(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """CSV (RFC 4180), UTF-8."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(lines)
    return out.getvalue().encode()

"""The command `bailiwick report`: the half-yearly transparency report."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from bailiwick.config.django_ready import make_ready

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    Subparsers = _SubParsersAction[ArgumentParser]

FAILED: Final = 1


def register(subparsers: Subparsers) -> None:
    """Add `report`."""
    parser = subparsers.add_parser(
        "report",
        help="compute the half-yearly report, and publish it",
        description="Compute the transparency report on half a year from the public log, and print it as "
        "JSON. Numbers of people stand in it in bands only. Published, it is a document of the log for good.",
    )
    parser.add_argument("--period", type=_period, required=True, metavar="YYYY-H1|YYYY-H2", help="which half")
    parser.add_argument("--publish", action="store_true", help="publish it, once the half year is over")
    parser.set_defaults(run=run)


def _period(text: str) -> str:
    import re

    if not re.fullmatch(r"[0-9]{4}-H[12]", text, re.ASCII):
        raise ArgumentTypeError("give a half year like 2026-H2")
    return text


A_YEAR = timedelta(days=366)
"""So long after it arrived a demand is recorded at the latest, and counts in the next report."""


def run(options: Namespace) -> int:
    make_ready()
    from django.db import transaction

    from bailiwick.ledger import queries
    from bailiwick.ledger.errors import LogRefuses
    from bailiwick.orders.actions.enforcement import forget_effects
    from bailiwick.orders.register_queries import effects_by_state, informed_on, unofficial
    from bailiwick.register.blur import blurred
    from bailiwick.register.book import open_book
    from bailiwick.register.report import Period, ReportRefused, compute, publish
    from bailiwick.rules.territory import CODES

    period = Period.parse(options.period)
    try:
        queries.check_goes_on()
        half = (period.since, period.before)
        effects = effects_by_state(*half)
        effects = blurred(effects, {*CODES, *effects})
        recorded = (period.since - A_YEAR, period.before)
        found = compute(open_book(), period, effects, informed_on(*recorded), unofficial(*recorded))
        document = ""
        if options.publish:
            with transaction.atomic():
                document = publish(found, datetime.now(UTC))
                forget_effects(*half)
    except (ReportRefused, LogRefuses) as refusal:
        print(f"bailiwick report: {refusal}", file=sys.stderr)
        return FAILED
    print(found.model_dump_json(indent=1))
    if document:
        print(f"Published as document {document}.", file=sys.stderr)
    return 0

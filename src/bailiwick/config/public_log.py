"""Making the public log, and saying in it whether this server takes demands and how it treats them."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction

from bailiwick.accounts.terms import terms
from bailiwick.ledger import actions, queries
from bailiwick.ledger.beginning import begin, rewound
from bailiwick.ledger.configuration import configured
from bailiwick.ledger.entries import DemandsSwitched
from bailiwick.ledger.policies import say
from bailiwick.ledger.vocabulary import second
from bailiwick.register import policies


def make_ready() -> bool:
    """Begin the log if there is none; log whether demands are taken, under which policy, and the terms of
    use, if any of it is news. Whether all is well; False: the log is behind what was signed before, which the
    loops raise an alarm for.

    Raises:
        LogRefuses: the log cannot go on, with a sentence that says what to do.
    """
    begin(configured())
    _say_whether_demands_are_taken(taken=settings.ENV["DEMANDS"] == "on")
    policies.say_in_log(policies.read(settings.ENV["DEMANDS_POLICY"]), datetime.now(UTC))
    say("terms", terms().text, datetime.now(UTC))
    return not rewound(configured())


def _say_whether_demands_are_taken(*, taken: bool) -> None:
    with transaction.atomic():
        last = queries.latest("demands.switched")
        if not isinstance(last, DemandsSwitched) or last.on != taken:
            actions.append(DemandsSwitched(at=second(datetime.now(UTC)), on=taken))

"""What the desk of a server would have done in half a year: `python -m tests.browser.story SLUG`, under the
product's settings. The restriction on the meeting is a real one, with a row, signatures and a document; the
rest are entries of the log alone. The server's own loops publish them."""

import os
import sys
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick.config.settings")
django.setup(set_prefix=False)

from bailiwick.accounts.models import Account  # noqa: E402
from bailiwick.ledger.configuration import configured  # noqa: E402
from bailiwick.meetings.models import Meeting  # noqa: E402
from bailiwick.orders.models import Authority  # noqa: E402
from tests.orders import kit as orders  # noqa: E402
from tests.orders.desk import register  # noqa: E402
from tests.register.kit import Teller, at, name  # noqa: E402
from tests.servers.hand import seat  # noqa: E402

DAY = timedelta(days=1)
SIGNERS = ("rae@example.org", "ann@example.org")
SPRING = datetime(2026, 4, 7, tzinfo=UTC)
REFUSED = (
    ("RU", "prosecutor", "names_no_law"),
    ("CN", "police", "beyond_territory", "secret"),
    ("TR", "ministry", "not_proportionate"),
    ("RU", "regulator", "incomplete"),
    ("CN", "police", "secret"),
)
COURT, REGULATOR = "b" * 32, "c" * 32


def main(slug: str) -> None:
    now, told = datetime.now(UTC).replace(microsecond=0), Teller()
    _two_may_sign()
    _long_ago(told)
    by = orders.authority("CN", "ministry", "Ministry of Network Affairs")
    _restrict(told, by, Meeting.objects.get(slug=slug), now)
    told.demand(90, now - 2 * DAY, state="FR", kind="regulator", authority=REGULATOR)
    asked = {"territories": ["FR", "RE"], "targets": {"withhold": 1}}
    told.restrict(
        90, 90, now - DAY, state="FR", kind="regulator", authority=REGULATOR, territories=["FR", "RE"],
        law="Code du sport art. L333-10", reasons=["licensing"],
        document=told.decision(asked=asked, cut=[]),
    )  # fmt: skip


def _two_may_sign() -> None:
    """A reviewer's and an approver's passkey, begun at the machine."""
    begun = orders.begin_signers(configured())
    for email, role, key in zip(SIGNERS, ("reviewer", "approver"), orders.FOUNDERS, strict=True):
        account = Account.objects.get(pk=seat(email, [role])["account"])
        register(account, key, email.encode())
        orders.hold(account, key, begun)


def _restrict(told: Teller, by: Authority, meeting: Meeting, now: datetime) -> None:
    """In force on the meeting itself; asked for were four ended meetings and three closed accounts."""
    told_by = told.decision(
        legality="The provision gives the ministry this power inside the territory, and nowhere else.",
        necessity="A milder measure was looked for: a notice to the host would not meet the demand.",
        proportionality="It ends after thirty days, and keeps out only whoever is located there.",
    )
    row = orders.propose(meeting, "CN", authority=by, now=now, document=told_by)
    told.demand(0, now - DAY, demand=row.demand_id.hex, authority=by.pk.hex)
    orders.approve(row)


def _long_ago(told: Teller) -> None:
    """The first half of the year, and a chain of renewals."""
    told.authority(COURT, "DE", "court", "Landgericht Musterstadt")
    told.authority(REGULATOR, "FR", "regulator", "Autorité des compétitions sportives")
    court = {"state": "DE", "kind": "court", "authority": COURT}
    for number, (state, kind, *reasons) in enumerate(REFUSED, 20):
        told.demand(number, SPRING + number * DAY, state=state, kind=kind, authority=None)
        told.refuse(number, *reasons, day=SPRING + (number + 3) * DAY)
    for number in (30, 31, 32):
        begins = SPRING + (number - 30) * 90 * DAY
        told.demand(number, begins - 5 * DAY, **court)
        renews = {} if number == 30 else {"renews": name(number - 1)}
        fields = {
            "territories": ["DE"],
            "law": "BGB § 1004",
            "reasons": ["personality_rights"],
            **court,
            **renews,
        }
        asked = {"territories": ["DE"], "targets": {"withhold": 1}}
        told.restrict(number, number, begins, 90, document=told.decision(asked=asked, cut=[]), **fields)
    told.tell(type="appeal.filed", day="2026-05-12", appeal=name(40), restriction=name(30))
    decided = {"appeal": name(40), "restriction": name(30), "outcome": "exemption_granted"}
    told.tell(type="appeal.decided", day=(SPRING + 40 * DAY).date().isoformat(), **decided)
    told.tell(type="account.suspended", at=at(SPRING), account="0" * 64, ground="spam")
    told.tell(type="restriction.withdrawn", at=at(SPRING + 200 * DAY), restriction=name(32), reason="review")


if __name__ == "__main__":
    main(sys.argv[1])

"""What lies on the desk of a server some day: demands in every state, a restriction to sign, appeals. Written
by `python -m tests.browser.desk_story SLUG`, after `story`, under the product's settings. Whoever does it
does it through the desk's actions; only signatures are made without a browser."""

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick.config.settings")
django.setup(set_prefix=False)

from bailiwick.accounts.models import Account  # noqa: E402
from bailiwick.ledger.entries import statement  # noqa: E402
from bailiwick.meetings.models import Meeting  # noqa: E402
from bailiwick.meetings.presences import Person  # noqa: E402
from bailiwick.orders.actions import appeals, authorities, granting, intake, signers  # noqa: E402
from bailiwick.orders.actions.drafting import Plan  # noqa: E402
from bailiwick.orders.actions.intake import Letter, Named  # noqa: E402
from bailiwick.orders.entries import signer_statement, statement_of  # noqa: E402
from bailiwick.orders.models import (  # noqa: E402
    Approval,
    Asked,
    Authority,
    Channel,
    Demand,
    DemandState,
    Outcome,
    Restriction,
    Signer,
)
from bailiwick.orders.registered import site  # noqa: E402
from tests.orders.desk import close, end, register, withhold  # noqa: E402
from tests.orders.kit import FOUNDERS  # noqa: E402
from tests.orders.passkey import Passkey  # noqa: E402
from tests.servers.hand import seat  # noqa: E402

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STAFF = {
    "intake": "ines@example.org", "reviewer": "rae@example.org", "approver": "ann@example.org",
    "appeals": "ola@example.org",
}  # fmt: skip
REVIEW = {
    "legality": "The provision gives the court this power inside its own country, and nowhere else.",
    "necessity": "A notice to the host was tried first, and did not meet the court's judgment.",
    "proportionality": "It ends after thirty days, and keeps out only whoever is located there.",
}
PLAN = {
    "law": "BGB § 1004", "reasons": ("personality_rights",),
}  # fmt: skip


class Story:
    """One day at the desk."""

    def __init__(self, slug: str) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        for role, email in STAFF.items():
            seat(email, [role])
        self.staff = {role: Account.objects.get(email=email).pk for role, email in STAFF.items()}
        self.meeting = Meeting.objects.get(slug=slug)
        self.court = self.authority("Landgericht Musterstadt", "DE", "court", "Sealed letter; beBPo mailbox")
        self.police = self.authority("Police nationale", "FR", "police", "Registered mail; sealed letter")

    def authority(self, name: str, state: str, kind: str, channels: str) -> Authority:
        fields = {"name": name, "state": state, "kind": kind, "channels": channels}
        made = authorities.propose(self.staff["intake"], now=self.now, **fields)
        return authorities.approve(self.staff["approver"], made.pk, self.now)

    def receive(self, by: Authority, ago: timedelta, *targets: Named, **fields: Any) -> Demand:
        values: dict[str, Any] = {
            "authority_id": by.pk, "contact": "Registry, room 12", "law": "BGB § 1004", "language": "de",
            "statement": "The meeting repeats a statement which the judgment forbids.",
            "territories": ("AT", "CH", "DE"), "redress_provider": "Objection to the court within two weeks",
            "redress_recipient": "The same, or a complaint to the data protection office",
            "law_url": "https://law.example.org/police-act/42",
            "issued_on": date(2026, 11, 16), "ends_at": self.now + 60 * DAY, "targets": targets,
        }  # fmt: skip
        letter = Letter(**(values | fields))
        return intake.receive(self.staff["intake"], letter, b"The letter, word for word.", self.now - ago)

    def examine(self, row: Demand) -> Demand:
        return intake.examine(self.staff["reviewer"], row.pk, self.now)

    def review(self, row: Demand) -> None:
        redacted = b"To the operator. The court asks to end the meeting named below. [Names taken out.]"
        granting.review(self.staff["reviewer"], row.pk, redacted=redacted, now=self.now, **REVIEW)

    def propose(self, row: Demand, begins: datetime | None = None) -> Restriction:
        since = begins or self.now
        plan = Plan(begins=since, until=since + 30 * DAY, **PLAN)  # type: ignore[arg-type]  # by name
        return granting.propose(self.staff["reviewer"], row.targets.all()[0].pk, plan, self.now)

    def tell(self) -> dict[str, str]:
        """The ids of what the tests open."""
        other = Meeting.objects.create(host=self.meeting.host, slug="evening-lecture-dusk", title="Lecture")
        account = Account.objects.get(pk=self.meeting.host_id)
        authorities.propose(
            self.staff["intake"], name="Prefecture of Ruritania", state="RO", kind="ministry",
            channels="Sealed letter", now=self.now,
        )  # fmt: skip
        self.receive(self.police, 30 * HOUR, end(self.meeting), reference="PN 88/26", emergency=True)
        self.receive(self.police, 3 * HOUR, withhold(other), reference="PN 91/26", emergency=True)
        self.examine(
            self.receive(self.police, 2 * DAY, reference="PN 80/26", law="", law_url="", redress_recipient="")
        )
        self.receive(self.court, DAY, reference="secret", confidential=True)
        self.receive(self.court, DAY, channel=Channel.VERBAL)
        named = (end(other), close(account), Named(Asked.OTHER))
        reviewed = self.examine(self.receive(self.court, 9 * DAY, *named, reference="4 O 112/26"))
        self.review(reviewed)
        signed = self.examine(self.receive(self.court, 3 * DAY, withhold(other), reference="4 O 119/26"))
        self.review(signed)
        proposed = self.propose(signed)
        self.sign(proposed)
        row = self.answered()
        unsigned = self.examine(self.receive(self.court, 2 * DAY, end(other), reference="4 O 120/26"))
        self.review(unsigned)
        to_sign = self.propose(unsigned)
        return {
            "authority": str(self.changing().pk),
            "received": str(Demand.objects.get(reference="PN 88/26").pk),
            "incomplete": str(Demand.objects.get(reference="PN 80/26").pk),
            "refused": str(Demand.objects.get(reference="secret").pk),
            "reviewed": str(reviewed.pk),
            "target": str(reviewed.targets.all()[0].pk),
            "register": row.pk.hex,
            "signed": str(proposed.pk),
            "to_sign": str(to_sign.pk),
            "signer": str(self.signer().pk),
            **self.objections(),
        }

    def changing(self) -> Authority:
        """An authority of which a change is proposed."""
        said = {"name": "Police nationale (PHAROS)", "channels": "Registered mail; sealed letter"}
        return authorities.change(self.staff["reviewer"], self.police.pk, now=self.now, **said).authority

    def answered(self) -> Restriction:
        """What `story` wrote without the desk: its demand is answered."""
        row = Restriction.objects.get(meeting=self.meeting, outbox_id__isnull=False)
        Demand.objects.filter(pk=row.demand_id).update(status=DemandState.NARROWED, decided_at=self.now)
        return row

    def sign(self, row: Restriction) -> None:
        key = FOUNDERS[0]
        made = key.approve(statement(statement_of(row)))
        Approval.objects.create(
            restriction=row, position=0, account_id=self.staff["reviewer"], public_key=made.public_key,
            key=made.key, authenticator_data=made.authenticator_data, client_data=made.client_data,
            signature=made.signature, at=self.now,
        )  # fmt: skip

    def signer(self) -> Signer:
        """A second approver's passkey, shown by its holder, to be approved by two."""
        account = Account.objects.get(pk=seat("noa@example.org", ["approver"])["account"])
        key = Passkey(site=site())
        register(account, key, b"noa")
        row = signers.propose(account.pk, key.pair.public, self.now)
        signers.prove(account.pk, row.pk, key.approve(statement(signer_statement(row))), self.now)
        return row

    def objections(self) -> dict[str, str]:
        """Against the restriction of `story`: one to decide, one by a guest, one decided."""
        row = Restriction.objects.get(meeting=self.meeting, outbox_id__isnull=False)
        here = "I am in Hong Kong. My company's network leaves at another place."
        bound, _ = appeals.file(row.pk, here, Person(self.meeting.host_id), self.now - 5 * DAY, not_here=True)
        appeals.file(row.pk, "No law is named that forbids to remember.", Person(), self.now - 8 * DAY)
        decided, _ = appeals.file(row.pk, "This is a seminar.", Person(), self.now - 9 * DAY)
        answer = "The restriction stays; a seminar is covered by it. Nothing else was brought forward."
        ruling = appeals.Ruling(Outcome.REJECTED, answer)
        appeals.decide(self.staff["appeals"], decided.pk, ruling, self.now)
        return {"in_force": str(row.pk), "appeal": str(bound.pk), "decided": str(decided.pk)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(Story(sys.argv[1]).tell()))

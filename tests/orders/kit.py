"""A log with a witness, and restrictions in it: real rows, real entries, real signatures."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from bailiwick.accounts.models import Account
from bailiwick.gate.proofs import Proofs
from bailiwick.gate.verifying import configured_trust
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import statement
from bailiwick.meetings.actions.change import changed
from bailiwick.meetings.models import Meeting
from bailiwick.orders.entries import approved_entry, statement_of
from bailiwick.orders.models import Approval, Authority, Demand, Restriction
from bailiwick.rules.territory import Code, own_territory
from tests.ledger.kit import Log, Process, new_log
from tests.orders.passkey import Passkey


@dataclass
class Registry:
    """The log of a server that takes demands, and its one process; the clock is the test's."""

    log: Log
    clock: Any
    process: Process
    alarms: list[tuple[str, str]] = field(default_factory=list)

    def proofs(self) -> Proofs:
        """What a gate verifies with."""
        trust = configured_trust(self.log.configuration)
        return Proofs(trust, self.clock, lambda code, subject: self.alarms.append((code, subject)))

    def publish(self) -> None:
        """Everything that waits gets into the log, witnessed."""
        for _ in range(3):
            self.process.step()

    @property
    def codes(self) -> set[str]:
        return {code for code, _ in self.alarms}


def open_registry(folder: Path, settings: Any, clock: Any) -> Registry:
    """A log with a witness, begun."""
    folder.mkdir(exist_ok=True)
    log = new_log(folder)
    settings.LEDGER = log.configuration
    log.begin()
    log.with_witnesses("ngo")
    process = log.process()
    process.publisher.step()
    return Registry(log, clock, process)


def authority(state: str = "CN", kind: str = "ministry") -> Authority:
    return Authority.objects.create(name=f"An authority of {state}", state=state, kind=kind)


def second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def propose(row: Meeting, state: str = "CN", **fields: Any) -> Restriction:
    """A restriction as the desk would make it, unless told otherwise."""
    by = fields.pop("authority", None) or authority(state, fields.pop("kind", "ministry"))
    now = second(fields.pop("now", datetime.now(UTC)))
    begins = fields.pop("begins", now - timedelta(minutes=5))
    demand = Demand.objects.create(authority=by, received_at=now)
    values = {
        "meeting": row,
        "demand": demand,
        "authority": by,
        "state": by.state,
        "kind": by.kind,
        "law": "Cybersecurity Law art. 50",
        "territories": sorted(own_territory(Code(state))) if len(state) == 2 else [],
        "effective_from": begins,
        "expires_at": begins + fields.pop("lasts", timedelta(days=30)),
        "reasons": ["public_security"],
        "target": ledger.commit_to(row.pk.bytes),
        "document": sha256(b"redacted").hexdigest(),
        "original": ledger.commit_to(b"original"),
        "stated_at": now,
    }
    return Restriction.objects.create(**(values | fields))


def sign(row: Restriction, *passkeys: Passkey) -> list[Approval]:
    """Two people's approvals, each with a passkey of their own."""
    text = statement(statement_of(row))
    return [_approval(row, place, key, text) for place, key in enumerate(passkeys or (Passkey(), Passkey()))]


def _approval(row: Restriction, place: int, key: Passkey, text: bytes) -> Approval:
    made = key.approve(text)
    account = Account.objects.create_user(f"staff-{uuid4().hex}@example.org")
    return Approval.objects.create(
        restriction=row, position=place, account=account, public_key=made.public_key, key=made.key,
        authenticator_data=made.authenticator_data, client_data=made.client_data, signature=made.signature,
        at=row.stated_at,
    )  # fmt: skip


def approve(row: Restriction, approvals: list[Approval] | None = None) -> Restriction:
    """Into the log, whoever's approvals there are: the gate has to find out what is wrong with it."""
    with transaction.atomic():
        row.outbox_id = ledger.append(approved_entry(row, approvals or sign(row)))
        row.save(update_fields=["outbox_id"])
        if row.meeting_id is not None:
            changed(row.meeting_id)
    return row


def restrict(row: Meeting, state: str = "CN", **fields: Any) -> Restriction:
    """Proposed, approved, not yet published."""
    return approve(propose(row, state, **fields))


def touch(meeting_id: UUID) -> None:
    """Somebody changes something else about the meeting: everything is read anew."""
    with transaction.atomic():
        changed(meeting_id)

"""A log with a witness, and restrictions in it: real rows, real entries, real signatures."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from django.db import connection, transaction

from bailiwick.accounts.models import Account
from bailiwick.gate.followed import FollowedLog
from bailiwick.gate.proofs import Proofs
from bailiwick.gate.verifying import configured_trust
from bailiwick.gate.witnessed import Witnessed, witnessed_by
from bailiwick.ledger import actions as ledger
from bailiwick.ledger import keyfile, triggers
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.entries import AuthorityAdded, SignerAdded, SignersBegun, statement
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.models import Entry, Head, Outbox, Published, Tile
from bailiwick.meetings.actions.change import changed
from bailiwick.meetings.models import Meeting
from bailiwick.orders.entries import approved_entry, signer_statement, statement_of
from bailiwick.orders.models import Approval, Authority, Demand, Later, Restriction, Signer
from bailiwick.rules.territory import CODES, Code, own_territory
from bailiwick.signing.assertions import Assertion
from bailiwick.signing.statements import to_base64url
from tests.ledger.kit import Log, Process, new_log
from tests.orders.passkey import Es256, Passkey

FOUNDERS = tuple(Passkey(Es256(derive_private_key(number, SECP256R1()))) for number in (7, 8))
"""The two passkeys with which the roll of each log begins; `sign` uses them unless told otherwise. The same
in every process."""

ROLL_BEGUN = datetime(2026, 11, 20, tzinfo=UTC)
"""The same in every story: what two of them say must differ by nothing but people."""


@dataclass
class Registry:
    """The log of a server that takes demands, and its one process; the clock is the test's."""

    log: Log
    clock: Any
    process: Process
    alarms: list[tuple[str, str]] = field(default_factory=list)

    def proofs(self, process: Process | None = None, witnessed: Witnessed | None = None) -> Proofs:
        """What a gate verifies with, in the process that there is or in another one."""
        trust = configured_trust(self.log.configuration)
        confirmed = (process or self.process).publisher.cleared
        memory = Memory(self.log.configuration.memory)
        followed = FollowedLog(memory, confirmed, self.clock, witnessed or witnessed_by(trust))
        return Proofs(trust, self.clock, lambda code, subject: self.alarms.append((code, subject)), followed)

    def publish(self) -> None:
        """Everything that waits gets into the log, witnessed."""
        self.process.step()

    @property
    def codes(self) -> set[str]:
        return {code for code, _ in self.alarms}


def open_registry(folder: Path, settings: Any, clock: Any, *, begin: bool = True) -> Registry:
    """A log with a witness, begun; else only a key of the same name."""
    folder.mkdir(exist_ok=True)
    log = new_log(folder)
    settings.LEDGER = log.configuration
    if not begin:
        keyfile.create(log.configuration.key_file, keyfile.new_key(log.configuration.origin))
        return Registry(log, clock, log.process())
    log.begin()
    begin_signers(log.configuration)
    log.with_witnesses("ngo")
    process = log.process()
    process.publisher.step()
    return Registry(log, clock, process)


def begin_signers(
    configuration: Configuration, passkeys: tuple[Passkey, ...] = FOUNDERS, now: datetime | None = None
) -> int:
    """The roll begins with these two, as whoever runs the server would have it begin; the outbox row."""
    key = keyfile.read(configuration.key_file)[0]
    entry = SignersBegun(
        at=second(now or ROLL_BEGUN),
        keys=tuple(sorted(to_base64url(each.pair.public) for each in passkeys)),
        log_key=key.verifier.public.hex(),
    )
    with transaction.atomic():
        signature = to_base64url(key.sign(statement(entry)))
        return ledger.append(entry.model_copy(update={"signature": signature}))


def hold(account: Account, key: Passkey, outbox_id: int) -> Signer:
    """That a passkey on the roll is theirs."""
    made, now = key.approve(b""), ROLL_BEGUN
    return Signer.objects.create(
        account=account, public_key=made.public_key, key=made.key, stated_at=now, added_at=now,
        signature=made.signature, outbox_id=outbox_id,
    )  # fmt: skip


def enlist(account: Account, key: Passkey, by: tuple[Passkey, ...] = FOUNDERS) -> Signer:
    """Their passkey onto the roll, by those two."""
    now = ROLL_BEGUN
    made = key.approve(b"")
    row = Signer(account=account, public_key=made.public_key, key=made.key, stated_at=now, added_at=now)
    entry = signer_statement(row)
    row.signature = key.approve(statement(entry)).signature
    signed = [_told(each.approve(statement(entry))) for each in by]
    with transaction.atomic():
        row.outbox_id = ledger.append(SignerAdded.model_validate(entry.model_dump() | {"approvals": signed}))
        row.save(force_insert=True)
    return row


def _told(made: Assertion) -> dict[str, str]:
    names = ("authenticator_data", "client_data", "signature")
    return {"key": made.key} | {name: to_base64url(getattr(made, name)) for name in names}


def has_signers() -> bool:
    """Whether there is a log in which the roll has begun."""
    return Head.objects.exists() and Outbox.objects.filter(type="signers.begun").exists()


def new_meeting() -> Meeting:
    host = Account.objects.create_user(f"host-{uuid4().hex}@example.org", display_name="Host")
    return Meeting.objects.create(host=host, slug=uuid4().hex[:12], title="Seminar")


def authority(state: str = "CN", kind: str = "ministry", name: str = "") -> Authority:
    """In the log, as the desk would have it there."""
    now = datetime.now(UTC).replace(microsecond=0)
    called = name or f"An authority of {state}"
    row = Authority.objects.create(name=called, state=state, kind=kind, approved_at=now)
    said = {"name": row.name, "state": state, "kind": kind}
    with transaction.atomic():
        row.document = ledger.publish_document(json.dumps(said).encode(), now)
        row.outbox_id = ledger.append(
            AuthorityAdded(at=now, authority=row.pk.hex, state=state, kind=kind, document=row.document)
        )
        row.save(update_fields=["document", "outbox_id"])
    return row


def second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def propose(row: Meeting, state: str = "CN", **fields: Any) -> Restriction:
    """A restriction as the desk would make it, unless told otherwise."""
    by = fields.pop("authority", None) or authority(state, fields.pop("kind", "ministry"))
    now = second(fields.pop("now", datetime.now(UTC)))
    begins = fields.pop("begins", now - timedelta(minutes=5))
    demand = Demand.objects.create(authority=by, received_on=now.date(), received_at=now)
    values = {
        "meeting": row,
        "demand": demand,
        "authority": by,
        "state": by.state,
        "kind": by.kind,
        "law": "Cybersecurity Law art. 50",
        "territories": sorted(own_territory(Code(state))) if Code(state) in CODES else [],
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
    return [_approval(row, place, key, text) for place, key in enumerate(passkeys or FOUNDERS)]


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


def approve_unsigned(row: Restriction) -> Restriction:
    """In the log without anybody's approval."""
    with transaction.atomic():
        row.outbox_id = ledger.append(statement_of(row))
        row.save(update_fields=["outbox_id"])
    return row


class Backup:
    """The database as it was, but for the files beside it; the log's triggers do not know of restoring."""

    def __init__(self) -> None:
        self._kept = {model: list(model._default_manager.order_by("pk")) for model in _RESTORED}

    def restore(self) -> None:
        with connection.cursor() as cursor:
            for text in triggers.drop(connection.vendor):
                cursor.execute(text)
        for model in reversed(_RESTORED):
            model._default_manager.exclude(pk__in=[row.pk for row in self._kept[model]]).delete()
        for rows in self._kept.values():
            for row in rows:
                row.save()


_RESTORED = (Outbox, Entry, Tile, Head, Published, Meeting, Restriction, Later)


def restrict(row: Meeting, state: str = "CN", **fields: Any) -> Restriction:
    """Proposed, approved, not yet published."""
    return approve(propose(row, state, **fields))


def touch(meeting_id: UUID) -> None:
    """Somebody changes something else about the meeting: everything is read anew."""
    with transaction.atomic():
        changed(meeting_id)

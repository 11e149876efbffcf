"""Writing to the log: entries, commitments and documents, in the transaction of what they tell."""

from datetime import datetime
from hashlib import sha256
from typing import NewType

from django.db import transaction

from bailiwick.ledger import events
from bailiwick.ledger.commitments import commitment, new_salt
from bailiwick.ledger.entries import Entry, codes_of, encode, parse
from bailiwick.ledger.errors import OutsideTransaction
from bailiwick.ledger.models import Document, Outbox, Salt
from bailiwick.rules.territory import parse_territory

OutboxId = NewType("OutboxId", int)


def append(entry: Entry) -> OutboxId:
    """Have an entry logged if, and only if, the caller's transaction commits.

    Its index is known once it is sequenced, usually within the second (`queries.sequenced`).

    Raises:
        OutsideTransaction: not inside `transaction.atomic`.
        MalformedEntry, UnknownTerritory: too long; made around the model; or a code that is none.
    """
    _check_transaction()
    parse_territory(codes_of(entry))
    data = encode(entry)
    parse(data)
    row = Outbox.objects.create(type=entry.type, entry=data)
    events.announce()
    return OutboxId(row.pk)


def commit_to(subject: bytes) -> str:
    """A new commitment to a subject, and the salt that opens it kept apart from it. Two commitments to the
    same subject have nothing in common."""
    salt = new_salt()
    made = commitment(salt, subject)
    Salt.objects.create(commitment=made, salt=salt)
    return made


def erase(committed: str) -> bool:
    """Delete the salt: from now on nobody can show whom or what the commitment meant. False: none there."""
    return Salt.objects.filter(commitment=committed).delete()[0] == 1


def publish_document(data: bytes, now: datetime) -> str:
    """Keep a document that everybody may read; its SHA-256, under which `/log/documents/` serves it.

    Whoever calls this has made sure that it is the redacted one.
    """
    name = sha256(data).hexdigest()
    Document.objects.get_or_create(sha256=name, defaults={"data": data, "published_at": now})
    return name


def remove_document(name: str) -> bool:
    """No longer serve a document. Its hash stays in the log. False: none there."""
    return Document.objects.filter(sha256=name).delete()[0] == 1


def _check_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("an entry is written in the transaction of what it tells")

"""Policies with versions, each a document of the log: `policy.changed` says from when on it is in force."""

from datetime import datetime
from hashlib import sha256
from typing import Final, Literal

from django.db import transaction

from bailiwick.ledger import actions, queries
from bailiwick.ledger.entries import PolicyChanged, parse
from bailiwick.ledger.models import Head
from bailiwick.ledger.vocabulary import second
from bailiwick.tlog.policy import NO_QUORUM, Policy

Name = Literal["review", "terms", "witnesses"]
NO_WITNESSES: Final = Policy((), (), (), NO_QUORUM).encode()
"""In force before the first entry says otherwise."""


def say(policy: Name, data: bytes, now: datetime) -> bool:
    """Publish this version and log that it is in force, if it is not already. Whether it was news.

    The head's row is locked: of processes that find the same change, one says it.
    """
    with transaction.atomic():
        Head.objects.select_for_update().filter(id=1).first()
        if _last(policy) == sha256(data).hexdigest():
            return False
        document = actions.publish_document(data, now)
        actions.append(PolicyChanged(at=second(now), policy=policy, document=document))
    return True


def say_witnesses(policy: Policy, now: datetime) -> bool:
    """As `say`, of the witnesses and their quorum. Our own log's keys are no part of it: `key.rotated` tells
    of them."""
    return say("witnesses", Policy((), policy.witnesses, policy.groups, policy.quorum).encode(), now)


def _last(policy: Name) -> str | None:
    """The document that was logged last, sequenced or not: at a start nothing may be sequenced yet."""
    rows = queries.said("policy.changed").order_by("-id").values_list("entry", flat=True)
    for row in rows.iterator(chunk_size=16):
        entry = parse(bytes(row))
        if isinstance(entry, PolicyChanged) and entry.policy == policy:
            return entry.document
    return sha256(NO_WITNESSES).hexdigest() if policy == "witnesses" else None

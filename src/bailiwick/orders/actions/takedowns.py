"""Taking down a published document in which something was left that nobody should read: a name, above all.
One person proposes it and another carries it out, so that nobody alone makes the record say less; the log
says that it happened and keeps the hash."""

from datetime import datetime
from typing import Final, get_args
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger import queries as ledger_queries
from bailiwick.ledger.entries import DocumentRemoved
from bailiwick.ledger.vocabulary import Removal
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, NotPossibleNow, SamePerson
from bailiwick.orders.models import Demand, Review, Takedown
from bailiwick.orders.permissions import Act, check_may

REASONS: Final[tuple[str, ...]] = tuple(sorted(get_args(Removal)))


def documents_of(demand: Demand) -> list[str]:
    """Hashes of all that was published of a demand, each once: its redacted copies, the decisions, why it was
    refused; taken down or not."""
    found: list[str] = []
    for review in Review.objects.filter(demand=demand):
        found += review.pages or [review.redacted]
    found += demand.restrictions.filter(outbox_id__isnull=False).values_list("document", flat=True)
    found += [*demand.refusal_copy, demand.refusal_document]
    found += Takedown.objects.filter(demand=demand).values_list("document", flat=True)
    return [name for name in dict.fromkeys(found) if name]


def published(data: bytes, now: datetime) -> str:
    """In the caller's transaction: published, and its hash. NotPossibleNow: that was taken down."""
    name = ledger.publish_document(data, now)
    if Takedown.objects.filter(document=name, approved_at__isnull=False).exists():
        raise NotPossibleNow
    return name


def propose(actor: UUID, demand_id: UUID, document: str, reason: str, now: datetime) -> Takedown:
    """Served until somebody else carries it out.

    Raises:
        RoleNeeded, NoSuchDemand; InvalidOrder: none of its documents, or no reason; NotPossibleNow: it is not
        served, or proposed already.
    """
    check_may(actor, Act.PROPOSE_TAKEDOWN)
    if reason not in REASONS:
        raise InvalidOrder("reason")
    with transaction.atomic():
        demand = Demand.objects.select_for_update(of=("self",)).filter(pk=demand_id).first()
        if demand is None:
            raise NoSuchDemand
        if document not in documents_of(demand):
            raise InvalidOrder("document")
        waiting = Takedown.objects.filter(document=document, approved_at__isnull=True)
        if ledger_queries.document(document) is None or waiting.exists():
            raise NotPossibleNow
        fields = {"document": document, "reason": reason, "proposed_by_id": actor, "proposed_at": now}
        made = Takedown.objects.create(demand=demand, **fields)
        audit(actor, Act.PROPOSE_TAKEDOWN, f"demand:{demand_id}", now)
    return made


def approve(actor: UUID, takedown_id: int, now: datetime) -> Takedown:
    """No longer served, at once. RoleNeeded (also if whoever proposed it may not any more), NoSuchDemand,
    SamePerson, NotPossibleNow."""
    check_may(actor, Act.APPROVE_TAKEDOWN)
    with transaction.atomic():
        row = _waiting(takedown_id)
        if row.proposed_by_id == actor:
            raise SamePerson
        check_may(row.proposed_by_id, Act.PROPOSE_TAKEDOWN)
        if not ledger.remove_document(row.document):
            raise NotPossibleNow
        entry = {"day": now.date(), "document": row.document, "reason": row.reason}
        row.outbox_id = ledger.append(DocumentRemoved.model_validate(entry))
        row.approved_by_id, row.approved_at = actor, now
        row.save()
        audit(actor, Act.APPROVE_TAKEDOWN, f"demand:{row.demand_id}", now)
    return row


def discard(actor: UUID, takedown_id: int, now: datetime) -> None:
    """It stays. RoleNeeded, NoSuchDemand."""
    check_may(actor, Act.DISCARD_TAKEDOWN)
    with transaction.atomic():
        row = _waiting(takedown_id)
        audit(actor, Act.DISCARD_TAKEDOWN, f"demand:{row.demand_id}", now)
        row.delete()


def _waiting(takedown_id: int) -> Takedown:
    rows = Takedown.objects.select_for_update(of=("self",)).filter(pk=takedown_id, approved_at__isnull=True)
    row = rows.first()
    if row is None:
        raise NoSuchDemand
    return row

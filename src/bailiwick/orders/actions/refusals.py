"""Why a demand was refused, in writing, and its text as everybody may read it: published with the refusal or
later, as far as somebody gives them. To refuse takes neither."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger import queries as ledger_queries
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.entries import DemandRefused, RefusalExplained
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, NotPossibleNow
from bailiwick.orders.models import Demand, DemandState, Review
from bailiwick.orders.papers.kinds import Paper, looked_at
from bailiwick.orders.permissions import Act, check_may

from . import redacted_copies

_LONGEST: Final = 5000


@dataclass(frozen=True, slots=True)
class Why:
    """Reasons in words, and the redacted copy as it was brought; empty for none."""

    reasoning: str = field(default="", repr=False)
    redacted: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The same, looked at: what can be published."""

    reasoning: str = field(default="", repr=False)
    paper: Paper | None = None


NOTHING: Final = Explanation()


def examined(why: Why) -> Explanation:
    """Not inside a transaction: pictures of a file take a while. InvalidOrder, PaperError."""
    reasoning = why.reasoning.strip()
    if len(reasoning) > _LONGEST:
        raise InvalidOrder("reasoning")
    return Explanation(reasoning, looked_at(why.redacted) if why.redacted else None)


def publish(row: Demand, reasons: Sequence[str], said: Explanation, now: datetime) -> str:
    """In the caller's transaction: the published document of a refusal, and its hash; empty for none. Without
    a copy of its own it names the one that a review published. The caller saves the row."""
    copy = _copy(row, said.paper, now)
    if not (said.reasoning or copy):
        return ""
    fields = {"demand": row.pk.hex, "refused": sorted(set(reasons)), **copy}
    if said.reasoning:
        fields["reasoning"] = said.reasoning
    data = json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1).encode()
    row.refusal_document = ledger.publish_document(data, now)
    return row.refusal_document


def _copy(row: Demand, paper: Paper | None, now: datetime) -> dict[str, object]:
    review = Review.objects.filter(demand=row)
    if paper is not None:
        copy = redacted_copies.publish(row, paper, now)
        review.update(**copy)
        return _named(row, copy["redacted"], copy["pages"])
    found = review.first()
    return {} if found is None else _named(row, found.redacted, found.pages)


def _named(row: Demand, redacted: object, pages: object) -> dict[str, object]:
    row.refusal_copy = pages or [redacted]
    named = {"redacted_demand": redacted}
    return named | ({"redacted_pages": pages} if pages else {})


def explain(actor: UUID, demand_id: UUID, why: Why, now: datetime) -> Demand:
    """Publish reasons or text of a demand that was refused without: at once as it arrived, or one thing after
    the other. Once; an entry of its own names the document.

    Raises:
        RoleNeeded, NoSuchDemand; NotPossibleNow: it is not refused, or explained already; InvalidOrder:
        neither reasons nor a text; PaperError.
    """
    check_may(actor, Act.EXPLAIN)
    said = examined(why)
    if said == NOTHING:
        raise InvalidOrder("reasoning")
    with transaction.atomic():
        row = Demand.objects.select_for_update(of=("self",)).filter(pk=demand_id).first()
        if row is None:
            raise NoSuchDemand
        if row.status != DemandState.REFUSED or row.refusal_document:
            raise NotPossibleNow
        document = publish(row, grounds(row), said, now)
        entry = {"day": now.date(), "demand": row.pk.hex, "document": document}
        ledger.append(RefusalExplained.model_validate(entry))
        row.save(update_fields=["refusal_document", "refusal_copy"])
        audit(actor, Act.EXPLAIN, f"demand:{row.pk}", now)
    return row


def grounds(row: Demand) -> tuple[str, ...]:
    """Codes, as the log has them, of a demand that was refused as a whole."""
    if row.refused_outbox_id is None:
        return ()
    found = ledger_queries.appended(OutboxId(row.refused_outbox_id))
    return found[1].reasons if found and isinstance(found[1], DemandRefused) else ()

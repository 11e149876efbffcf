"""What would be granted, before anybody signs it: cut to its authority's territory, with the decision that is
published."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from bailiwick.ledger import actions as ledger
from bailiwick.ledger.vocabulary import Reason, second
from bailiwick.orders.entries import statement_of
from bailiwick.orders.errors import InvalidOrder, NotPossibleNow
from bailiwick.orders.models import Asked, Demand, Restriction, Review
from bailiwick.orders.reach import last_day, reach_of
from bailiwick.rules.territory import Territory, parse_territory

from .takedowns import published

_TO_THE_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be granted for one target. `only`: less than all that the authority's territory allows."""

    law: str
    reasons: tuple[Reason, ...]
    begins: datetime
    until: datetime
    only: Territory | None = None
    renews: UUID | None = None


def cut(demand: Demand, first: datetime, until: datetime) -> tuple[Territory, Territory]:
    """Of the codes a demand asks for: those in its authority's own territory, and those cut off (P1)."""
    asked = parse_territory(demand.territories)
    if demand.authority is None:
        return frozenset(), asked
    own = reach_of(demand.authority.state, demand.authority.kind, first.date(), last_day(until))
    return asked & own, asked - own


def is_shorter(demand: Demand, row: Restriction) -> bool:
    """Whether it ends before the demand asks it to. The desk's form has minutes: what is less was not cut."""
    return demand.ends_at is None or demand.ends_at - row.expires_at > _TO_THE_MINUTE


def draft(
    actor: UUID, demand: Demand, meeting_id: UUID, plan: Plan, granted: Territory,
    renews: Restriction | None, now: datetime,
) -> Restriction:  # fmt: skip
    """In the caller's transaction: what would be granted, as a row that restricts nobody. InvalidOrder:
    law or reasons; NotPossibleNow: the authority is not known here."""
    authority = demand.authority
    if authority is None:
        raise NotPossibleNow
    beyond = cut(demand, plan.begins, plan.until)[1]
    row = Restriction(
        meeting_id=meeting_id,
        demand=demand,
        authority=authority,
        state=authority.state,
        kind=authority.kind,
        law=plan.law,
        territories=sorted(granted),
        effective_from=plan.begins,
        expires_at=plan.until,
        reasons=sorted(set(plan.reasons)),
        target=ledger.commit_to(meeting_id.bytes),
        document=published(decision(demand, granted, beyond, plan.until), now),
        original=demand.original,
        renews=renews,
        stated_at=second(now),
        proposed_by_id=actor,
    )
    try:
        statement_of(row)
    except ValueError:
        raise InvalidOrder("law") from None
    row.save(force_insert=True)
    return row


def decision(demand: Demand, granted: Territory, beyond: Territory, until: datetime) -> bytes:
    """What everybody may read of the decision, its hash in the entry: what was asked, what was cut, and the
    written answers. No name of a meeting or of anybody in it."""
    found = Review.objects.get(demand=demand)
    asked = Counter(demand.targets.values_list("asked", flat=True))
    fields = {
        "demand": demand.pk.hex,
        "asked": {
            "territories": demand.territories,
            "targets": dict(sorted(asked.items())),
            "until": None if demand.ends_at is None else _written(demand.ends_at),
        },
        "granted": {
            "act": Asked.WITHHOLD.value,
            "territories": sorted(granted),
            "until": _written(until),
        },
        "cut": sorted(beyond),
        "legality": found.legality,
        "necessity": found.necessity,
        "proportionality": found.proportionality,
        "redacted_demand": found.redacted,
    }
    if found.pages:
        fields["redacted_pages"] = found.pages
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _written(moment: datetime) -> str:
    return second(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

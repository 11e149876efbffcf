"""What arrives is recorded, and logged, whatever it is; then it is refused, returned, or reviewed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import DemandReceived, DemandRefused
from bailiwick.ledger.vocabulary import Refusal
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, NotPossibleNow
from bailiwick.orders.models import Answer, Asked, Authority, Channel, Demand, DemandState, Target
from bailiwick.orders.papers.kinds import looked_at
from bailiwick.orders.permissions import Act, check_may, demands_taken
from bailiwick.orders.reach import check_whose
from bailiwick.rules.territory import UnknownTerritory, parse_territory

from . import originals
from .steps import log_examined

DUE: Final = timedelta(days=10)
DUE_IN_EMERGENCY: Final = timedelta(hours=24)
OPEN: Final = (DemandState.RECEIVED, DemandState.INCOMPLETE, DemandState.UNDER_REVIEW)


@dataclass(frozen=True, slots=True)
class Named:
    """What a demand names and what it asks to do with it. Neither: nothing that there is here."""

    asked: Asked
    meeting_id: UUID | None = None
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written in a demand; empty for what it does not say. `state`, `kind`: of an authority not known
    here, by its own word."""

    channel: Channel = Channel.OFFICIAL
    authority_id: UUID | None = None
    state: str = ""
    kind: str = ""
    reference: str = ""
    contact: str = ""
    law: str = ""
    statement: str = ""
    territories: tuple[str, ...] = ()
    redress: str = ""
    language: str = ""
    issued_on: date | None = None
    ends_at: datetime | None = None
    confidential: bool = False
    emergency: bool = False
    targets: tuple[Named, ...] = field(default_factory=tuple)


def receive(actor: UUID, letter: Letter, original: bytes, now: datetime) -> Demand:
    """Record a demand. What asks for secrecy (P11), what is verbal or comes by no official channel, and
    everything on a server that takes no demands, is refused in the same transaction.

    Raises:
        RoleNeeded; InvalidOrder: no authority, neither known nor by its own word; no such code or kind.
        PaperError: the letter cannot be read, or not be kept.
    """
    check_may(actor, Act.RECEIVE)
    authority = _authority(letter)
    paper = looked_at(original)
    originals.forget(now)
    with transaction.atomic():
        row = _create(actor, letter, authority, ledger.commit_to(original), now)
        originals.keep(row, paper)
        row.outbox_id = ledger.append(_received(row, authority, letter))
        row.save(update_fields=["outbox_id"])
        audit(actor, Act.RECEIVE, f"demand:{row.pk}", now)
        at_once = refused_at_once(row)
        if at_once:
            refuse_now(row, at_once, now)
            audit(None, Act.REFUSE, f"demand:{row.pk}", now)
    return row


def refused_at_once(row: Demand) -> list[Refusal]:
    """Why a demand is not even reviewed."""
    found: list[Refusal] = [] if demands_taken() else ["not_possible_here"]
    if row.channel != Channel.OFFICIAL:
        found.append("not_authentic")
    if row.confidential:
        found.append("secret")
    return found


def _authority(letter: Letter) -> Authority | None:
    if letter.authority_id is None:
        if not (letter.state and letter.kind):
            raise InvalidOrder("authority")
        check_whose(letter.state, letter.kind)
        return None
    row = Authority.objects.filter(pk=letter.authority_id, approved_at__isnull=False).first()
    if row is None:
        raise InvalidOrder("authority")
    return row


def _create(actor: UUID, letter: Letter, authority: Authority | None, original: str, now: datetime) -> Demand:
    row = Demand.objects.create(
        authority=authority,
        original=original,
        received_by_id=actor,
        received_at=now,
        due_at=now + (DUE_IN_EMERGENCY if letter.emergency else DUE),
        territories=codes(letter.territories),
        **{name: getattr(letter, name) for name in WRITTEN},
    )
    for named in letter.targets:
        Target.objects.create(
            demand=row, asked=named.asked, meeting_id=named.meeting_id, account_id=named.account_id
        )
    return row


WRITTEN: Final = (
    "channel", "reference", "contact", "law", "statement", "redress", "language", "issued_on", "ends_at",
    "confidential", "emergency",
)  # fmt: skip


def codes(given: Iterable[str]) -> list[str]:
    """Sorted codes; InvalidOrder for one that is none."""
    try:
        return sorted(parse_territory(tuple(given)))
    except UnknownTerritory:
        raise InvalidOrder("territories") from None


def _received(row: Demand, authority: Authority | None, letter: Letter) -> DemandReceived:
    known = {} if authority is None else {"authority": authority.pk.hex}
    return DemandReceived.model_validate(
        known
        | {
            "day": row.received_at.date(),
            "demand": row.pk.hex,
            "state": letter.state if authority is None else authority.state,
            "kind": letter.kind if authority is None else authority.kind,
            "original": row.original,
        }
    )


# ---------------------------------------------------------------- complete or not

_NEEDED: Final = (
    "authority", "reference", "contact", "law", "statement", "territories", "redress", "language",
    "issued_on", "ends_at", "targets",
)  # fmt: skip
Needed = Literal[
    "authority", "reference", "contact", "law", "statement", "territories", "redress", "language",
    "issued_on", "ends_at", "targets",
]  # fmt: skip


def missing(row: Demand) -> list[str]:
    """What the demand does not say and must (DSA Art. 9(2)); empty: it is complete."""
    return [name for name in _NEEDED if not _said(row, name)]


def _said(row: Demand, name: str) -> bool:
    return row.targets.exists() if name == "targets" else bool(getattr(row, name))


def supplement(actor: UUID, demand_id: UUID, now: datetime, **fields: object) -> Demand:
    """Write down what the authority added. RoleNeeded, NoSuchDemand, NotPossibleNow, InvalidOrder."""
    check_may(actor, Act.EXAMINE)
    if not set(fields) <= {*WRITTEN, "territories"} - {"channel"}:
        raise InvalidOrder(sorted(set(fields) - {*WRITTEN, "territories"} or {"channel"})[0])
    with transaction.atomic():
        row = locked(demand_id, DemandState.RECEIVED, DemandState.INCOMPLETE)
        for name, value in fields.items():
            setattr(row, name, codes(value) if name == "territories" else value)  # type: ignore[arg-type] # by name
        audit(actor, Act.EXAMINE, f"demand:{row.pk}", now)
        if row.confidential:
            refuse_now(row, ["secret"], now)
        row.save()
    return row


def examine(actor: UUID, demand_id: UUID, now: datetime) -> Demand:
    """Into review, or back to the authority for what is missing. RoleNeeded, NoSuchDemand, NotPossibleNow."""
    check_may(actor, Act.EXAMINE)
    with transaction.atomic():
        row = locked(demand_id, DemandState.RECEIVED, DemandState.INCOMPLETE)
        lacking = missing(row)
        row.status = DemandState.INCOMPLETE if lacking else DemandState.UNDER_REVIEW
        row.save(update_fields=["status"])
        log_examined(row, lacking, now)
        audit(actor, Act.EXAMINE, f"demand:{row.pk}", now)
    return row


# ---------------------------------------------------------------- refusing: the ordinary outcome


def refuse(actor: UUID, demand_id: UUID, reasons: Sequence[Refusal], now: datetime) -> Demand:
    """Refuse all that is still open. One person is enough to say no.

    Raises:
        RoleNeeded, NoSuchDemand; NotPossibleNow: it is answered; InvalidOrder: no reason.
    """
    check_may(actor, Act.REFUSE)
    if not reasons:
        raise InvalidOrder("reasons")
    with transaction.atomic():
        row = locked(demand_id, *OPEN)
        if row.restrictions.filter(outbox_id__isnull=False).exists():
            raise NotPossibleNow
        refuse_now(row, reasons, now)
        audit(actor, Act.REFUSE, f"demand:{row.pk}", now)
    return row


def refuse_now(row: Demand, reasons: Sequence[Refusal], now: datetime) -> None:
    """In the caller's transaction: the whole demand, with its entry."""
    ordered = sorted(set(reasons))
    entry = {"day": now.date(), "demand": row.pk.hex, "reasons": tuple(ordered)}
    row.restrictions.filter(outbox_id__isnull=True).delete()
    row.targets.update(answer=Answer.REFUSED, refusals=ordered)
    row.status, row.decided_at = DemandState.REFUSED, now
    row.refused_outbox_id = ledger.append(DemandRefused.model_validate(entry))
    row.save()


def locked(demand_id: UUID, *states: DemandState) -> Demand:
    """The demand in one of these states, held until the caller's transaction ends."""
    row = Demand.objects.select_for_update().filter(pk=demand_id).first()
    if row is None:
        raise NoSuchDemand
    if row.status not in states:
        raise NotPossibleNow
    return row

"""What arrives is recorded, and logged, whatever it is; then it is refused, returned, or reviewed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import DemandAttributed, DemandReceived, DemandRefused
from bailiwick.ledger.vocabulary import Refusal
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, NotPossibleNow
from bailiwick.orders.models import Answer, Asked, Authority, Channel, Demand, DemandState, Target
from bailiwick.orders.papers.kinds import looked_at
from bailiwick.orders.permissions import Act, check_may, demands_taken
from bailiwick.orders.reach import check_whose
from bailiwick.rules.territory import UnknownTerritory, parse_territory

from . import clocks, originals, refusals
from .clocks import OPEN
from .proposals import drop
from .refusals import Explanation, Why
from .steps import log_examined

__all__ = [
    "OPEN",
    "WRITTEN",
    "Added",
    "Letter",
    "Named",
    "examine",
    "missing",
    "receive",
    "refuse",
    "supplement",
]


@dataclass(frozen=True, slots=True)
class Named:
    """What a demand names and what it asks to do with it. Neither: nothing that there is here."""

    asked: Asked
    meeting_id: UUID | None = None
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written in a demand; empty for what it does not say. `state`, `kind`: of an authority not known
    here, by its own word. `received_on`: the day it arrived; None: today."""

    channel: Channel = Channel.OFFICIAL
    received_on: date | None = None
    authority_id: UUID | None = None
    state: str = ""
    kind: str = ""
    reference: str = ""
    contact: str = ""
    law: str = ""
    law_url: str = ""
    statement: str = ""
    territories: tuple[str, ...] = ()
    redress_provider: str = ""
    redress_recipient: str = ""
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
        RoleNeeded; InvalidOrder: no authority, neither known nor by its own word; no such code or kind; a day
        still to come or long past; an address of a law that is none.
        PaperError: the letter cannot be read, or not be kept.
    """
    check_may(actor, Act.RECEIVE)
    authority = _authority(letter)
    _check_address(letter.law_url)
    paper = looked_at(original)
    originals.forget(now)
    with transaction.atomic():
        row = _create(actor, letter, authority, ledger.commit_to(original), now)
        originals.keep(row, paper)
        row.outbox_id = ledger.append(_received(row))
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
    if letter.authority_id is not None:
        return _known(letter.authority_id)
    if not (letter.state and letter.kind):
        raise InvalidOrder("authority")
    check_whose(letter.state, letter.kind)
    return None


def _known(authority_id: UUID) -> Authority:
    """One whose demands can be reviewed. Raises InvalidOrder."""
    rows = Authority.objects.filter(approved_at__isnull=False, ended_at__isnull=True)
    row = rows.filter(pk=authority_id).first()
    if row is None:
        raise InvalidOrder("authority")
    return row


def _check_address(text: object) -> None:
    """Where a law can be read: it becomes a link at the desk."""
    if text and urlsplit(str(text)).scheme not in ("http", "https"):
        raise InvalidOrder("law_url")


def _create(actor: UUID, letter: Letter, authority: Authority | None, original: str, now: datetime) -> Demand:
    row = Demand(
        authority=authority,
        state=letter.state if authority is None else authority.state,
        kind=letter.kind if authority is None else authority.kind,
        channel=letter.channel,
        original=original,
        received_by_id=actor,
        received_on=clocks.arrived(letter.received_on, now),
        received_at=now,
        territories=codes(letter.territories),
        **{name: getattr(letter, name) for name in WRITTEN},
    )
    row.due_at = clocks.due(row)
    row.save(force_insert=True)
    _name(row, letter.targets)
    return row


def _name(row: Demand, named: Iterable[Named]) -> None:
    """What it names, each meeting and account once for each thing that it asks."""
    for each in named:
        fields = {"asked": each.asked, "meeting_id": each.meeting_id, "account_id": each.account_id}
        here = each.meeting_id is not None or each.account_id is not None
        if not (here and row.targets.filter(**fields).exists()):
            Target.objects.create(demand=row, **fields)


WRITTEN: Final = (
    "reference", "contact", "law", "law_url", "statement", "redress_provider", "redress_recipient",
    "language", "issued_on", "ends_at", "confidential", "emergency",
)  # fmt: skip


def codes(given: Iterable[str]) -> list[str]:
    """Sorted codes; InvalidOrder for one that is none."""
    try:
        return sorted(parse_territory(tuple(given)))
    except UnknownTerritory:
        raise InvalidOrder("territories") from None


def _received(row: Demand) -> DemandReceived:
    known = {} if row.authority_id is None else {"authority": row.authority_id.hex}
    said = {"day": row.received_on, "demand": row.pk.hex, "state": row.state, "kind": row.kind}
    return DemandReceived.model_validate(known | said | {"original": row.original})


# ---------------------------------------------------------------- complete or not

_NEEDED: Final = (
    "reference", "contact", "law", "law_url", "statement", "territories", "redress_provider",
    "redress_recipient", "language", "issued_on", "ends_at", "targets",
)  # fmt: skip


def missing(row: Demand) -> list[str]:
    """What the demand does not say and must (DSA Art. 9(2)); empty: it says all. Whether its authority is one
    that is added here, is not for the authority to say."""
    return [name for name in _NEEDED if not _said(row, name)]


def _said(row: Demand, name: str) -> bool:
    return row.targets.exists() if name == "targets" else bool(getattr(row, name))


@dataclass(frozen=True, slots=True)
class Added:
    """What is written down of a demand that was recorded before. `fields`: of `WRITTEN` and `territories`, by
    name. `authority_id`: whose it is, now that this is known, or known better. `targets`: what else it names.
    `dropped`: numbers of what was recorded as named by mistake."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    authority_id: UUID | None = None
    targets: tuple[Named, ...] = ()
    dropped: frozenset[int] = frozenset()


def supplement(actor: UUID, demand_id: UUID, now: datetime, added: Added) -> Demand:
    """Write down what the authority added, and correct what was recorded wrongly: until it is in review. The
    clock that stood still runs on.

    Raises:
        RoleNeeded, NoSuchDemand, NotPossibleNow, InvalidOrder.
    """
    check_may(actor, Act.EXAMINE)
    if unknown := set(added.fields) - {*WRITTEN, "territories"}:
        raise InvalidOrder(min(unknown))
    _check_address(added.fields.get("law_url"))
    with transaction.atomic():
        row = locked(demand_id, DemandState.RECEIVED, DemandState.INCOMPLETE)
        clocks.go_on(row, now)
        _write(row, added.fields, now)
        _correct_named(row, added)
        if added.authority_id is not None and added.authority_id != row.authority_id:
            _attribute(row, added.authority_id, now)
        audit(actor, Act.EXAMINE, f"demand:{row.pk}", now)
        if row.confidential:
            refuse_now(row, ["secret"], now)
        row.save()
    return row


def _write(row: Demand, fields: Mapping[str, Any], now: datetime) -> None:
    for name, value in fields.items():
        if name == "emergency":
            clocks.emergency(row, now, is_one=value)
        else:
            setattr(row, name, codes(value) if name == "territories" else value)


def _correct_named(row: Demand, added: Added) -> None:
    found = row.targets.filter(pk__in=added.dropped)
    if found.count() != len(added.dropped):
        raise InvalidOrder("dropped")
    found.delete()
    _name(row, added.targets)


def _attribute(row: Demand, authority_id: UUID, now: datetime) -> None:
    """In the log, too: what it said when the demand arrived is not the last word on whose it is."""
    row.authority = _known(authority_id)
    said = {"day": now.date(), "demand": row.pk.hex, "authority": authority_id.hex}
    ledger.append(DemandAttributed.model_validate(said))


def examine(actor: UUID, demand_id: UUID, now: datetime) -> Demand:
    """Into review, or back to the authority for what is missing; then the clock stands still.

    Raises:
        RoleNeeded, NoSuchDemand; NotPossibleNow: also if it is back there, and nothing was added since;
        InvalidOrder: it says all, and nobody added its authority.
    """
    check_may(actor, Act.EXAMINE)
    with transaction.atomic():
        row = locked(demand_id, DemandState.RECEIVED, DemandState.INCOMPLETE)
        lacking = missing(row)
        if lacking and row.paused_at is not None:
            raise NotPossibleNow
        if lacking:
            row.status = DemandState.INCOMPLETE
            clocks.pause(row, now)
        elif row.authority_id is None:
            raise InvalidOrder("authority")
        else:
            row.status = DemandState.UNDER_REVIEW
            clocks.go_on(row, now)
        row.save()
        log_examined(row, lacking, now)
        audit(actor, Act.EXAMINE, f"demand:{row.pk}", now)
    return row


# ---------------------------------------------------------------- refusing: the ordinary outcome


def refuse(
    actor: UUID, demand_id: UUID, reasons: Sequence[Refusal], now: datetime, why: Why | None = None
) -> Demand:
    """Refuse all that is still open. One person is enough to say no. `why`: what is published with it.

    Raises:
        RoleNeeded, NoSuchDemand; NotPossibleNow: it is answered; InvalidOrder: no reason; PaperError.
    """
    check_may(actor, Act.REFUSE)
    if not reasons:
        raise InvalidOrder("reasons")
    said = refusals.examined(why or Why())
    with transaction.atomic():
        row = locked(demand_id, *OPEN)
        if row.restrictions.filter(outbox_id__isnull=False).exists():
            raise NotPossibleNow
        refuse_now(row, reasons, now, said)
        audit(actor, Act.REFUSE, f"demand:{row.pk}", now)
    return row


def refuse_now(
    row: Demand, reasons: Sequence[Refusal], now: datetime, said: Explanation = refusals.NOTHING
) -> None:
    """In the caller's transaction: the whole demand, with its entry."""
    ordered = sorted(set(reasons))
    entry: dict[str, object] = {"day": now.date(), "demand": row.pk.hex, "reasons": tuple(ordered)}
    drop(row.restrictions.filter(outbox_id__isnull=True))  # first: a copy they name is not replaced
    if document := refusals.publish(row, ordered, said, now):
        entry["document"] = document
    row.targets.update(answer=Answer.REFUSED, refusals=ordered)
    row.status, row.decided_at, row.paused_at = DemandState.REFUSED, now, None
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

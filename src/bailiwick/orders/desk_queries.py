"""What the desk's pages show of demands, restrictions and appeals: rows to be read, never to be changed.
Nothing here tells whom a restriction reached, or how many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from bailiwick.accounts.models import Account, Audit
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.entries import RestrictionApproved, statement

from .actions.chain import same_authority
from .actions.refusals import grounds
from .entries import statement_of
from .errors import NoSuchDemand, NoSuchRestriction
from .models import (
    Answer,
    Appeal,
    Approval,
    Asked,
    Authority,
    AuthorityChange,
    ChangeKind,
    Channel,
    Demand,
    DemandState,
    Later,
    LaterKind,
    Outcome,
    Restriction,
    Review,
    Takedown,
    Target,
)

__all__ = [
    "Answer",
    "Appeal",
    "Approval",
    "Asked",
    "Authority",
    "AuthorityChange",
    "ChangeKind",
    "Channel",
    "Demand",
    "DemandState",
    "LaterKind",
    "Outcome",
    "Restriction",
    "Review",
    "Target",
]

_OPEN = (DemandState.RECEIVED, DemandState.INCOMPLETE, DemandState.UNDER_REVIEW)
_EFFECTS = "effects"
"""Never read here: a number beside a meeting would tell whether somebody was there."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something the staff did; `actor`: an e-mail address, or empty for the server itself."""

    at: datetime
    actor: str
    code: str


def authorities() -> list[Authority]:
    """All there are, proposed ones and those that ended too, each with its changes."""
    rows = Authority.objects.select_related("proposed_by", "approved_by").order_by("state", "name")
    return list(rows.prefetch_related("changes__proposed_by", "changes__approved_by"))


def authority(authority_id: UUID) -> Authority:
    """One that was added, with its changes. Raises NoSuchDemand."""
    rows = Authority.objects.select_related("proposed_by", "approved_by")
    rows = rows.prefetch_related("changes__proposed_by", "changes__approved_by")
    found = rows.filter(pk=authority_id, approved_at__isnull=False).first()
    if found is None:
        raise NoSuchDemand
    return found


def approved_authorities() -> list[Authority]:
    """Those whose demands can be reviewed."""
    rows = Authority.objects.filter(approved_at__isnull=False, ended_at__isnull=True)
    return list(rows.order_by("state", "name"))


def open_demands() -> list[Demand]:
    """What waits for an answer: the first due first, and last what is back at its authority."""
    rows = Demand.objects.filter(status__in=_OPEN).select_related("authority")
    return list(rows.order_by(F("paused_at").asc(nulls_first=True), "due_at", "received_at"))


def open_demand_count() -> int:
    """How many demands wait for an answer."""
    return Demand.objects.filter(status__in=_OPEN).count()


def late_demand_count(now: datetime) -> int:
    """How many of them are overdue."""
    return Demand.objects.filter(status__in=_OPEN, due_at__lte=now, paused_at__isnull=True).count()


def awaiting_count() -> int:
    """How many proposals wait for signatures."""
    return Restriction.objects.filter(outbox_id__isnull=True).count()


def open_appeal_count() -> int:
    """How many objections wait for a decision."""
    return Appeal.objects.filter(decided_at__isnull=True).count()


def late_appeal_count(now: datetime) -> int:
    """How many of them are overdue."""
    return Appeal.objects.filter(decided_at__isnull=True, due_at__lte=now).count()


@dataclass(frozen=True, slots=True)
class Sought:
    """What of a long list to show; empty: all. `authority`: an id, or `none`; `text`: in the reference;
    `meeting`: its slug; `state`: of demands a `DemandState`, of restrictions `running` or `over`."""

    authority: str = ""
    text: str = ""
    meeting: str = ""
    state: str = ""


def answered_demands(sought: Sought, start: int, count: int) -> list[Demand]:
    """Demands that were answered, the last first."""
    rows = Demand.objects.exclude(status__in=_OPEN).select_related("authority")
    found = Q(reference__icontains=sought.text) & _by(sought.authority)
    if sought.state:
        found &= Q(status=sought.state)
    if sought.meeting:
        found &= Q(Exists(Target.objects.filter(demand=OuterRef("pk"), meeting__slug=sought.meeting)))
    return list(rows.filter(found).order_by("-decided_at", "pk")[start : start + count])


def _by(authority: str) -> Q:
    if authority == "none":
        return Q(authority__isnull=True)
    return Q(authority=authority) if authority else Q()


def granted(sought: Sought, now: datetime, start: int, count: int) -> list[Restriction]:
    """Restrictions that were approved, the last first; those that are over too."""
    rows = Restriction.objects.filter(outbox_id__isnull=False).defer(_EFFECTS)
    found = Q(demand__reference__icontains=sought.text) & _by(sought.authority)
    if sought.meeting:
        found &= Q(meeting__slug=sought.meeting)
    if sought.state in ("running", "over"):
        withdrawn = Later.objects.filter(restriction=OuterRef("pk"), kind=LaterKind.WITHDRAWN)
        over = Q(expires_at__lte=now) | Q(Exists(withdrawn))
        found &= over if sought.state == "over" else ~over
    rows = rows.filter(found).select_related("authority", "demand", "meeting").prefetch_related("later")
    return list(rows.order_by("-outbox_id")[start : start + count])


def demand(demand_id: UUID) -> Demand:
    """One demand with its authority and what it names. Raises NoSuchDemand."""
    rows = Demand.objects.select_related("authority", "received_by").prefetch_related("targets__meeting")
    found = rows.filter(pk=demand_id).first()
    if found is None:
        raise NoSuchDemand
    return found


def target(target_id: int) -> Target:
    """One thing that a demand names. Raises NoSuchDemand."""
    found = Target.objects.select_related("meeting").filter(pk=target_id).first()
    if found is None:
        raise NoSuchDemand
    return found


def review_of(demand_id: UUID) -> Review | None:
    """The written answers, if there are any yet."""
    return Review.objects.select_related("written_by").filter(demand_id=demand_id).first()


def restrictions_of(demand_id: UUID) -> list[Restriction]:
    """Proposed and granted, of one demand."""
    rows = Restriction.objects.filter(demand_id=demand_id).defer(_EFFECTS)
    return list(rows.select_related("meeting").prefetch_related("approvals", "later").order_by("stated_at"))


def grounds_of_refusal(row: Demand) -> tuple[str, ...]:
    """Codes, as the log has them, of a demand that was refused as a whole."""
    return grounds(row)


def restriction(restriction_id: UUID) -> Restriction:
    """One, with who approved it and what followed. Raises NoSuchRestriction."""
    rows = Restriction.objects.defer(_EFFECTS).select_related("authority", "demand", "meeting", "proposed_by")
    rows = rows.prefetch_related("approvals__account", "later__by")
    found = rows.filter(pk=restriction_id).first()
    if found is None:
        raise NoSuchRestriction
    return found


def awaiting_approval() -> list[Restriction]:
    """Proposals, signed or not, that no second person has approved."""
    rows = Restriction.objects.filter(outbox_id__isnull=True).defer(_EFFECTS)
    rows = rows.select_related("authority", "demand").prefetch_related("approvals")
    return list(rows.order_by("stated_at"))


def not_over(now: datetime) -> list[Restriction]:
    """Granted, and neither withdrawn nor ended by the clock. Suspended ones too: they can be withdrawn."""
    rows = Restriction.objects.filter(outbox_id__isnull=False, expires_at__gt=now).defer(_EFFECTS)
    rows = rows.exclude(later__kind=LaterKind.WITHDRAWN)
    return list(rows.select_related("authority", "demand").prefetch_related("later").order_by("expires_at"))


def renewable(asked: Demand, meeting_id: UUID | None) -> list[Restriction]:
    """What a restriction of this meeting for this demand could be the renewal of."""
    if meeting_id is None or asked.authority is None:
        return []
    rows = Restriction.objects.filter(meeting_id=meeting_id, outbox_id__isnull=False)
    rows = rows.filter(same_authority(asked.authority))
    return list(rows.exclude(demand_id=asked.pk).defer(_EFFECTS).order_by("-expires_at"))


def text_to_sign(row: Restriction) -> str:
    """The entry that two people sign, byte for byte: what the log says once it is there. Empty: no entry says
    what the row says, which was changed by hand."""
    found = None if row.outbox_id is None else ledger.appended(OutboxId(row.outbox_id))
    if found is not None and isinstance(found[1], RestrictionApproved):
        return statement(found[1]).decode()
    return _text_of(row)


def is_altered(row: Restriction) -> bool:
    """Whether the row says something else than the log, or what no entry can say: then nothing of it is
    enforced, and the desk says so. It can be undone all the same."""
    return not _text_of(row) or _text_of(row) != text_to_sign(row)


def _text_of(row: Restriction) -> str:
    try:
        return statement(statement_of(row)).decode()
    except ValueError:
        return ""


def open_appeals() -> list[Appeal]:
    """What waits for a decision, the first due first."""
    return list(Appeal.objects.filter(decided_at__isnull=True).select_related("restriction__authority"))


def decided_appeals(start: int, count: int) -> list[Appeal]:
    """Those that were decided, the last first."""
    rows = Appeal.objects.filter(decided_at__isnull=False).select_related("restriction__authority")
    return list(rows.order_by("-decided_at", "pk")[start : start + count])


def appeal(appeal_id: UUID) -> Appeal:
    """One appeal. Raises NoSuchDemand."""
    rows = Appeal.objects.select_related("restriction__authority", "restriction__demand")
    found = rows.filter(pk=appeal_id).first()
    if found is None:
        raise NoSuchDemand
    return found


def takedown_of(document: str) -> Takedown | None:
    """The last that was proposed of this document, or carried out."""
    rows = Takedown.objects.filter(document=document).select_related("proposed_by", "approved_by")
    return rows.order_by("id").last()


def is_logged(restriction_id: UUID) -> bool:
    """Whether there is such a restriction, approved and logged."""
    return Restriction.objects.filter(pk=restriction_id, outbox_id__isnull=False).exists()


def history(subjects: Iterable[str]) -> list[Step]:
    """What the staff did to these, oldest first, as the audit trail has it (two queries)."""
    rows = list(Audit.objects.filter(subject__in=list(subjects)).order_by("pk"))
    people = Account.objects.filter(pk__in={row.actor for row in rows})
    known = dict(people.values_list("pk", "email"))
    return [
        Step(row.at, "" if row.actor is None else known.get(row.actor, str(row.actor)), row.code)
        for row in rows
    ]

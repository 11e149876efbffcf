"""The letter a demand came as: kept unreadable, opened for staff who need it, deleted when that is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger import queries as ledger_queries
from bailiwick.ledger.commitments import opens
from bailiwick.orders.models import Appeal, Demand, DemandState, Original, OriginalPage
from bailiwick.orders.papers import sealing
from bailiwick.orders.papers.errors import OriginalDamaged, OriginalGone, OriginalKeyMissing
from bailiwick.orders.papers.kinds import Kind, Paper
from bailiwick.orders.papers.sealing import ServerKey
from bailiwick.orders.permissions import Act, check_may

ANSWERED: Final = (DemandState.REFUSED, DemandState.GRANTED, DemandState.NARROWED)
FORGOTTEN: Final = "original.deleted"
"""In the audit trail, by nobody: the clock did it."""
_AT_A_TIME: Final = 50


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter as it is read at the desk: text, or pictures of its pages."""

    kind: Kind
    size: int
    text: str
    pages: tuple[bytes, ...]


def keep(demand: Demand, paper: Paper) -> None:
    """In the caller's transaction: the letter of a new demand. OriginalKeyMissing, OriginalKeyExposed."""
    server = _keys(create=not Original.objects.exists())[0]
    key = sealing.new_key()
    row = Original.objects.create(
        demand=demand,
        kind=paper.kind.value,
        size=len(paper.data),
        key_name=server.name,
        wrapped=sealing.close(server.secret, key, _place(demand.pk, "key")),
        body=sealing.close(key, paper.data, _place(demand.pk, "body")),
    )
    for number, page in enumerate(paper.pages, 1):
        closed = sealing.close(key, page, _place(demand.pk, f"page {number}"))
        OriginalPage.objects.create(original=row, number=number, body=closed)


def _place(demand_id: UUID, part: str) -> str:
    return f"{demand_id.hex} {part}"


def _keys(*, create: bool = False) -> tuple[ServerKey, ...]:
    """The server's keys. A first one is made only while nothing is closed with another."""
    path: Path = settings.ORIGINALS_KEY_FILE
    if create and not path.exists():
        sealing.create(path)
    return sealing.read(path)


# ---------------------------------------------------------------- reading


def read(actor: UUID, demand_id: UUID, now: datetime) -> Opened:
    """The letter to be read at the desk; who read it is in the audit trail.

    Raises:
        RoleNeeded; OriginalGone, OriginalDamaged, OriginalKeyMissing, OriginalKeyExposed.
    """
    row, key = _opened(actor, Act.READ_ORIGINAL, demand_id, now)
    kind = Kind(row.kind)
    text = Paper(_body(row, key), kind).text if kind is Kind.TEXT else ""
    pages = [
        sealing.open_(key, bytes(page.body), _place(row.pk, f"page {page.number}"))
        for page in row.pages.all()
    ]
    return Opened(kind, row.size, text, tuple(pages))


def take(actor: UUID, demand_id: UUID, now: datetime) -> bytes:
    """The letter's own bytes, as they arrived: to be saved, never to be shown. Raises as `read`."""
    row, key = _opened(actor, Act.TAKE_ORIGINAL, demand_id, now)
    return _body(row, key)


def _opened(actor: UUID, act: Act, demand_id: UUID, now: datetime) -> tuple[Original, bytes]:
    check_may(actor, act)
    with transaction.atomic():
        row = Original.objects.select_related("demand").filter(demand_id=demand_id).first()
        if row is None or is_over(row.demand, now):
            raise OriginalGone
        key = _key_of(row, _keys())
        audit(actor, act, f"demand:{row.pk}", now)
    return row, key


def _key_of(row: Original, keys: tuple[ServerKey, ...]) -> bytes:
    found = next((key for key in keys if key.name == row.key_name), None)
    if found is None:
        raise OriginalKeyMissing
    return sealing.open_(found.secret, bytes(row.wrapped), _place(row.pk, "key"))


def _body(row: Original, key: bytes) -> bytes:
    """The letter, compared with what the public log says of it while its salt is there."""
    data = sealing.open_(key, bytes(row.body), _place(row.pk, "body"))
    salt = ledger_queries.salt(row.demand.original)
    if salt is not None and not opens(row.demand.original, salt, data):
        raise OriginalDamaged
    return data


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a letter without opening it. `until`: when it is deleted, as far as that is known."""

    kind: Kind
    size: int
    until: datetime | None


def about(demand: Demand, now: datetime) -> About | None:
    """None: there is none, or its time is over."""
    row = Original.objects.filter(demand=demand).only("kind", "size").first()
    until = ends_at(demand)
    if row is None or (until is not None and until <= now):
        return None
    return About(Kind(row.kind), row.size, until)


# ---------------------------------------------------------------- deleting


def ends_at(demand: Demand) -> datetime | None:
    """When the letter's time is over: so many days after the answer, or after the last restriction ends.
    None: not known yet, since there is no answer, or somebody objects and nobody has decided."""
    if demand.status not in ANSWERED or demand.decided_at is None:
        return None
    if Appeal.objects.filter(restriction__demand=demand, decided_at__isnull=True).exists():
        return None
    last = demand.restrictions.aggregate(last=Max("expires_at"))["last"]
    days: int = settings.ENV["ORIGINALS_DAYS"]
    return max(demand.decided_at, last or demand.decided_at) + timedelta(days=days)


def is_over(demand: Demand, now: datetime) -> bool:
    """Whether the letter is not to be read any more, deleted yet or not."""
    end = ends_at(demand)
    return end is not None and end <= now


def forget(now: datetime) -> int:
    """Delete the letters whose time is over, with what opens the log's commitments to them; how many. Any
    process may run it, as often as it likes."""
    before = now - timedelta(days=settings.ENV["ORIGINALS_DAYS"])
    rows = Demand.objects.filter(letter__isnull=False, status__in=ANSWERED, decided_at__lte=before)
    rows = rows.exclude(restrictions__expires_at__gt=before).order_by("decided_at")
    return sum(_forget(row, now) for row in rows[:_AT_A_TIME] if is_over(row, now))


def _forget(demand: Demand, now: datetime) -> int:
    with transaction.atomic():
        if not Original.objects.filter(demand=demand).delete()[0]:
            return 0
        ledger.erase(demand.original)
        audit(None, FORGOTTEN, f"demand:{demand.pk}", now)
    return 1


# ---------------------------------------------------------------- another key


def rotate() -> int:
    """Give the server a new key, and close every letter's key with it; how many letters.

    The file has all keys until every letter is closed with the new one, so a crash in between loses nothing.
    The key before stays in it until the next time: a letter may be arriving at this moment.

    Raises:
        OriginalKeyMissing, OriginalKeyExposed, OriginalDamaged; OSError: the file cannot be written.
    """
    path: Path = settings.ORIGINALS_KEY_FILE
    old = _keys(create=not Original.objects.exists())
    keys = (ServerKey(sealing.new_key()), *old)
    sealing.replace(path, keys)
    ids = list(Original.objects.values_list("pk", flat=True))
    for demand_id in ids:
        _close_again(demand_id, keys)
    sealing.replace(path, keys[:2])
    return len(ids)


def _close_again(demand_id: UUID, keys: tuple[ServerKey, ...]) -> None:
    with transaction.atomic():
        row = Original.objects.select_for_update().filter(pk=demand_id).first()
        if row is None:
            return
        key = _key_of(row, keys)
        row.key_name = keys[0].name
        row.wrapped = sealing.close(keys[0].secret, key, _place(row.pk, "key"))
        row.save(update_fields=["key_name", "wrapped"])

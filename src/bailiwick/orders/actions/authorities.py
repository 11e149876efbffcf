"""Authorities: one person proposes, another approves, and the log says so in the same transaction; so with
another name, other channels, or an end. State and kind stay: how far an authority reaches follows from
them."""

import json
import unicodedata
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import AuthorityAdded, AuthorityChanged, AuthorityEnded
from bailiwick.ledger.vocabulary import WhyEnded, second
from bailiwick.meetings.actions.change import changed
from bailiwick.orders.errors import AuthorityExists, InvalidOrder, NoSuchDemand, NotPossibleNow, SamePerson
from bailiwick.orders.models import Authority, AuthorityChange, ChangeKind, Restriction
from bailiwick.orders.permissions import Act, check_may
from bailiwick.orders.reach import check_whose

_SPELT: Final = ("L", "M", "N")
"""Letters, marks and numbers (Unicode's categories): what is left of a name that is compared."""
_COMPARED: Final = 400


def propose(actor: UUID, *, name: str, state: str, kind: str, channels: str, now: datetime) -> Authority:
    """An authority that cannot demand anything until somebody else approves it.

    Raises:
        RoleNeeded; InvalidOrder: not a state or group, or a kind that is not its. AuthorityExists: there is,
        or is proposed, one of that name and state; a second one would begin a chain of renewals anew (P6).
    """
    check_may(actor, Act.PROPOSE_AUTHORITY)
    _check(name, state, kind, channels)
    made = Authority(
        name=name.strip(),
        normalised=normalised(name),
        state=state,
        kind=kind,
        channels=channels.strip(),
        proposed_by_id=actor,
        proposed_at=now,
    )
    with transaction.atomic():
        _check_new(made)
        _save(made)
        audit(actor, Act.PROPOSE_AUTHORITY, f"authority:{made.pk}", now)
    return made


def approve(actor: UUID, authority_id: UUID, now: datetime) -> Authority:
    """From now on its demands can be reviewed. All is checked again.

    Raises:
        RoleNeeded: also if whoever proposed it may not any more. NoSuchDemand, SamePerson, InvalidOrder.
    """
    check_may(actor, Act.APPROVE_AUTHORITY)
    with transaction.atomic():
        row = _proposed(authority_id)
        _check_second(actor, row.proposed_by_id, Act.PROPOSE_AUTHORITY)
        _check(row.name, row.state, row.kind, row.channels)
        row.document = ledger.publish_document(_description(row), now)
        row.approved_by_id, row.approved_at = actor, now
        row.outbox_id = ledger.append(_entry(row, now))
        row.save()
        audit(actor, Act.APPROVE_AUTHORITY, f"authority:{row.pk}", now)
    return row


def discard(actor: UUID, authority_id: UUID, now: datetime) -> None:
    """Drop a proposed one; one person is enough to say no. RoleNeeded, NoSuchDemand."""
    check_may(actor, Act.DISCARD_AUTHORITY)
    with transaction.atomic():
        row = _proposed(authority_id)
        audit(actor, Act.DISCARD_AUTHORITY, f"authority:{row.pk}", now)
        row.delete()


# ---------------------------------------------------------------- changes, and the end


def change(actor: UUID, authority_id: UUID, *, name: str, channels: str, now: datetime) -> AuthorityChange:
    """Another name or other channels, once somebody else approves them.

    Raises:
        RoleNeeded, NoSuchDemand; NotPossibleNow: something is proposed of it already; InvalidOrder: nothing
        would change, or a name that is none; AuthorityExists.
    """
    check_may(actor, Act.CHANGE_AUTHORITY)
    with transaction.atomic():
        row = _added(authority_id)
        _check(name, row.state, row.kind, channels)
        if (name.strip(), channels.strip()) == (row.name, row.channels):
            raise InvalidOrder("channels")
        _check_new(row, normalised(name))
        said = {"name": name.strip(), "channels": channels.strip()}
        made = _propose_change(row, ChangeKind.CHANGE, actor, now, **said)
        audit(actor, Act.CHANGE_AUTHORITY, f"authority:{row.pk}", now)
    return made


def end(actor: UUID, authority_id: UUID, reason: WhyEnded, now: datetime) -> AuthorityChange:
    """That no more of its demands are reviewed, once somebody else approves. Raises as `change`."""
    check_may(actor, Act.END_AUTHORITY)
    with transaction.atomic():
        row = _added(authority_id)
        made = _propose_change(row, ChangeKind.END, actor, now, reason=reason)
        audit(actor, Act.END_AUTHORITY, f"authority:{row.pk}", now)
    return made


def approve_change(actor: UUID, authority_id: UUID, now: datetime) -> Authority:
    """What was proposed of it holds and is logged. All is checked again.

    Raises:
        RoleNeeded: also if whoever proposed it may not any more. NoSuchDemand, SamePerson, InvalidOrder,
        AuthorityExists.
    """
    check_may(actor, Act.APPROVE_AUTHORITY_CHANGE)
    with transaction.atomic():
        row = _added(authority_id)
        made = _open_change(row)
        ends = made.what == ChangeKind.END
        _check_second(actor, made.proposed_by_id, Act.END_AUTHORITY if ends else Act.CHANGE_AUTHORITY)
        if ends:
            _end(row, made, now)
        else:
            _change(row, made, now)
        made.approved_by_id, made.approved_at = actor, now
        made.save()
        audit(actor, Act.APPROVE_AUTHORITY_CHANGE, f"authority:{row.pk}", now)
    return row


def discard_change(actor: UUID, authority_id: UUID, now: datetime) -> None:
    """Drop what was proposed of it. RoleNeeded, NoSuchDemand."""
    check_may(actor, Act.DISCARD_AUTHORITY_CHANGE)
    with transaction.atomic():
        row = _added(authority_id)
        _open_change(row).delete()
        audit(actor, Act.DISCARD_AUTHORITY_CHANGE, f"authority:{row.pk}", now)


def _change(row: Authority, made: AuthorityChange, now: datetime) -> None:
    _check(made.name, row.state, row.kind, made.channels)
    _check_new(row, normalised(made.name))
    row.name, row.normalised, row.channels = made.name, normalised(made.name), made.channels
    row.document = made.document = ledger.publish_document(_description(row), now)
    said = {"at": second(now), "authority": row.pk.hex, "document": row.document}
    row.changed_outbox_id = made.outbox_id = ledger.append(AuthorityChanged.model_validate(said))
    _save(row)
    _tell_gates(row, now)


def _tell_gates(row: Authority, now: datetime) -> None:
    """Whoever is kept out is told the authority's name (P4)."""
    running = Restriction.objects.filter(authority=row, outbox_id__isnull=False, expires_at__gt=now)
    for meeting_id in running.order_by().values_list("meeting_id", flat=True).distinct():
        if meeting_id is not None:
            changed(meeting_id)


def _end(row: Authority, made: AuthorityChange, now: datetime) -> None:
    said = {"at": second(now), "authority": row.pk.hex, "reason": made.reason}
    row.ended_outbox_id = made.outbox_id = ledger.append(AuthorityEnded.model_validate(said))
    row.ended_at = now
    row.save()


def _propose_change(
    row: Authority, what: ChangeKind, actor: UUID, now: datetime, **said: str
) -> AuthorityChange:
    if row.changes.filter(approved_at__isnull=True).exists():
        raise NotPossibleNow
    return AuthorityChange.objects.create(
        authority=row, what=what, proposed_by_id=actor, proposed_at=now, **said
    )


# ---------------------------------------------------------------- rows, and what is checked of them


def _proposed(authority_id: UUID) -> Authority:
    """Held until the caller's transaction ends, as the others here."""
    return _locked(authority_id, approved_at__isnull=True)


def _added(authority_id: UUID) -> Authority:
    return _locked(authority_id, approved_at__isnull=False, ended_at__isnull=True)


def _locked(authority_id: UUID, **state: bool) -> Authority:
    row = Authority.objects.select_for_update(of=("self",)).filter(pk=authority_id, **state).first()
    if row is None:
        raise NoSuchDemand
    return row


def _open_change(row: Authority) -> AuthorityChange:
    found = row.changes.filter(approved_at__isnull=True).first()
    if found is None:
        raise NoSuchDemand
    return found


def _check_second(actor: UUID, proposer: UUID | None, act: Act) -> None:
    """Somebody else (P5), and whoever proposed it still may."""
    if proposer is None or proposer == actor:
        raise SamePerson
    check_may(proposer, act)


def _check(name: str, state: str, kind: str, channels: str) -> None:
    if not 3 <= len(name.strip()) <= 200 or not _is_plain(name) or not normalised(name):
        raise InvalidOrder("name")
    check_whose(state, kind)
    if not 3 <= len(channels.strip()) <= 2000:
        raise InvalidOrder("channels")


def _is_plain(name: str) -> bool:
    """Nothing in it that turns or hides what stands beside it; joiners belong to how some names are spelt."""
    return name.replace("\u200c", "").replace("\u200d", "").isprintable()


def normalised(name: str) -> str:
    """A name but for how it is written: case, width, spaces, punctuation. What is the same then is the same
    authority (NFKC before and after casefold: Unicode 3.13)."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    spelt = (each if unicodedata.category(each)[0] in _SPELT else " " for each in text)
    return " ".join("".join(spelt).split())[:_COMPARED]


def _check_new(row: Authority, name: str = "") -> None:
    rows = Authority.objects.filter(state=row.state, normalised=name or row.normalised, ended_at__isnull=True)
    if rows.exclude(pk=row.pk).exists():
        raise AuthorityExists("name")


def _save(row: Authority) -> None:
    """AuthorityExists: somebody else was faster by a moment; the database holds names apart, too."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise AuthorityExists("name") from None


def _description(row: Authority) -> bytes:
    """What everybody may read of an authority: whose it is, and by what its letters are known."""
    fields = {"name": row.name, "state": row.state, "kind": row.kind, "channels": row.channels}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _entry(row: Authority, now: datetime) -> AuthorityAdded:
    return AuthorityAdded.model_validate(
        {
            "at": second(now),
            "authority": row.pk.hex,
            "state": row.state,
            "kind": row.kind,
            "document": row.document,
        }
    )

"""Whose passkeys may sign: each holder shows theirs, two that may sign already approve it, one person takes
one away. The first two begin by the log's own key, at the machine. What counts is the entry, not the row."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.accounts.queries import require
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.entries import SignerRemoved, SignersBegun, statement
from bailiwick.ledger.roll import roll_now
from bailiwick.ledger.sequencer import head_now, signing_keys
from bailiwick.ledger.vocabulary import second
from bailiwick.orders.entries import signer_entry, signer_statement
from bailiwick.orders.errors import (
    AlreadySigner,
    BadApproval,
    NoSigner,
    NoSuchDemand,
    NotPossibleNow,
    SamePerson,
    UnknownPasskey,
)
from bailiwick.orders.models import Signer, SignerApproval
from bailiwick.orders.permissions import MAY, Act, check_may
from bailiwick.orders.registered import check_signed, check_signs, key_on_roll, passkeys_of, signed_with
from bailiwick.signing.assertions import Assertion
from bailiwick.signing.statements import to_base64url


def propose(actor: UUID, public_key: bytes, now: datetime) -> Signer:
    """One's own passkey; without effect until its holder showed it and two others approved it. It takes the
    place of their old one, if they have one: nobody has two that count.

    Raises:
        RoleNeeded, UnknownPasskey, AlreadySigner.
    """
    check_may(actor, Act.PROPOSE_SIGNER)
    if public_key not in passkeys_of(actor):
        raise UnknownPasskey
    with transaction.atomic():
        made = Signer(
            account_id=actor, public_key=public_key, key=sha256(public_key).hexdigest(), stated_at=second(now)
        )
        if made.key in roll_now().signers:
            raise AlreadySigner
        made.instead_of = key_on_roll(actor) or ""
        _insert(made)
        audit(actor, Act.PROPOSE_SIGNER, f"signer:{made.pk}", now)
    return made


def _insert(made: Signer) -> None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise AlreadySigner from None


def prove(actor: UUID, signer_id: UUID, assertion: Assertion, now: datetime) -> None:
    """Its holder signs the entry with this very passkey. RoleNeeded, NoSuchDemand, SamePerson (somebody
    else's), UnknownPasskey, BadApproval."""
    check_may(actor, Act.PROVE_SIGNER)
    with transaction.atomic():
        row = _proposed(signer_id)
        if row.account_id != actor:
            raise SamePerson
        if assertion.public_key != bytes(row.public_key):
            raise BadApproval("another passkey")
        check_signed(actor, assertion, statement(signer_statement(row)))
        row.authenticator_data, row.client_data = assertion.authenticator_data, assertion.client_data
        row.signature = assertion.signature
        row.save(update_fields=["authenticator_data", "client_data", "signature"])
        audit(actor, Act.PROVE_SIGNER, f"signer:{row.pk}", now)


def approve(actor: UUID, signer_id: UUID, assertion: Assertion, now: datetime) -> Signer:
    """Somebody who may sign approves; with the second approval the entry goes to the log, in this
    transaction. Whoever holds the new passkey may be one of the two, with the one that it replaces.

    Raises:
        RoleNeeded: also if its holder may not propose it any more. NoSuchDemand, NotPossibleNow (not
        shown yet, or not as it was), SamePerson (twice), UnknownPasskey, NoSigner, BadApproval.
    """
    check_may(actor, Act.APPROVE_SIGNER)
    with transaction.atomic():
        row = _proposed(signer_id)
        _check_again(row)
        text = statement(signer_statement(row))
        check_signs(actor, assertion, text)
        before = list(row.approvals.all())
        _check_before(before, actor, assertion, text)
        _keep(row, len(before), actor, assertion, now)
        audit(actor, Act.APPROVE_SIGNER, f"signer:{row.pk}", now)
        if before:
            _into_log(row, now)
    return row


def _check_again(row: Signer) -> None:
    """It is shown, and is its holder's still; and theirs of before is what it replaces."""
    if not row.is_proven or bytes(row.public_key) not in passkeys_of(row.account_id):
        raise NotPossibleNow
    require(row.account_id, *MAY[Act.PROPOSE_SIGNER])
    if row.instead_of != (key_on_roll(row.account_id) or "") or row.key in roll_now().signers:
        raise NotPossibleNow


def _check_before(before: Sequence[SignerApproval], actor: UUID, assertion: Assertion, text: bytes) -> None:
    """Another person with another passkey, who may sign and is of the staff still."""
    for each in before:
        if each.account_id == actor or each.key == assertion.key:
            raise SamePerson
        require(each.account_id, *MAY[Act.APPROVE_SIGNER])
        check_signs(each.account_id, signed_with(each), text)


def _keep(row: Signer, position: int, actor: UUID, made: Assertion, now: datetime) -> None:
    row.approvals.create(
        position=position,
        account_id=actor,
        public_key=made.public_key,
        key=made.key,
        authenticator_data=made.authenticator_data,
        client_data=made.client_data,
        signature=made.signature,
        at=now,
    )


def _into_log(row: Signer, now: datetime) -> None:
    row.outbox_id = ledger.append(signer_entry(row, list(row.approvals.all())))
    row.added_at = now
    row.save(update_fields=["outbox_id", "added_at"])
    _check_counted([row.key])


def discard(actor: UUID, signer_id: UUID, now: datetime) -> None:
    """Drop a proposal; nothing was given, so one person is enough. RoleNeeded, NoSuchDemand."""
    check_may(actor, Act.DISCARD_SIGNER)
    with transaction.atomic():
        row = _proposed(signer_id)
        audit(actor, Act.DISCARD_SIGNER, f"signer:{row.pk}", now)
        row.delete()


def remove(actor: UUID, key: str, reason: str, now: datetime) -> None:
    """Nothing that is approved with it from now on counts, for good. To stop takes one person.

    Raises:
        RoleNeeded; NoSigner: it is not among those that may sign.
    """
    check_may(actor, Act.REMOVE_SIGNER)
    with transaction.atomic():
        if not roll_now().may_sign(key):
            raise NoSigner
        fields = {"at": second(now), "key": key, "reason": reason}
        ledger.append(SignerRemoved.model_validate(fields))
        audit(actor, Act.REMOVE_SIGNER, f"signer:{key}", now)


def begin(signer_ids: Sequence[UUID], configuration: Configuration, now: datetime) -> None:
    """The first two; whoever could sign before cannot any more. At the machine only: it takes the log's key.

    Raises:
        SamePerson: not two people. NoSuchDemand; NotPossibleNow: not shown yet, or on the roll before, or not
        later than when it began last.
        RoleNeeded; LogRefuses: one of its kinds.
    """
    signing = signing_keys(configuration, head_now().vkeys)[0]
    with transaction.atomic():
        rows = [_proposed(each) for each in signer_ids]
        if len({row.account_id for row in rows}) != 2:
            raise SamePerson
        for row in rows:
            _check_founder(row)
        entry = SignersBegun(
            at=second(now),
            keys=tuple(sorted(to_base64url(bytes(row.public_key)) for row in rows)),
            log_key=signing.verifier.public.hex(),
        )
        signature = to_base64url(signing.sign(statement(entry)))
        outbox_id = ledger.append(entry.model_copy(update={"signature": signature}))
        Signer.objects.filter(pk__in=[row.pk for row in rows]).update(outbox_id=outbox_id, added_at=now)
        _check_counted(row.key for row in rows)
        audit(None, "signers.begun", "", now)


def _check_counted(keys: Iterable[str]) -> None:
    """That the entry just written has the effect that was meant: the clock may be behind the last one."""
    found = roll_now()
    if not all(found.may_sign(key) for key in keys):
        raise NotPossibleNow


def _check_founder(row: Signer) -> None:
    if not row.is_proven or bytes(row.public_key) not in passkeys_of(row.account_id):
        raise NotPossibleNow
    require(row.account_id, *MAY[Act.PROPOSE_SIGNER])
    if row.key in roll_now().signers:
        raise NotPossibleNow
    held = Assertion(
        bytes(row.public_key), bytes(row.authenticator_data), bytes(row.client_data), bytes(row.signature)
    )
    check_signed(row.account_id, held, statement(signer_statement(row)))


def _proposed(signer_id: UUID) -> Signer:
    found = Signer.objects.select_for_update(of=("self",)).filter(pk=signer_id, outbox_id__isnull=True)
    row = found.first()
    if row is None:
        raise NoSuchDemand
    return row

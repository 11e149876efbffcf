"""From rows to what the public log says of them: the same row always gives the same bytes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bailiwick.ledger import entries as log
from bailiwick.ledger.vocabulary import second
from bailiwick.signing.statements import to_base64url

from .models import Restriction, Signature, Signer


def statement_of(row: Restriction) -> log.RestrictionApproved:
    """The entry without approvals: what two people sign.

    Raises:
        ValueError: the row was not written by `actions`.
    """
    return log.RestrictionApproved.model_validate(_fields(row))


def approved_entry(row: Restriction, approvals: Sequence[Signature]) -> log.RestrictionApproved:
    """The entry with the signatures of two people, in the order of signing. ValueError, as above."""
    if not approvals:
        return statement_of(row)
    at = max(approvals, key=lambda each: each.position).at
    later = {"approvals": _signed(approvals), "approved_at": second(at)}
    return log.RestrictionApproved.model_validate(_fields(row) | later)


def begins(row: Restriction) -> datetime:
    """From when an approved one can have effect: never before its second approval."""
    approved = [second(each.at) for each in row.approvals.all() if each.position == 1]
    return max([row.effective_from, *approved])


def signer_statement(row: Signer) -> log.SignerAdded:
    """The entry without approvals: what its holder and two others sign."""
    return log.SignerAdded.model_validate(_signer_fields(row))


def signer_entry(row: Signer, approvals: Sequence[Signature]) -> log.SignerAdded:
    """The entry with the signatures of two, in the order of signing."""
    return log.SignerAdded.model_validate({**_signer_fields(row), "approvals": _signed(approvals)})


def _signer_fields(row: Signer) -> dict[str, Any]:
    replaces = {"replaces": row.instead_of} if row.instead_of else {}
    return {"at": row.stated_at, "key": to_base64url(bytes(row.public_key))} | replaces


def _signed(approvals: Sequence[Signature]) -> tuple[dict[str, str], ...]:
    return tuple(_approval(each) for each in sorted(approvals, key=lambda each: each.position))


def _fields(row: Restriction) -> dict[str, Any]:
    renews = {} if row.renews_id is None else {"renews": row.renews_id.hex}
    return renews | {
        "at": row.stated_at,
        "restriction": row.pk.hex,
        "demand": row.demand_id.hex,
        "authority": row.authority_id.hex,
        "state": row.state,
        "kind": row.kind,
        "law": row.law,
        "territories": tuple(row.territories),
        "from": row.effective_from,
        "until": row.expires_at,
        "reasons": tuple(row.reasons),
        "target": row.target,
        "document": row.document,
        "original": row.original,
    }


def _approval(row: Signature) -> dict[str, str]:
    return {
        "key": row.key,
        "authenticator_data": to_base64url(bytes(row.authenticator_data)),
        "client_data": to_base64url(bytes(row.client_data)),
        "signature": to_base64url(bytes(row.signature)),
    }

"""From rows to what the public log says of them: the same row always gives the same bytes."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bailiwick.ledger import entries as log
from bailiwick.ledger.vocabulary import second

from .models import Approval, Restriction


def statement_of(row: Restriction) -> log.RestrictionApproved:
    """The entry without approvals: what two people sign.

    Raises:
        ValueError: the row was not written by `actions`.
    """
    return log.RestrictionApproved.model_validate(_fields(row))


def approved_entry(row: Restriction, approvals: Sequence[Approval]) -> log.RestrictionApproved:
    """The entry with the signatures of two people, in the order of signing. ValueError, as above."""
    signed = sorted(approvals, key=lambda each: each.position)
    if not signed:
        return statement_of(row)
    later = {"approvals": tuple(map(_approval, signed)), "approved_at": second(signed[-1].at)}
    return log.RestrictionApproved.model_validate(_fields(row) | later)


def begins(row: Restriction) -> datetime:
    """From when an approved one can have effect: never before its second approval."""
    approved = [second(each.at) for each in row.approvals.all() if each.position == 1]
    return max([row.effective_from, *approved])


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


def _approval(row: Approval) -> dict[str, str]:
    return {
        "key": row.key,
        "authenticator_data": base64url(bytes(row.authenticator_data)),
        "client_data": base64url(bytes(row.client_data)),
        "signature": base64url(bytes(row.signature)),
    }


def base64url(data: bytes) -> str:
    """Without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()

"""The receipt of somebody who is withheld: what was decided and on which evidence, signed by this server.

A signed note (c2sp.org/signed-note) over one line of JSON. Nobody keeps a copy; whoever objects can bring it
along. In it: no name, no address, no meeting, nothing by which one person's receipts could be told from
another's. The key is derived from the server's secret, so all nodes sign alike; its public half stands in the
register.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from bailiwick.ledger.configuration import configured
from bailiwick.rules.location import Vote
from bailiwick.tlog.errors import TlogError
from bailiwick.tlog.keys import SEED_SIZE, SigningKey, VerifierKey
from bailiwick.tlog.notes import parse_note, sign_note, verify_note

from .errors import OrdersError

FIRST_LINE: Final = "bailiwick receipt v1"
LARGEST: Final = 8192
"""Bytes; an honest one has less than a tenth of it for each restriction."""
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


class BadReceipt(OrdersError):  # noqa: N818 - as the other errors of this package
    """Not a receipt that this server signed. The text does not quote it."""

    code = "bad_receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was decided about somebody: withheld by these restrictions, on these votes of the location
    sources, from the table of this hash. `valid_until`: when it would have been decided again."""

    at: datetime
    restrictions: tuple[str, ...]
    votes: tuple[Vote, ...]
    table: str | None
    valid_until: datetime | None


def signing_key() -> SigningKey:
    """The server's key for receipts and nothing else: never the log's, whose signatures mean something."""
    derived = HKDF(SHA256(), SEED_SIZE, salt=None, info=FIRST_LINE.encode())
    return SigningKey(f"{configured().origin}/receipts", derived.derive(settings.SECRET_KEY.encode()))


def verifier() -> VerifierKey:
    """What anybody can check a receipt with."""
    return signing_key().verifier


def issue(receipt: Receipt) -> str:
    """The receipt as text, to be given to the person and forgotten."""
    body = json.dumps(_fields(receipt), sort_keys=True, separators=(",", ":"))
    return sign_note(f"{FIRST_LINE}\n{body}\n", signing_key()).encode().decode()


def check(text: str) -> Receipt:
    """What the receipt says, if this server signed it. Line ends as a form or a file system left them.

    Raises:
        BadReceipt: it did not, or it is none.
    """
    data = (text.replace("\r\n", "\n").strip() + "\n").encode("utf-8", "replace")
    if len(data) > LARGEST:
        raise BadReceipt("too long")
    try:
        note = parse_note(data)
        verify_note(note, [verifier()])
        first, body = note.text.removesuffix("\n").split("\n")
        if first != FIRST_LINE:
            raise BadReceipt("not a receipt")
        return _read(json.loads(body))
    except (TlogError, ValueError, KeyError, TypeError):
        raise BadReceipt("not a receipt of this server") from None


def _fields(receipt: Receipt) -> dict[str, Any]:
    until = receipt.valid_until
    return {
        "at": receipt.at.astimezone(UTC).strftime(_TIME),
        "decision": "withheld",
        "restrictions": list(receipt.restrictions),
        "votes": [
            {"source": vote.source, "code": vote.code, **({"stale": True} if vote.stale else {})}
            for vote in receipt.votes
        ],
        "table": receipt.table,
        "valid_until": None if until is None else until.astimezone(UTC).strftime(_TIME),
    }


def _read(fields: dict[str, Any]) -> Receipt:
    votes = (Vote(each["source"], each["code"], each.get("stale", False)) for each in fields["votes"])
    until = fields["valid_until"]
    return Receipt(
        at=_moment(fields["at"]),
        restrictions=tuple(fields["restrictions"]),
        votes=tuple(votes),
        table=fields["table"],
        valid_until=None if until is None else _moment(until),
    )


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)

"""The passkeys an account registered: what approvals are signed with (P5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from fido2 import cbor


@dataclass(frozen=True, slots=True)
class Passkey:
    """`public_key`: COSE_Key in canonical CBOR, as given at registration (WebAuthn 6.5.1); `credential_id`:
    what a browser is asked for."""

    id: int
    name: str
    credential_id: bytes
    public_key: bytes
    added_at: datetime

    @property
    def key(self) -> str:
        """How the public log names it: SHA-256 of the public key."""
        return sha256(self.public_key).hexdigest()


def passkeys(account_id: UUID) -> tuple[Passkey, ...]:
    """All of an account's, oldest first. One query."""
    rows = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN)
    return tuple(_read(rows.order_by("id")))


def _read(rows: Iterable[Any]) -> Iterator[Passkey]:
    for row in rows:
        data = row.wrap().authenticator_data.credential_data
        if data is not None:
            key = cbor.encode(dict(data.public_key))
            yield Passkey(row.pk, str(row), bytes(data.credential_id), key, row.created_at)

"""A log that tells of signers, made by hand: entries as bytes, in the order in which they are told."""

from dataclasses import dataclass, field
from typing import Any

from bailiwick.signing.roll import Roll, roll
from bailiwick.signing.statements import canonical, signed_text, to_base64url
from bailiwick.tlog.keys import SigningKey
from tests.orders.passkey import Passkey

ORIGIN = "meet.example.org/log"


def key_of(number: int) -> SigningKey:
    return SigningKey(ORIGIN, bytes([number]) * 32)


def text_of(passkey: Passkey) -> str:
    return to_base64url(passkey.pair.public)


def name_of(passkey: Passkey) -> str:
    return passkey.approve(b"").key


def approval(passkey: Passkey, text: bytes) -> dict[str, str]:
    made = passkey.approve(text)
    return {
        "key": made.key,
        "authenticator_data": to_base64url(made.authenticator_data),
        "client_data": to_base64url(made.client_data),
        "signature": to_base64url(made.signature),
    }


def approved(fields: dict[str, Any], *passkeys: Passkey) -> bytes:
    text = signed_text(fields)
    return canonical(fields | {"approvals": [approval(each, text) for each in passkeys]})


def at(minute: int) -> str:
    return f"2026-11-22T12:{minute:02}:00Z"


@dataclass
class Told:
    """What a log says, entry by entry."""

    entries: list[bytes] = field(default_factory=list)
    key: SigningKey = field(default_factory=lambda: key_of(1))

    def say(self, entry: bytes) -> int:
        """Its index."""
        self.entries.append(entry)
        return len(self.entries) - 1

    def begin(self, *passkeys: Passkey, minute: int = 0, key: SigningKey | None = None) -> int:
        signer = key or self.key
        keys = sorted(map(text_of, passkeys))
        fields: dict[str, Any] = {
            "type": "signers.begun", "at": at(minute), "keys": keys,
            "log_key": signer.verifier.public.hex(),
        }  # fmt: skip
        signature = to_base64url(signer.sign(signed_text(fields)))
        return self.say(canonical(fields | {"signature": signature}))

    def add(self, passkey: Passkey, *by: Passkey, replaces: Passkey | None = None) -> int:
        fields = {"type": "signer.added", "at": at(1), "key": text_of(passkey)}
        fields |= {} if replaces is None else {"replaces": name_of(replaces)}
        return self.say(approved(fields, *by) if by else canonical(fields))

    def remove(self, passkey: Passkey) -> int:
        fields = {"type": "signer.removed", "at": at(2), "key": name_of(passkey), "reason": "lost"}
        return self.say(canonical(fields))

    def rotate(self, new: SigningKey, *, by: tuple[SigningKey, SigningKey] | None = None) -> int:
        old, self.key = self.key, new
        fields: dict[str, Any] = {
            "type": "key.rotated", "at": at(3), "old": old.verifier.public.hex(),
            "new": new.verifier.public.hex(),
        }  # fmt: skip
        text = signed_text(fields)
        signatures = [to_base64url(each.sign(text)) for each in by or (old, new)]
        return self.say(canonical(fields | {"signatures": signatures}))

    def restrict(self, *by: Passkey, law: str = "Act 5") -> int:
        return self.say(approved({"type": "restriction.approved", "law": law}, *by))

    def roll(self, *keys: SigningKey) -> Roll:
        believed = {each.verifier.public for each in keys or (self.key,)}
        return roll(enumerate(self.entries), believed)

    def counts(self, index: int) -> bool:
        """Whether the roll finds entry `index` approved."""
        from bailiwick.signing.errors import Unapproved

        try:
            self.roll().approvers(index, self.entries[index])
        except Unapproved:
            return False
        return True

"""Whose passkeys count, told by the log's own entries in their order, and by nothing else.

The roll begins with an entry that the log's own key signed: whoever can only write to the database cannot
make one. From then on two passkeys on the roll put another one there, and one person takes one off it. A key
is on the roll once in the log's life, so that no entry of before has an effect a second time. An entry whose
signatures do not hold has no effect; where it stands and why is kept, for whoever checks the log.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .assertions import Assertion, is_supported, verify
from .errors import BadAssertion, Fault, Unapproved
from .statements import from_base64url, parse, signed_text

BEGUN: Final = "signers.begun"
ADDED: Final = "signer.added"
REMOVED: Final = "signer.removed"
ROTATED: Final = "key.rotated"
KINDS: Final = (BEGUN, ADDED, REMOVED, ROTATED)
APPROVED: Final = ("restriction.approved",)
_MARKS: Final = tuple(f'"type":"{kind}"'.encode() for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Signer:
    """A passkey on the roll. `added`, `removed`: indices of the entries that put it there and took it off."""

    key: str
    public_key: bytes = field(repr=False)
    added: int
    removed: int | None = None

    def signs_at(self, index: int) -> bool:
        """Whether an entry of that index could be approved with it."""
        return self.added < index and (self.removed is None or index < self.removed)


@dataclass(frozen=True, slots=True)
class Roll:
    """All there ever were, by key, in the order of the log. `begun`: where it began, and began anew;
    `refused`: entries about it that have no effect, and why."""

    signers: Mapping[str, Signer] = field(default_factory=dict)
    begun: tuple[int, ...] = ()
    refused: Mapping[int, Fault] = field(default_factory=dict)

    def now(self) -> tuple[Signer, ...]:
        """Those that are on it."""
        return tuple(each for each in self.signers.values() if each.removed is None)

    def may_sign(self, key: str) -> bool:
        """Whether this key is on it now."""
        return key in self.signers and self.signers[key].removed is None

    def approvers(self, index: int, entry: bytes) -> tuple[Signer, Signer]:
        """The two that approved entry `index`, each on the roll at that point.

        Raises:
            Unapproved: it is not so.
        """
        return _approvers(self.signers, index, parse(entry))


def concerns(entry: bytes) -> bool:
    """Whether an entry may be one that the roll is made from. Quick; no such entry is missed."""
    return any(mark in entry for mark in _MARKS)


def roll(said: Iterable[tuple[int, bytes]], log_keys: Collection[bytes]) -> Roll:
    """The roll after these entries (index, bytes), ascending: all of the log that `concerns` one of them.

    `log_keys`: Ed25519 public keys of the log that whoever asks believes. Keys that one of them replaced are
    believed up to that point (`key.rotated`).
    """
    entries, refused = _read(said)
    maker = _Maker(_believed(entries, log_keys), refused)
    for index, fields in entries:
        maker.take(index, fields)
    return Roll(maker.signers, tuple(maker.begun), refused)


def _read(said: Iterable[tuple[int, bytes]]) -> tuple[list[tuple[int, dict[str, Any]]], dict[int, Fault]]:
    entries, refused = list[tuple[int, dict[str, Any]]](), dict[int, Fault]()
    for index, data in said:
        try:
            fields = parse(data)
        except Unapproved as error:
            refused[index] = error.fault
            continue
        if fields.get("type") in KINDS:
            entries.append((index, fields))
    return entries, refused


def _believed(
    entries: Sequence[tuple[int, dict[str, Any]]], log_keys: Collection[bytes]
) -> dict[bytes, int | None]:
    """Keys of the log, and before which index each is believed (None: always). Backwards: a key that is
    believed vouches for the one before it, which signed too; of two such entries the first counts."""
    believed: dict[bytes, int | None] = dict.fromkeys(log_keys)
    for index, fields in reversed(entries):
        if fields["type"] != ROTATED:
            continue
        try:
            old, new = _rotated(fields)
        except Unapproved:
            continue
        if new in believed and old not in log_keys:
            believed[old] = index
    return believed


def _rotated(fields: Mapping[str, Any]) -> tuple[bytes, bytes]:
    old, new, signatures = _hex(fields.get("old")), _hex(fields.get("new")), fields.get("signatures")
    if not isinstance(signatures, list) or len(signatures) != 2:
        raise Unapproved(Fault.MALFORMED)
    for key, signature in zip((old, new), signatures, strict=True):
        _check_log_signature(key, fields, signature)
    return old, new


def _check_log_signature(key: bytes, fields: Mapping[str, Any], signature: object) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(from_base64url(signature), signed_text(fields))
    except (InvalidSignature, ValueError):
        raise Unapproved(Fault.NOT_BY_THE_LOG) from None


class _Maker:
    """Takes entries in order; notes in `refused` those that have no effect."""

    def __init__(self, believed: Mapping[bytes, int | None], refused: dict[int, Fault]) -> None:
        self.signers: dict[str, Signer] = {}
        self.begun: list[int] = []
        self._last = ""
        self._believed = believed
        self._refused = refused

    def take(self, index: int, fields: Mapping[str, Any]) -> None:
        try:
            match fields["type"]:
                case "signers.begun":
                    self._begin(index, fields)
                case "signer.added":
                    self._add(index, fields)
                case "signer.removed":
                    self._remove(index, fields.get("key"))
        except Unapproved as error:
            self._refused[index] = error.fault

    def _begin(self, index: int, fields: Mapping[str, Any]) -> None:
        at, keys = fields.get("at"), fields.get("keys")
        if not isinstance(at, str) or not isinstance(keys, list) or len(keys) != 2:
            raise Unapproved(Fault.MALFORMED)
        log_key = _hex(fields.get("log_key"))
        if log_key not in self._believed:
            raise Unapproved(Fault.NOT_BY_THE_LOG)
        before = self._believed[log_key]
        if before is not None and index >= before:
            raise Unapproved(Fault.NOT_BY_THE_LOG)
        _check_log_signature(log_key, fields, fields.get("signature"))
        if at <= self._last:  # both in the one form of an instant
            raise Unapproved(Fault.NOT_LATER)
        found = [self._new(key) for key in keys]
        if found[0] == found[1]:
            raise Unapproved(Fault.ONE_KEY_TWICE)
        for each in list(self.signers.values()):
            if each.removed is None:
                self._remove(index, each.key)
        for public_key in found:
            self._put(index, public_key)
        self.begun.append(index)
        self._last = at

    def _add(self, index: int, fields: Mapping[str, Any]) -> None:
        public_key, before = self._new(fields.get("key")), fields.get("replaces")
        _approvers(self.signers, index, fields)
        if before is not None:
            self._remove(index, before)
        self._put(index, public_key)

    def _remove(self, index: int, key: object) -> None:
        found = self.signers.get(key) if isinstance(key, str) else None
        if found is None or found.removed is not None:
            raise Unapproved(Fault.NO_SIGNER)
        self.signers[found.key] = replace(found, removed=index)

    def _new(self, text: object) -> bytes:
        """A key that was never on the roll."""
        public_key = from_base64url(text)
        if not is_supported(public_key):
            raise Unapproved(Fault.KEY_UNSUPPORTED)
        if sha256(public_key).hexdigest() in self.signers:
            raise Unapproved(Fault.KEY_USED_BEFORE)
        return public_key

    def _put(self, index: int, public_key: bytes) -> None:
        key = sha256(public_key).hexdigest()
        self.signers[key] = Signer(key, public_key, index)


def _approvers(signers: Mapping[str, Signer], index: int, fields: Mapping[str, Any]) -> tuple[Signer, Signer]:
    approvals = fields.get("approvals")
    if not isinstance(approvals, list) or len(approvals) != 2:
        raise Unapproved(Fault.WITHOUT_APPROVALS)
    text = signed_text(fields)
    first, second = (_approver(signers, index, each, text) for each in approvals)
    if first.key == second.key:
        raise Unapproved(Fault.ONE_KEY_TWICE)
    return first, second


def _approver(signers: Mapping[str, Signer], index: int, approval: object, text: bytes) -> Signer:
    if not isinstance(approval, dict) or not isinstance(approval.get("key"), str):
        raise Unapproved(Fault.MALFORMED)
    found = signers.get(approval["key"])
    if found is None or not found.signs_at(index):
        raise Unapproved(Fault.NO_SIGNER)
    names = ("authenticator_data", "client_data", "signature")
    try:
        verify(Assertion(found.public_key, *(from_base64url(approval.get(name)) for name in names)), text)
    except BadAssertion:
        raise Unapproved(Fault.NOT_SIGNED) from None
    return found


def _hex(text: object) -> bytes:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        raise Unapproved(Fault.MALFORMED) from None

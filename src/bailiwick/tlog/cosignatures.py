"""Ed25519 cosignatures, version 1: c2sp.org/tlog-cosignature, "Format" and "Ed25519 signed message"."""

from typing import Final

from bailiwick.tlog.errors import BadSignature, OutOfRange
from bailiwick.tlog.hashing import MAX_SIZE
from bailiwick.tlog.keys import SigningKey, VerifierKey

_TIME_SIZE: Final = 8
_SIGNATURE_SIZE: Final = 64


def cosigned_message(text: str, at: int) -> bytes:
    """What a witness signs: a header, the time (POSIX seconds), and the checkpoint's whole text."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def make_cosignature(text: str, key: SigningKey, at: int) -> bytes:
    """Time (8 bytes, big-endian) and signature (64): `timestamped_signature`. `at` is at most 2^63-1."""
    if not 0 <= at <= MAX_SIZE:
        raise OutOfRange("a cosignature's time is between 0 and 2^63-1")
    return at.to_bytes(_TIME_SIZE, "big") + key.sign(cosigned_message(text, at))


def verify_cosignature(text: str, key: VerifierKey, payload: bytes) -> int:
    """When the key cosigned that text; BadSignature for anything else: "Format"."""
    if len(payload) != _TIME_SIZE + _SIGNATURE_SIZE:
        raise BadSignature("an Ed25519 cosignature has 72 bytes")
    at = int.from_bytes(payload[:_TIME_SIZE], "big")
    if at > MAX_SIZE:
        raise BadSignature("a cosignature's time is at most 2^63-1")
    key.verify(cosigned_message(text, at), payload[_TIME_SIZE:])
    return at

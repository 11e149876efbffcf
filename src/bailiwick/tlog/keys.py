"""Keys of signed notes: c2sp.org/signed-note, "Signature types" and "Verifier keys"; Ed25519 is RFC 8032.

`cryptography` signs and verifies. Of the types that are not Ed25519, ML-DSA-44 is known by name only: its
keys are read, its signatures carried along unverified, as the specification asks of unknown signatures.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bailiwick.tlog.encoding import from_base64, to_base64
from bailiwick.tlog.errors import BadSignature, MalformedKey, UnsupportedKey

KEY_ID_SIZE: Final = 4
SEED_SIZE: Final = 32
_PRIVATE: Final = "PRIVATE+KEY+"


class SignatureType(IntEnum):
    """The identifier bytes this package can read in a key: signed-note, "Signature types"."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    ML_DSA_44 = 0x06


PUBLIC_SIZE: Final = {
    SignatureType.ED25519: 32,
    SignatureType.COSIGNATURE: 32,
    SignatureType.ML_DSA_44: 1312,
}


def check_name(name: str) -> str:
    """The key name; MalformedKey if empty or with a space, a plus or a control character: "Format"."""
    if not name or any(char == "+" or char.isspace() or char < " " for char in name):
        raise MalformedKey("a key name is not empty and has no spaces, pluses or control characters")
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedKey("a key name is valid UTF-8") from error
    return name


def key_id(name: str, kind: SignatureType, public: bytes) -> bytes:
    """SHA-256(name || 0x0A || type || public key)[:4]: signed-note, "Signatures"."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:KEY_ID_SIZE]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key name, a signature type and the public key."""

    name: str
    kind: SignatureType
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != PUBLIC_SIZE[self.kind]:
            raise MalformedKey("a public key has the length of its type")

    @property
    def id(self) -> bytes:
        """Four bytes that, with the name, say whose a signature is."""
        return key_id(self.name, self.kind, self.public)

    @property
    def vkey(self) -> str:
        """`name+hex8(id)+base64(type || public key)`: signed-note, "Verifier keys"."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @property
    def verifiable(self) -> bool:
        """Whether this package can check signatures of the key; those of others are ignored."""
        return self.kind is not SignatureType.ML_DSA_44

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raise BadSignature unless the key signed these very bytes: RFC 8032, section 5.1.7."""
        if not self.verifiable:
            raise UnsupportedKey("ML-DSA-44 signatures are not verified here")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise BadSignature("a known key's signature does not verify") from error


def parse_vkey(text: str) -> VerifierKey:
    """A verifier key; MalformedKey, or UnsupportedKey for other types: signed-note, "Verifier keys"."""
    name, id_, data = _parts(text)
    kind = next((known for known in SignatureType if known == data[0]), None)
    if kind is None:
        raise UnsupportedKey("a verifier key of an unknown signature type")
    return _with_id(VerifierKey(name, kind, data[1:]), id_)


def _parts(text: str) -> tuple[str, str, bytes]:
    """Name, hexadecimal key ID, type and key. Base64 may contain pluses: only the first two divide."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise MalformedKey("a key is name+id+key")
    data = from_base64(parts[2], MalformedKey)
    if not data:
        raise MalformedKey("a key begins with its signature type")
    return check_name(parts[0]), parts[1], data


def _with_id(key: VerifierKey, id_: str) -> VerifierKey:
    if id_ != key.id.hex():
        raise MalformedKey("the key ID does not fit the key")
    return key


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A name and the 32-byte seed of an Ed25519 key (RFC 8032, section 5.1.5). Never shown in a repr."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != SEED_SIZE:
            raise MalformedKey("a seed has 32 bytes")

    @property
    def verifier(self) -> VerifierKey:
        """The key by which notes of this one are verified."""
        return VerifierKey(self.name, SignatureType.ED25519, self._public())

    @property
    def cosigner(self) -> VerifierKey:
        """The key by which cosignatures of this one are verified: tlog-cosignature, "Format"."""
        return VerifierKey(self.name, SignatureType.COSIGNATURE, self._public())

    @property
    def private(self) -> str:
        """`PRIVATE+KEY+name+hex8(id)+base64(0x01 || seed)`, as golang.org/x/mod/sumdb/note has it. Secret."""
        data = to_base64(bytes([SignatureType.ED25519]) + self.seed)
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{data}"

    def sign(self, message: bytes) -> bytes:
        """64 bytes: RFC 8032, section 5.1.6."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def _public(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()


def parse_private(text: str) -> SigningKey:
    """A private key as golang.org/x/mod/sumdb/note writes it; MalformedKey, UnsupportedKey."""
    if not text.startswith(_PRIVATE):
        raise MalformedKey("a private key begins with PRIVATE+KEY+")
    name, id_, data = _parts(text.removeprefix(_PRIVATE))
    if data[0] != SignatureType.ED25519:
        raise UnsupportedKey("a private key of another signature type than Ed25519")
    key = SigningKey(name, data[1:])
    _with_id(key.verifier, id_)
    return key

"""A passkey in software: makes the assertions an authenticator would make, honest or not."""

import json
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bailiwick.signing.assertions import Assertion, Site, challenge_of

SITE = Site("localhost", "http://localhost:8000")


@dataclass
class Es256:
    private: object = field(default_factory=lambda: generate_private_key(SECP256R1()))

    @property
    def public(self) -> bytes:
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        head = bytes.fromhex("a5010203262001215820")
        return head + point[1:33] + bytes.fromhex("225820") + point[33:]

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data, ECDSA(SHA256()))


@dataclass
class EdDsa:
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> bytes:
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return bytes.fromhex("a4010103272006215820") + raw

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data)


@dataclass
class Passkey:
    pair: Es256 | EdDsa = field(default_factory=Es256)
    site: Site = SITE
    flags: int = 0x05
    kind: str = "webauthn.get"
    extra: dict[str, object] = field(default_factory=dict)

    def approve(self, statement: bytes) -> Assertion:
        client = {"type": self.kind, "challenge": challenge_of(statement), "origin": self.site.origin}
        client_data = json.dumps(client | self.extra).encode()
        data = sha256(self.site.rp_id.encode()).digest() + bytes([self.flags]) + b"\0\0\0\1"
        signature = self.pair.sign(data + sha256(client_data).digest())
        return Assertion(self.pair.public, data, client_data, signature)

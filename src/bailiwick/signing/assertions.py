"""Approvals as passkeys make them: WebAuthn assertions over an entry (Web Authentication Level 2, 7.2).

Whoever has the log and the passkey's public key can check an approval without us: the challenge is the
SHA-256 of the entry's canonical bytes without `approvals`. Keys are the two COSE forms that authenticators
give, in the one encoding CTAP2 allows (canonical CBOR), so that a key's hash names the key.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from .errors import BadAssertion

# COSE_Key maps (RFC 9053, 7): {1: 2, 3: -7, -1: 1, -2: x, -3: y} and {1: 1, 3: -8, -1: 6, -2: x}
_ES256: Final = bytes.fromhex("a5010203262001215820")
_ES256_Y: Final = bytes.fromhex("225820")
_EDDSA: Final = bytes.fromhex("a4010103272006215820")

USER_PRESENT: Final = 0x01
USER_VERIFIED: Final = 0x04
_EXTENSIONS: Final = 0x80
_ATTESTED: Final = 0x40
_HEAD: Final = 37


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator answered: bytes, as it gave them."""

    public_key: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    @property
    def key(self) -> str:
        """How the log names the passkey."""
        return sha256(self.public_key).hexdigest()


@dataclass(frozen=True, slots=True)
class Site:
    """Where the passkey was used: asked for when an approval is given, so that none is phished elsewhere."""

    rp_id: str
    origin: str


def challenge_of(statement: bytes) -> str:
    """What the browser is to sign for this text: base64url of its SHA-256."""
    return urlsafe_b64encode(sha256(statement).digest()).rstrip(b"=").decode()


def verify(assertion: Assertion, statement: bytes, site: Site | None = None) -> None:
    """That this passkey's holder, present and verified, signed this text. `site`: and did so on our pages.

    Raises:
        BadAssertion: anything else.
    """
    _check_client(assertion.client_data, challenge_of(statement), site)
    _check_authenticator(assertion.authenticator_data, site)
    signed = assertion.authenticator_data + sha256(assertion.client_data).digest()
    _check_signature(assertion, signed)


def _check_client(data: bytes, challenge: str, site: Site | None) -> None:
    """7.2, steps 9 to 13."""
    try:
        said = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadAssertion("the client data are no JSON") from None
    if not isinstance(said, dict) or said.get("type") != "webauthn.get":
        raise BadAssertion("not an assertion")
    if said.get("challenge") != challenge:
        raise BadAssertion("another text was signed")
    if said.get("crossOrigin", False) is not False:
        raise BadAssertion("signed in another site's frame")
    if site is not None and said.get("origin") != site.origin:
        raise BadAssertion("signed on another site")


def _check_authenticator(data: bytes, site: Site | None) -> None:
    """7.2, steps 15 to 17; 6.1 for the layout."""
    if len(data) < _HEAD or data[32] & _ATTESTED or (len(data) > _HEAD) is not bool(data[32] & _EXTENSIONS):
        raise BadAssertion("not an assertion's authenticator data")
    if not data[32] & USER_PRESENT or not data[32] & USER_VERIFIED:
        raise BadAssertion("nobody was verified to be there")
    if site is not None and data[:32] != sha256(site.rp_id.encode()).digest():
        raise BadAssertion("a passkey of another site")


def _check_signature(assertion: Assertion, signed: bytes) -> None:
    key = _parse(assertion.public_key)
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(assertion.signature, signed)
        else:
            key.verify(assertion.signature, signed, ECDSA(SHA256()))
    except InvalidSignature:
        raise BadAssertion("the signature does not verify") from None


def _parse(cose: bytes) -> EllipticCurvePublicKey | Ed25519PublicKey:
    try:
        if len(cose) == 77 and cose.startswith(_ES256) and cose[42:45] == _ES256_Y:
            point = b"\x04" + cose[10:42] + cose[45:]
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        if len(cose) == 42 and cose.startswith(_EDDSA):
            return Ed25519PublicKey.from_public_bytes(cose[10:])
    except ValueError:
        raise BadAssertion("not a point of its curve") from None
    raise BadAssertion("not a key of ES256 or EdDSA in its one form")


def is_supported(cose: bytes) -> bool:
    """Whether approvals by this passkey can be checked."""
    try:
        _parse(cose)
    except BadAssertion:
        return False
    return True

"""Signed notes: c2sp.org/signed-note."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bailiwick.tlog.cosignatures import verify_cosignature
from bailiwick.tlog.encoding import from_base64, to_base64
from bailiwick.tlog.errors import MalformedKey, MalformedNote, NoKnownSignature
from bailiwick.tlog.keys import KEY_ID_SIZE, SignatureType, SigningKey, VerifierKey, check_name

MAX_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
"""At least 16 must be taken; a limit is asked for: signed-note, "Format"."""

_DASH: Final = "\u2014 "


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: key name, key ID (4 bytes), and what the key's type makes of the rest."""

    name: str
    id: bytes
    payload: bytes

    def __post_init__(self) -> None:
        if len(self.id) != KEY_ID_SIZE or not self.payload:
            raise MalformedNote("a signature has a key ID of four bytes and something after it")

    @property
    def line(self) -> str:
        """An em dash, the name, the Base64 of ID and signature, a newline: signed-note, "Format"."""
        return f"{_DASH}{self.name} {to_base64(self.id + self.payload)}\n"

    def is_by(self, key: VerifierKey) -> bool:
        """Whether name and key ID are those of the key: signed-note, "Signatures"."""
        return (self.name, self.id) == (key.name, key.id)


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, and its signatures. Not to be believed before `verify`."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """The note's bytes: signed-note, "Format"."""
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()

    def with_signatures(self, more: Iterable[Signature]) -> "Note":
        """The same text with signatures added behind the others."""
        return Note(self.text, (*self.signatures, *more))


def check_text(text: str) -> str:
    """The text; MalformedNote unless it ends in a newline and has no other control characters: "Format"."""
    if not text.endswith("\n"):
        raise MalformedNote("a note's text ends in a newline")
    if any(char < " " and char != "\n" for char in text):
        raise MalformedNote("a note has no control characters but newlines")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedNote("a note is valid UTF-8") from error
    return text


def parse_note(data: bytes) -> Note:
    """The note, nothing verified; MalformedNote: signed-note, "Format"."""
    if len(data) > MAX_BYTES:
        raise MalformedNote("a note has at most 1,000,000 bytes")
    try:
        whole = check_text(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedNote("a note is valid UTF-8") from error
    body, divider, signatures = whole.rpartition("\n\n")
    if not divider:
        raise MalformedNote("a note has an empty line before its signatures")
    return Note(body + "\n", parse_signatures(signatures))


def parse_signatures(text: str) -> tuple[Signature, ...]:
    """One or more signature lines, as they end a note or answer add-checkpoint; MalformedNote: "Format"."""
    if not text.endswith("\n"):
        raise MalformedNote("a signature line ends in a newline")
    lines = text[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise MalformedNote("a note has at most 100 signatures")
    return tuple(map(_parse_line, lines))


def _parse_line(line: str) -> Signature:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2:
        raise MalformedNote("a signature line is an em dash, a name and a signature")
    try:
        check_name(parts[0])
    except MalformedKey as error:
        raise MalformedNote(str(error)) from error
    data = from_base64(parts[1], MalformedNote)
    return Signature(parts[0], data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])


def sign_note(text: str, *keys: SigningKey) -> Note:
    """A note with an Ed25519 signature over the text, its last newline included, by each key: "Ed25519"."""
    message = check_text(text).encode()
    return Note(text, tuple(Signature(key.name, key.verifier.id, key.sign(message)) for key in keys))


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified signature: whose, and for a cosignature when (POSIX seconds)."""

    key: VerifierKey
    at: int | None = None


def signed_by(note: Note, keys: Iterable[VerifierKey]) -> list[Signed]:
    """Each signature by one of the keys, verified: signed-note, "Signatures".

    Signatures by other keys, and of types that are not verified here, are passed over. One by a known key
    that does not verify raises BadSignature: the whole note is refused. Of several by one key the latest
    counts.
    """
    known = _known(keys)
    found: dict[VerifierKey, Signed] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.id))
        if key is not None:
            signed = _verify(note, key, signature)
            found[key] = max(found.get(key, signed), signed, key=lambda each: each.at or 0)
    return list(found.values())


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> list[Signed]:
    """What `signed_by` finds, at least one; NoKnownSignature, BadSignature: signed-note, "Signatures"."""
    found = signed_by(note, keys)
    if not found:
        raise NoKnownSignature("no known key signed the note")
    return found


def _known(keys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    """By name and key ID. Two keys that share both were made so by somebody; nothing can be told apart."""
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if key.verifiable and known.setdefault((key.name, key.id), key) != key:
            raise MalformedKey("two keys share a name and a key ID")
    return known


def _verify(note: Note, key: VerifierKey, signature: Signature) -> Signed:
    """An Ed25519 signature is over the text alone; a cosignature, over a message of its own."""
    if key.kind is SignatureType.COSIGNATURE:
        return Signed(key, verify_cosignature(note.text, key, signature.payload))
    key.verify(note.text.encode(), signature.payload)
    return Signed(key)

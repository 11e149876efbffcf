"""Checkpoints: c2sp.org/tlog-checkpoint, cosigned as c2sp.org/tlog-cosignature says."""

from collections.abc import Iterable
from dataclasses import dataclass

from bailiwick.tlog.cosignatures import make_cosignature
from bailiwick.tlog.encoding import decimal, hash_from_base64, to_base64
from bailiwick.tlog.errors import MalformedCheckpoint, MalformedHash, MalformedNote, OutOfRange, WrongOrigin
from bailiwick.tlog.hashing import EMPTY_ROOT, Hash, check_hash, check_size
from bailiwick.tlog.keys import SigningKey, VerifierKey
from bailiwick.tlog.notes import Note, Signature, check_text, parse_note, sign_note, verify_note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's tree head: origin, size (entries) and root hash; and extension lines, which we do not make."""

    origin: str
    size: int
    root: Hash
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        try:
            check_size(self.size)
            check_hash(self.root)
            check_text(self.text)
        except (OutOfRange, MalformedHash, MalformedNote) as error:
            raise MalformedCheckpoint(str(error)) from error
        if any(not line or "\n" in line for line in (self.origin, *self.extensions)):
            raise MalformedCheckpoint("origin and extensions are one line each, and not empty")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise MalformedCheckpoint("an empty tree has the root of the empty tree")

    @property
    def text(self) -> str:
        """The note's text: tlog-checkpoint, "Note text"."""
        return "\n".join((self.origin, str(self.size), to_base64(self.root), *self.extensions, ""))


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in a note's text; MalformedCheckpoint: tlog-checkpoint, "Note text"."""
    origin, *rest = text.split("\n")
    if len(rest) < 3 or rest[-1]:
        raise MalformedCheckpoint("a checkpoint has at least three lines, each ended by a newline")
    try:
        root = hash_from_base64(rest[1])
    except MalformedHash as error:
        raise MalformedCheckpoint(str(error)) from error
    return Checkpoint(origin, decimal(rest[0], MalformedCheckpoint), root, tuple(rest[2:-1]))


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> Note:
    """The checkpoint signed by its log; WrongOrigin unless the key has the origin's name: "Signatures".

    Never sign one that is inconsistent with another signed before: nothing here knows what was signed.
    """
    if key.name != checkpoint.origin:
        raise WrongOrigin("a log's key has the name of its origin")
    return sign_note(checkpoint.text, key)


def open_checkpoint(data: bytes, logs: Iterable[VerifierKey]) -> tuple[Checkpoint, Note]:
    """A checkpoint that one of the log's keys signed, and its note.

    MalformedNote, MalformedCheckpoint, WrongOrigin (no key of that name), BadSignature, NoKnownSignature:
    signed-note, "Signatures"; tlog-policy, "Defining a log" (the key's name is the origin).
    """
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    keys = [key for key in logs if key.name == checkpoint.origin]
    if not keys:
        raise WrongOrigin("a checkpoint of another log")
    verify_note(note, keys)
    return checkpoint, note


def cosign(note: Note, key: SigningKey, at: int) -> Signature:
    """A witness's signature line for a checkpoint, at a time in POSIX seconds: tlog-cosignature, "Format".

    It says that this was the largest tree seen of its log, consistent with all seen before: check that first.
    MalformedCheckpoint where the note is none.
    """
    text = parse_checkpoint(note.text).text
    return Signature(key.name, key.cosigner.id, make_cosignature(text, key, at))

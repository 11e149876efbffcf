"""A witness: it cosigns a log's checkpoint only if everything it cosigned before is still in there.

c2sp.org/tlog-witness, "add-checkpoint", and c2sp.org/tlog-cosignature. One file a log holds the latest
cosigned checkpoint; it is durable before the cosignature leaves this module, so whatever kills us, nothing
was said that the history does not know. Nothing of HTTP is here, and no address ever reaches it.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, Final

from bailiwick.monitor import durable
from bailiwick.monitor.errors import CannotRead, HistoryDamaged, HistoryMissing
from bailiwick.tlog.checkpoints import Checkpoint, cosign, open_checkpoint, parse_checkpoint
from bailiwick.tlog.encoding import decimal, hash_from_base64
from bailiwick.tlog.errors import (
    BadSignature,
    MalformedCheckpoint,
    NoKnownSignature,
    ProofRefused,
    TlogError,
)
from bailiwick.tlog.hashing import Hash
from bailiwick.tlog.keys import SigningKey, VerifierKey
from bailiwick.tlog.notes import MAX_BYTES, Note, parse_note, verify_note
from bailiwick.tlog.proofs import verify_consistency

MAX_PROOF: Final = 63
MARK: Final = "witness"
CHECKPOINT: Final = "checkpoint"
MAX_EVIDENCE: Final = 100
"""Contradictions kept a log: one is enough to convict it, and a disk is not endless."""


class Refused(Exception):  # noqa: N818 - an answer
    """Not cosigned; `status` is the HTTP status of the answer: tlog-witness, "add-checkpoint"."""

    status: ClassVar[int]


class Malformed(Refused):
    """Not a request as the protocol has it, or an old size above the checkpoint's."""

    status = 400


class NotSigned(Refused):
    """No key that is known for the origin signed, or one of them badly."""

    status = 403


class UnknownLog(Refused):
    """An origin that this witness does not cosign."""

    status = 404


class OtherSize(Refused):
    """The old size is not that of the latest cosigned checkpoint, which is `size`."""

    status = 409

    def __init__(self, size: int) -> None:
        super().__init__("not the size that was cosigned last")
        self.size = size


class Inconsistent(Refused):
    """A proof that does not lead from the latest cosigned checkpoint to this one, or another root.

    That another root for the same size is answered so, and not by 409, is the specification's newer draft.
    """

    status = 422


@dataclass(frozen=True, slots=True)
class Request:
    """An add-checkpoint body, nothing verified."""

    old: int
    proof: tuple[Hash, ...]
    checkpoint: bytes


def parse_request(body: bytes) -> Request:
    """`old <size>`, up to 63 hashes, an empty line, a checkpoint; Malformed."""
    head, divider, checkpoint = body.partition(b"\n\n")
    try:
        first, *hashes = head.decode("ascii").split("\n")
        if not divider or not first.startswith("old ") or len(hashes) > MAX_PROOF:
            raise Malformed("a request is an old size, at most 63 hashes, an empty line and a checkpoint")
        old = decimal(first.removeprefix("old "), MalformedCheckpoint)
        return Request(old, tuple(map(hash_from_base64, hashes)), checkpoint)
    except (UnicodeDecodeError, TlogError) as error:
        raise Malformed("an old size is decimal, a hash 32 bytes in Base64") from error


class Witness:
    """The logs a key cosigns, and what it cosigned. Threads may call it; only one process a folder."""

    def __init__(
        self, key: SigningKey, logs: Iterable[VerifierKey], folder: Path, now: Callable[[], int]
    ) -> None:
        """Raises HistoryMissing, HistoryDamaged, CannotRead for a history that cannot be gone on with."""
        self._key, self._folder, self._now = key, folder, now
        self._logs: dict[str, list[VerifierKey]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)
        self._locks = {origin: threading.Lock() for origin in self._logs}
        for origin in self._logs:
            self._latest(origin)

    @property
    def origins(self) -> list[str]:
        """The logs it cosigns."""
        return sorted(self._logs)

    def add(self, body: bytes) -> str:
        """The cosignature line for a request, durable; Refused, MonitorError: "add-checkpoint"."""
        request = parse_request(body)
        origin = _origin(request.checkpoint)
        if origin not in self._logs:
            raise UnknownLog("a log that is not cosigned here")
        checkpoint, note = self._opened(origin, request.checkpoint)
        if request.old > checkpoint.size:
            raise Malformed("an old size is not above the checkpoint's")
        # The lock makes looking and writing one step; two requests of one log never overlap between them
        with self._locks[origin]:
            self._check(request, checkpoint, note)
            signature = cosign(note, self._key, self._now())
            cosigned = note.with_signatures([signature]).encode()
            durable.write(self._path(origin) / CHECKPOINT, cosigned)
        # A crash before this line: cosigned in our history, unknown outside; asking again gives a new one
        return signature.line

    def latest(self, name: str) -> bytes | None:
        """The latest cosigned checkpoint of the log whose origin has that SHA-256, in hexadecimal."""
        known = {_name(origin): origin for origin in self._logs}
        found = self._latest(known[name]) if name in known else None
        return None if found is None else found[1].encode()

    def _opened(self, origin: str, data: bytes) -> tuple[Checkpoint, Note]:
        """The checkpoint and its note, with the log's signatures alone."""
        try:
            checkpoint, note = open_checkpoint(data, self._logs[origin])
        except (NoKnownSignature, BadSignature) as error:
            raise NotSigned("none of the log's keys signed this") from error
        except MalformedCheckpoint as error:
            raise _refused_text(data, error) from error
        except TlogError as error:
            raise Malformed("not a checkpoint") from error
        keys = self._logs[origin]
        own = tuple(each for each in note.signatures if any(each.is_by(key) for key in keys))
        return checkpoint, Note(note.text, own)

    def _check(self, request: Request, checkpoint: Checkpoint, note: Note) -> None:
        """Pass if the checkpoint may follow the latest one; OtherSize, Inconsistent."""
        found = self._latest(checkpoint.origin)
        size = 0 if found is None else found[0].size
        if request.old != size:
            raise OtherSize(size)
        if found is None or size == 0:
            if request.proof:
                raise Inconsistent("nothing is proven from size 0")
            return
        try:
            verify_consistency(size, checkpoint.size, found[0].root, checkpoint.root, request.proof)
        except ProofRefused as error:
            if checkpoint.size == size and checkpoint.root != found[0].root:
                self._testify(found[1], note, checkpoint)
            raise Inconsistent(
                "the proof does not lead from the checkpoint cosigned last to this one"
            ) from error

    def _testify(self, cosigned: Note, note: Note, checkpoint: Checkpoint) -> None:
        """Keep two checkpoints, both signed by the log, that cannot both be true."""
        folder = self._path(checkpoint.origin)
        place = folder / f"evidence-{checkpoint.size}-{checkpoint.root[:8].hex()}"
        if len(list(folder.glob("evidence-*"))) < MAX_EVIDENCE:
            durable.write(place / "cosigned", cosigned.encode())
            durable.write(place / "refused", note.encode())

    def _latest(self, origin: str) -> tuple[Checkpoint, Note] | None:
        """What was cosigned last; HistoryDamaged unless it is ours, CannotRead."""
        path = self._path(origin) / CHECKPOINT
        try:
            with path.open("rb") as file:
                note = parse_note(file.read(MAX_BYTES + 1))
            verify_note(note, [self._key.cosigner])
            checkpoint = parse_checkpoint(note.text)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CannotRead(f"the history cannot be read: {error.strerror}") from error
        except TlogError as error:
            raise HistoryDamaged(f"{path} is not what this key cosigned; bring the history back") from error
        if checkpoint.origin != origin:
            raise HistoryDamaged(f"{path} is of another log; bring the history back")
        return checkpoint, note

    def _path(self, origin: str) -> Path:
        return self._folder / _name(origin)


def claim(folder: Path, key: SigningKey, *, new: bool) -> None:
    """Tie a history to its key. `new`: the key was made just now, or never signed.

    A key that may have signed, in front of a folder that knows of nothing: HistoryMissing. It would cosign
    whatever a log says first, perhaps against what it said before. HistoryDamaged: another key's history.
    """
    mark = folder / MARK
    vkey = f"{key.cosigner.vkey}\n".encode()
    try:
        known = mark.read_bytes()
    except FileNotFoundError:
        if not new:
            raise HistoryMissing(
                f"the key may have signed before, and its history is not in {folder}: bring it back, or make "
                "a new key; only if it never signed anything, say --begin"
            ) from None
        durable.write(mark, vkey)
        return
    except OSError as error:
        raise CannotRead(f"the history cannot be read: {error.strerror}") from error
    if known != vkey:
        raise HistoryDamaged(f"{folder} is the history of another key")


def _origin(data: bytes) -> str:
    """The first line, by which the keys are found; Malformed."""
    try:
        return data.partition(b"\n")[0].decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("not a checkpoint") from error


def _refused_text(data: bytes, error: MalformedCheckpoint) -> Refused:
    """Size 0 with another root than the empty tree's is a false statement, not a malformed one: 422."""
    lines = data.split(b"\n", 3)
    if len(lines) > 2 and lines[1] == b"0":
        return Inconsistent("an empty tree has the root of the empty tree")
    return Malformed(str(error))


def _name(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()

"""A checkpoint remembered from one look to the next: the only way to see that a log rewrote its past."""

from dataclasses import dataclass
from pathlib import Path

from bailiwick.monitor import durable
from bailiwick.monitor.errors import (
    CannotRead,
    KeyNotNamed,
    LogForked,
    LogShrank,
    MemoryDamaged,
    MonitorError,
)
from bailiwick.tlog.checkpoints import Checkpoint, open_checkpoint
from bailiwick.tlog.encoding import to_base64
from bailiwick.tlog.errors import LogMismatch, NoKnownSignature, ProofRefused, TlogError, WrongOrigin
from bailiwick.tlog.hashing import Hash
from bailiwick.tlog.notes import MAX_BYTES, Note
from bailiwick.tlog.policy import Policy, Witnessed
from bailiwick.tlog.proofs import verify_consistency
from bailiwick.tlog.reading import Fetch, TileReader
from bailiwick.tlog.tree import consistency_proof, root


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two signed checkpoints of one log that cannot both be its history, and the proof where there is one.

    `proof` leads from a tree of the remembered size, with another root, to the root that was seen.
    """

    remembered: bytes
    seen: bytes
    old_size: int
    proof: tuple[Hash, ...] = ()

    def keep(self, folder: Path) -> None:
        """Write it down. `request` has the form of a witness's add-checkpoint, for tools that read that."""
        durable.write(folder / "remembered", self.remembered)
        durable.write(folder / "seen", self.seen)
        lines = [f"old {self.old_size}", *map(to_base64, self.proof), "", ""]
        durable.write(folder / "request", "\n".join(lines).encode() + self.seen)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A checkpoint of the past, and its note."""

    checkpoint: Checkpoint
    note: Note


class Memory:
    """A file with the largest checkpoint that was found right, as the log signed it."""

    def __init__(self, file: Path, policy: Policy) -> None:
        self.file = file
        self._keys = [log.key for log in policy.logs]

    def recall(self) -> Remembered | None:
        """What is remembered, None before the first time.

        MemoryDamaged, KeyNotNamed, CannotRead, WrongOrigin.

        To be called before the log is asked for its checkpoint: another process may remember a larger one in
        between, and the log would seem to have shrunk.
        """
        try:
            with self.file.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CannotRead(f"what was remembered cannot be read: {error.strerror}") from error
        try:
            return Remembered(*open_checkpoint(data, self._keys))
        except WrongOrigin as error:
            raise WrongOrigin("what was remembered is of another log") from error
        except NoKnownSignature as error:
            raise KeyNotNamed(
                "what was remembered is signed by a key that you did not name: add --vkey with the key that "
                "the log had then, or that key's line to the policy"
            ) from error
        except TlogError as error:
            raise MemoryDamaged(
                f"what was remembered is no checkpoint that these keys signed: {error}"
            ) from error

    def compare(self, known: Remembered | None, seen: Witnessed, fetch: Fetch) -> int | None:
        """The remembered size (None: nothing), once the log is proven to have only grown since.

        LogShrank, LogForked: the evidence is kept beside the file first. LogMismatch: the tiles contradict
        themselves, which says nothing about the past.
        """
        if known is None:
            return None
        if known.checkpoint.origin != seen.checkpoint.origin:
            raise WrongOrigin("what was remembered is of another log")
        try:
            check_growth(known.checkpoint, seen.checkpoint, fetch)
        except (LogShrank, LogForked) as error:
            self._testify(known, seen, error)
            raise
        return known.checkpoint.size

    def keep(self, seen: Witnessed) -> None:
        """Remember it, unless a larger one was meanwhile; CannotWrite, InUse."""
        with durable.alone(self.file.with_name(f"{self.file.name}.lock")):
            known = self.recall()
            if known is None or known.checkpoint.size <= seen.checkpoint.size:
                durable.write(self.file, seen.note.encode())

    def evidence(self, old: int, seen: Checkpoint) -> Path:
        """Where a contradiction is kept: the same one always in the same place."""
        return self.file.with_name(f"{self.file.name}.evidence-{old}-{seen.size}-{seen.root[:4].hex()}")

    def _testify(self, known: Remembered, seen: Witnessed, error: MonitorError) -> None:
        old = known.checkpoint.size
        proof = error.proof if isinstance(error, Forked) else ()
        found = Contradiction(known.note.encode(), seen.note.encode(), old, proof)
        found.keep(self.evidence(old, seen.checkpoint))


class Forked(LogForked):
    """With the proof that the newer tree begins with another tree than the older checkpoint says."""

    def __init__(self, proof: list[Hash]) -> None:
        super().__init__("the log rewrote entries that it had signed before")
        self.proof = tuple(proof)


def check_growth(old: Checkpoint, new: Checkpoint, fetch: Fetch) -> None:
    """Pass if the newer tree begins with the older one: RFC 9162, section 2.1.4.

    LogShrank; LogForked, proven by the log's own tiles; LogMismatch where the tiles do not lead to the newer
    root, so that nothing is known.
    """
    if new.size < old.size:
        raise LogShrank(f"the log shows {new.size:,} entries and had signed {old.size:,} before")
    if new.size == old.size:
        if new.root != old.root:
            raise LogForked("the log signed two different roots for the same size")
        return
    if old.size == 0:
        return  # everything begins with the empty tree
    reader = TileReader(new.size, fetch)
    before = root(old.size, reader.node)
    proof = consistency_proof(old.size, new.size, reader.node)
    try:
        verify_consistency(old.size, new.size, before, new.root, proof)
    except ProofRefused as error:
        raise LogMismatch("tile", "the tiles do not lead to the checkpoint's root") from error
    if before != old.root:
        raise Forked(proof)

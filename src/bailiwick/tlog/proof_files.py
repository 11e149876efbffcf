"""What is handed to anybody: an entry's place, its proof, and a cosigned checkpoint (c2sp.org/tlog-proof)."""

from dataclasses import dataclass
from typing import Final

from bailiwick.tlog.checkpoints import parse_checkpoint
from bailiwick.tlog.encoding import decimal, from_base64, hash_from_base64, to_base64
from bailiwick.tlog.errors import MalformedCheckpoint, MalformedHash, MalformedNote, MalformedProof
from bailiwick.tlog.hashing import MAX_SIZE, Hash, check_hash, leaf_hash
from bailiwick.tlog.notes import parse_note
from bailiwick.tlog.policy import Policy, Witnessed
from bailiwick.tlog.proofs import verify_inclusion

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
SUFFIX: Final = ".tlog-proof"
MAX_HASHES: Final = 63
MAX_BYTES: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class LogProof:
    """An index, hashes from the leaf's sibling to the root's child, a checkpoint's bytes, and extra data.

    Nobody signed the extra data. Nothing here is to be believed before `verify`.
    """

    index: int
    hashes: tuple[Hash, ...]
    checkpoint: bytes
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_SIZE or len(self.hashes) > MAX_HASHES:
            raise MalformedProof("an index has 63 bits, and a proof at most 63 hashes")
        try:
            for value in self.hashes:
                check_hash(value)
            parse_checkpoint(parse_note(self.checkpoint).text)
        except (MalformedHash, MalformedNote, MalformedCheckpoint) as error:
            raise MalformedProof(str(error)) from error

    def encode(self) -> bytes:
        """The file's bytes: tlog-proof, "Format"."""
        extra = [f"extra {to_base64(self.extra)}"] if self.extra else []
        lines = [FIRST_LINE, *extra, f"index {self.index}", *map(to_base64, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    def verify(self, entry: bytes, policy: Policy) -> Witnessed:
        """The checkpoint that the policy believes and that has the entry in this place.

        Raises what `Policy.check` does, ProofRefused, and OutOfRange for an index outside the tree:
        tlog-proof; RFC 9162, section 2.1.3.2.
        """
        witnessed = policy.check(self.checkpoint)
        head = witnessed.checkpoint
        verify_inclusion(leaf_hash(entry), self.index, head.size, self.hashes, head.root)
        return witnessed


def parse_log_proof(data: bytes) -> LogProof:
    """A tlog-proof file, nothing verified; MalformedProof: tlog-proof, "Format"."""
    head, divider, checkpoint = data.partition(b"\n\n")
    if len(data) > MAX_BYTES or not divider:
        raise MalformedProof("a proof has an empty line before its checkpoint")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedProof("a proof is ASCII up to its checkpoint") from error
    if first != FIRST_LINE:
        raise MalformedProof("a proof's first line tells its format")
    extra = from_base64(lines.pop(0)[6:], MalformedProof) if lines and lines[0][:6] == "extra " else None
    if extra == b"" or not lines or not lines[0].startswith("index "):
        raise MalformedProof("an index follows, after extra data if there are any")
    index = decimal(lines[0].removeprefix("index "), MalformedProof)
    return LogProof(index, _hashes(lines[1:]), checkpoint, extra or b"")


def _hashes(lines: list[str]) -> tuple[Hash, ...]:
    try:
        return tuple(map(hash_from_base64, lines))
    except MalformedHash as error:
        raise MalformedProof(str(error)) from error

"""A witness in memory, as c2sp.org/tlog-witness describes one: a stand-in behind the client's `Post`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bailiwick.ledger.errors import WitnessUnreachable
from bailiwick.ledger.witnesses import SIZE_TYPE, Answer
from bailiwick.tlog.checkpoints import Checkpoint, cosign, open_checkpoint
from bailiwick.tlog.encoding import hash_from_base64
from bailiwick.tlog.errors import TlogError
from bailiwick.tlog.hashing import EMPTY_ROOT
from bailiwick.tlog.keys import SigningKey, VerifierKey
from bailiwick.tlog.policy import Witness
from bailiwick.tlog.proofs import verify_consistency


@dataclass
class WitnessDouble:
    """`fault`: called before anything is looked at (True) and after it was persisted (False)."""

    name: str
    logs: list[VerifierKey]
    clock: Callable[[], float]
    size: int = 0
    root: bytes = EMPTY_ROOT
    down: bool = False
    shown: list[Checkpoint] = field(default_factory=list)
    fault: Callable[[bool], None] = lambda _before: None

    @property
    def key(self) -> SigningKey:
        return SigningKey(self.name, self.name.encode().ljust(32, b"\0")[:32])

    @property
    def listed(self) -> Witness:
        return Witness(self.name, self.key.cosigner, f"https://{self.name}")

    def answer(self, body: bytes) -> Answer:
        if self.down:
            raise WitnessUnreachable("down")
        self.fault(True)
        made = self._answer(body)
        self.fault(False)
        return made

    def _answer(self, body: bytes) -> Answer:
        head, _, data = body.partition(b"\n\n")
        first, *lines = head.decode("ascii").split("\n")
        old = int(first.removeprefix("old "))
        try:
            checkpoint, note = open_checkpoint(data, self.logs)
        except TlogError:
            return Answer(403, "text/plain", b"")
        self.shown.append(checkpoint)
        if old > checkpoint.size:
            return Answer(400, "text/plain", b"")
        if old != self.size:
            return Answer(409, SIZE_TYPE, f"{self.size}\n".encode())
        try:
            if old:
                proof = [hash_from_base64(line) for line in lines]
                verify_consistency(old, checkpoint.size, self.root, checkpoint.root, proof)
            elif lines:
                return Answer(422, "text/plain", b"")
        except TlogError:
            return Answer(422, "text/plain", b"")
        self.size, self.root = checkpoint.size, checkpoint.root
        line = cosign(note, self.key, int(self.clock())).line
        return Answer(200, "text/plain", line.encode())

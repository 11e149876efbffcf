"""The public log against what it is made of: SHA-256, and durable writes.

`log`, the result: a whole log of a million entries verified as `bailiwick log verify` does it, from a folder:
every entry read and hashed, every tile derived and compared, the root. The limit is a bare loop that reads
the same entries and makes the same SHA-256 hashes (one call each: entries, then pairs of hashes), but
compares nothing and keeps nothing. `sha256_stream` is one single SHA-256 over as many bytes, for orientation.
CPU seconds of the process, since that is what verifying costs.

`log-proof`: an entry's proof in that log verified; limit: its hashes alone, made one by one. In its details,
a whole `.tlog-proof` file with two signatures, and proofs made from the tiles.

`log-append`: entries appended to a server's log on SQLite, one transaction each, and sequenced, signed and
remembered in steps of so many; limit: the same bytes written to a file, one write and one fsync each.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final

from bailiwick.monitor.checking import check_whole
from bailiwick.monitor.source import Folder
from bailiwick.tlog.checkpoints import Checkpoint, cosign, open_checkpoint, sign_checkpoint
from bailiwick.tlog.hashing import leaf_hash
from bailiwick.tlog.keys import SigningKey
from bailiwick.tlog.policy import Log, Policy, Witness
from bailiwick.tlog.proof_files import LogProof, parse_log_proof
from bailiwick.tlog.proofs import verify_inclusion
from bailiwick.tlog.reading import TileReader, read_entry, rebuild
from bailiwick.tlog.tiles import LENGTH_SIZE, bundles_of
from bailiwick.tlog.tree import inclusion_proof, root
from benchmarks.harness import Figure, Work, best_of, emit, note, parser, rate

AT_LEAST: Final = 0.6
APPEND_AT_LEAST: Final = 0.1
PROOFS: Final = 1000
STEP: Final = 50
APPENDS: Final = 200
TELL: Final = 100_000
KEY: Final = SigningKey("meet.example.org/log", b"L" * 32)
WITNESS: Final = SigningKey("witness.example", b"W" * 32)
POLICY: Final = Policy((Log(KEY.verifier),), (Witness("w", WITNESS.cosigner),), (), "w")


def main(argv: Sequence[str]) -> int:
    """Run the benchmark."""
    arguments = parser("log", __doc__, rounds=3)
    arguments.add_argument("--entries", type=int, default=1_000_000, help="in the log (%(default)s)")
    options = arguments.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="bailiwick-bench-") as name:
        folder = Path(name)
        appended = _append(folder / "data", options.rounds)
        _write(folder / "log", options.entries)
        return emit(appended, _proofs(folder / "log", options), _whole(folder / "log", options))


def entries(size: int) -> Iterator[bytes]:
    """As long as a server's own: some 330 bytes of canonical JSON, all different."""
    for number in range(size):
        commitment = sha256(number.to_bytes(8)).hexdigest()
        yield (
            f'{{"at":"2026-11-21T12:00:00Z","authority":"a{number}","commitment":"{commitment}",'
            f'"document":"{commitment[::-1]}","from":"2026-11-21T12:00:00Z","law":"Example Act, section 1",'
            f'"territory":["DE"],"type":"restriction.approved","until":"2027-02-19T12:00:00Z"}}'
        ).encode()


def _write(folder: Path, size: int) -> None:
    note(f"writing a log of {size:,} entries")
    for resource, data in rebuild(_told(entries(size))):
        path = folder / resource.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    top = root(size, TileReader(size, Folder(folder).fetch).node)
    signed = sign_checkpoint(Checkpoint(KEY.name, size, top), KEY)
    cosigned = signed.with_signatures([cosign(signed, WITNESS, 1_800_000_000)])
    (folder / "checkpoint").write_bytes(cosigned.encode())


def _told(made: Iterator[bytes]) -> Iterator[bytes]:
    for number, entry in enumerate(made, 1):
        if number % TELL == 0:
            note(f"  {number:,}")
        yield entry


def _head(folder: Path) -> Checkpoint:
    return open_checkpoint((folder / "checkpoint").read_bytes(), [KEY.verifier])[0]


def _whole(folder: Path, options: Any) -> Figure:
    """Full verification."""
    head, source = _head(folder), Folder(folder)
    size = head.size
    sizes = [(folder / bundle.path).stat().st_size for bundle in bundles_of(size)]
    stored = sum(sizes) - LENGTH_SIZE * size

    def verify() -> None:
        check_whole(head, source, lambda done: None if done % TELL else note(f"  verified {done:,}"))

    def bare() -> None:
        for bundle in bundles_of(size):
            _hash_bundle((folder / bundle.path).read_bytes())

    works = {"verify": Work(verify, size), "bare": Work(bare, size)}
    seconds = best_of(works, options.rounds, time.process_time)
    stream = _stream(stored + size + 65 * size, options.rounds)
    details = {
        "entries": size,
        "bytes_hashed": stored + size + 65 * size,
        "megabytes_of_entries_per_s": round(stored / size / seconds["verify"] / 1e6, 1),
        "sha256_stream_entries_per_s": round(size / stream),
    }
    return Figure(
        "log", rate(seconds["verify"]), "entries/s", rate(seconds["bare"]), AT_LEAST, details=details
    )


def _hash_bundle(data: bytes) -> None:
    """Every leaf, and as many nodes as a tree has for so many leaves."""
    at = 0
    node = b"\x01" + bytes(64)
    while at < len(data):
        end = at + LENGTH_SIZE + (data[at] << 8 | data[at + 1])
        sha256(b"\x00" + data[at + LENGTH_SIZE : end]).digest()
        sha256(node).digest()
        at = end


def _stream(length: int, rounds: int) -> float:
    """Seconds for one SHA-256 over so many bytes."""
    piece = bytes(2**20)

    def run() -> None:
        state = sha256()
        for _ in range(length // len(piece)):
            state.update(piece)

    return best_of({"stream": Work(run, 1)}, min(rounds, 2), time.process_time)["stream"]


def _proofs(folder: Path, options: Any) -> Figure:
    """Proofs of entries spread over the log."""
    head, fetch = _head(folder), Folder(folder).fetch
    indices = [number * head.size // PROOFS for number in range(PROOFS)]
    reader = TileReader(head.size, fetch)
    found = [(at, leaf_hash(read_entry(at, head.size, fetch))) for at in indices]
    proofs = [inclusion_proof(at, head.size, reader.node) for at in indices]
    signed = (folder / "checkpoint").read_bytes()
    file = LogProof(indices[1], tuple(proofs[1]), signed).encode()
    entry = read_entry(indices[1], head.size, fetch)

    def verify() -> None:
        for (at, leaf), proof in zip(found, proofs, strict=True):
            verify_inclusion(leaf, at, head.size, proof, head.root)

    def bare() -> None:
        for proof in proofs:
            for value in proof:
                sha256(b"\x01" + value + value).digest()

    def files() -> None:
        for _ in range(100):
            parse_log_proof(file).verify(entry, POLICY)

    def make() -> None:
        for at in indices:
            inclusion_proof(at, head.size, reader.node)

    works = {
        "verify": Work(verify, PROOFS),
        "bare": Work(bare, PROOFS),
        "files": Work(files, 100),
        "make": Work(make, PROOFS),
    }
    seconds = best_of(works, options.rounds * 5, time.process_time)
    details = {
        "hashes_a_proof": round(sum(map(len, proofs)) / PROOFS, 1),
        "files_with_two_signatures_per_s": round(rate(seconds["files"])),
        "made_per_s": round(rate(seconds["make"])),
    }
    return Figure("log-proof", rate(seconds["verify"]), "proofs/s", rate(seconds["bare"]), details=details)


def _append(data: Path, rounds: int) -> Figure:
    """Appending, in a server's own database."""
    note("appending to a server's log")
    step, entry = _server_log(data)
    bare = _durable_writes(data / "bare", [entry] * APPENDS)
    works = {"append": Work(step, APPENDS), "bare": Work(bare, APPENDS)}
    seconds = best_of(works, rounds)
    details = {"entries_a_step": STEP, "bytes_an_entry": len(entry)}
    return Figure(
        "log-append",
        rate(seconds["append"]),
        "entries/s",
        rate(seconds["bare"]),
        at_least=APPEND_AT_LEAST,
        details=details,
    )


def _server_log(data: Path) -> tuple[Callable[[], None], bytes]:
    """A database of its own with a log in it; what appends APPENDS entries to it, and one of them."""
    data.mkdir()
    os.environ |= {"BAILIWICK_DATA": str(data), "DJANGO_SETTINGS_MODULE": "bailiwick.config.settings"}
    from bailiwick.config.django_ready import make_ready

    make_ready()
    from datetime import UTC, datetime

    from django.core.management import call_command
    from django.db import transaction

    from bailiwick.ledger import actions
    from bailiwick.ledger.beginning import begin
    from bailiwick.ledger.configuration import configured
    from bailiwick.ledger.entries import DemandsSwitched, encode
    from bailiwick.ledger.memory import Memory
    from bailiwick.ledger.sequencer import Sequencer

    call_command("migrate", verbosity=0)
    begin(configured())
    sequencer = Sequencer(configured(), Memory(configured().memory))
    numbers = count(1_800_000_000)

    def run() -> None:
        for number in range(1, APPENDS + 1):
            at = datetime.fromtimestamp(next(numbers), UTC)
            with transaction.atomic():
                actions.append(DemandsSwitched(at=at, on=bool(number % 2)))
            if number % STEP == 0:
                sequencer.step()

    return run, encode(DemandsSwitched(at=datetime.fromtimestamp(next(numbers), UTC), on=True))


def _durable_writes(path: Path, lines: list[bytes]) -> Callable[[], None]:
    def run() -> None:
        with path.open("ab", buffering=0) as file:
            for line in lines:
                file.write(line)
                os.fsync(file.fileno())

    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

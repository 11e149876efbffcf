"""A log in a folder, with witnesses, that tests may grow, fork and damage."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from bailiwick.monitor import commands
from bailiwick.tlog.checkpoints import Checkpoint, cosign, sign_checkpoint
from bailiwick.tlog.hashing import leaf_hash, leaf_hashes
from bailiwick.tlog.keys import SigningKey
from bailiwick.tlog.policy import Log, Policy, Witness
from bailiwick.tlog.reading import rebuild
from bailiwick.tlog.tree import MemoryTree

LOG: Final = SigningKey("meet.example.org/log", b"L" * 32)
WITNESS: Final = SigningKey("witness.example", b"W" * 32)
POLICY: Final = Policy((Log(LOG.verifier),), (Witness("w", WITNESS.cosigner),), (), "w")
BARE: Final = Policy((Log(LOG.verifier),), (), (), "none")
VKEY: Final = LOG.verifier.vkey
NOW: Final = 1_800_000_000


def entries_of(size: int, word: str = "entry") -> list[bytes]:
    return [f'{{"{word}":{number}}}'.encode() for number in range(size)]


def head(entries: Sequence[bytes], *, witnessed: bool = True, key: SigningKey = LOG) -> bytes:
    tree = MemoryTree(leaf_hashes(entries))
    note = sign_checkpoint(Checkpoint(key.name, tree.size, tree.root()), key)
    return note.with_signatures([cosign(note, WITNESS, NOW)] if witnessed else []).encode()


def publish(folder: Path, entries: Sequence[bytes], *, witnessed: bool = True) -> Path:
    """Write (or grow, or rewrite) a log with these entries."""
    for resource, data in rebuild(entries):
        path = folder / resource.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "checkpoint").write_bytes(head(entries, witnessed=witnessed))
    return folder


def tree_of(entries: Iterable[bytes]) -> MemoryTree:
    return MemoryTree(map(leaf_hash, entries))


def files(folder: Path) -> dict[str, bytes]:
    """What is below a folder, without locks."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".lock" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def run(*words: str | Path, data: Path = Path("nowhere")) -> int:
    """`bailiwick log WORDS`, without the rest of Bailiwick; the exit code (argparse's too)."""
    parser = argparse.ArgumentParser(prog="bailiwick log")
    commands.register(parser.add_subparsers(required=True))
    try:
        options = parser.parse_args([str(word) for word in words])
    except SystemExit as ended:
        return int(ended.code or 0)
    options.data = data
    code: int = options.run(options)
    return code

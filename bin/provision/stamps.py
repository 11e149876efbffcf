"""What makes the second run quick: a step is skipped while the hash of its inputs stands in its stamp."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from provision.places import ROOT

IGNORED = {"node_modules", "__pycache__", ".cache", "test-results", "coverage"}


def digest(paths: Iterable[Path], *words: str) -> str:
    """SHA-256 over names and contents of `paths` (folders with all below them) and over `words`."""
    total = hashlib.sha256("\0".join(words).encode())
    for file in files(paths):
        total.update(f"\0{file.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Every file, in a fixed order, without what tools leave behind."""
    for path in paths:
        if path.is_dir():
            below = (child for child in sorted(path.iterdir()) if child.name not in IGNORED)
            yield from files(below)
        elif path.exists():
            yield path


def fresh(stamp: Path, value: str) -> bool:
    """Whether the step that wrote `stamp` had the same inputs. Keep a stamp inside what its step makes:
    deleting that deletes the stamp."""
    try:
        return stamp.read_text(encoding="ascii") == value
    except FileNotFoundError:
        return False


def write(stamp: Path, value: str) -> None:
    """To be called after the step has succeeded, never before."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value, encoding="ascii")

"""Names that outlive a power cut: a file renamed or linked is there for good once its folder is synced."""

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make it, and those above it that are missing. It is for its owner alone."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in missing:
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in it durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Secrets that the server makes for itself, each in a file of mode 0600 below DATA/keys."""

import os
import secrets
from pathlib import Path


def secret(data: Path, name: str) -> str:
    """The secret called `name`, made on first use; two processes that race get the same one."""
    path = data / "keys" / name
    if not path.exists():
        _create(path)
    return path.read_text(encoding="ascii").strip()


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        # link() fails where the name exists: whoever was first wins, and no reader sees half a file
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

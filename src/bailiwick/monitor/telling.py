"""What the commands say: to people in sentences, to programs as one JSON object."""

import base64
import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bailiwick.monitor.errors import DOES_NOT_VERIFY, MonitorError
from bailiwick.tlog.encoding import to_base64
from bailiwick.tlog.errors import LogMismatch, TlogError
from bailiwick.tlog.policy import Witnessed


def write(options: Namespace, facts: Mapping[str, Any], sentences: list[str]) -> None:
    """The facts as JSON if asked for; else the sentences, unless asked to be quiet."""
    if options.json:
        sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    elif not options.quiet:
        sys.stdout.write("".join(f"{sentence}\n" for sentence in sentences))


def fail(options: Namespace, error: MonitorError | TlogError) -> int:
    """Say what is wrong; the exit code."""
    if options.json:
        where = {"path": error.path} if isinstance(error, LogMismatch) else {}
        told = {"verified": False, "error": {"code": error.code, "text": str(error), **where}}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stderr.write(f"bailiwick log: {error} ({error.code})\n")
    return error.exit_code if isinstance(error, MonitorError) else DOES_NOT_VERIFY


def warn(sentences: list[str]) -> None:
    """What must be heard even by whoever wants to hear nothing else."""
    sys.stderr.write("".join(f"bailiwick log: {sentence}\n" for sentence in sentences))


def head_facts(seen: Witnessed) -> dict[str, Any]:
    """A checkpoint and who cosigned it when, for programs."""
    head = seen.checkpoint
    return {
        "origin": head.origin,
        "size": head.size,
        "root": to_base64(head.root),
        "witnesses": {name: _time(at) for name, at in sorted(seen.witnesses.items())},
    }


def head_sentences(seen: Witnessed) -> list[str]:
    """The same for people."""
    head = seen.checkpoint
    lines = [f"{head.origin}: {head.size:,} entries, root {to_base64(head.root)}"]
    lines += [f"cosigned by {name} at {_time(at)}" for name, at in sorted(seen.witnesses.items())]
    return lines if seen.witnesses else [*lines, "cosigned by no witness that you named"]


def entry_json(entry: bytes) -> dict[str, Any]:
    """An entry as the JSON it is (`entry`), or as Base64 where it is none (`base64`)."""
    try:
        return {"entry": json.loads(entry.decode("utf-8"))}
    except ValueError:
        return {"base64": base64.b64encode(entry).decode("ascii")}


def _time(at: int) -> str:
    """ISO 8601; the number where no calendar has that second."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(at)

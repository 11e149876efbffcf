"""Running other programs, and failing with one sentence."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from provision.places import ROOT, VENV

MISSING: Final = 3
"""Exit code: something has to be installed by hand; the list says what."""


class Failed(Exception):  # noqa: N818 - told to people as it stands
    """A step could not be done. The text is shown as it stands."""

    def __init__(self, text: str, exit_code: int = 1) -> None:
        super().__init__(text)
        self.exit_code = exit_code


def say(text: str) -> None:
    """One line about what happens now; setup's own, so that it is told apart from the programs' output."""
    print(f"\u2192 {text}", file=sys.stderr, flush=True)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, with the project's programs (and its Node, if it has one of its own) first on PATH."""
    path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, **(extra or {})}


def without_settings(variables: Mapping[str, str]) -> dict[str, str]:
    """A developer's own settings must not reach tests: they would run against real data."""
    return {name: value for name, value in variables.items() if not name.startswith("BAILIWICK_")}


def run(words: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run to the end, output shown.

    Raises:
        Failed: it ended with another code than 0, or is not there.
    """
    if code := exit_code(words, cwd=cwd, env=env):
        raise Failed(f"`{shown(words)}` failed with exit code {code}")


def exit_code(words: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> int:
    """Run to the end, output shown; the exit code.

    Raises:
        Failed: the program is not there.
    """
    try:
        return subprocess.run(words, cwd=cwd, env=env or environment(), check=False).returncode
    except FileNotFoundError:
        raise Failed(f"{words[0]} is not there; run bin/setup") from None


def shown(words: Sequence[str | Path]) -> str:
    return " ".join(str(word).removeprefix(f"{ROOT}/") for word in words)

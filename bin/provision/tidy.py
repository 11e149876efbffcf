"""What no other tool looks for: download addresses in lock files, and traces of one machine in any file."""

import re
import subprocess
from collections.abc import Iterable, Iterator

from provision.places import CLIENT, REQUIREMENTS, ROOT

PINNED = re.compile(r"^([a-zA-Z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
ADDRESS = re.compile(r'"resolved": "(?:https?|file):|^--|@ (?:https?|file):')
# Home folders of people, and this very clone
MACHINE_PATH = re.compile(rf"{re.escape(str(ROOT))}/|/(?:home|Users)/(?!example\b|ada\b)[a-z][a-z0-9_-]*/")


def faults() -> list[str]:
    """One line for each fault, empty when all is well."""
    return [*_locks(), *traces(_tracked())]


def _locks() -> Iterator[str]:
    texts = {lock.stem: lock.read_text(encoding="utf-8") for lock in sorted(REQUIREMENTS.glob("*.txt"))}
    for name, text in texts.items():
        yield from download_addresses(f"{name}.txt", text)
    package_lock = CLIENT / "package-lock.json"
    yield from download_addresses(package_lock.name, package_lock.read_text(encoding="utf-8"))
    yield from untested_pins(texts["run"], texts["dev"])


def download_addresses(name: str, text: str) -> Iterator[str]:
    """A lock with addresses sends everyone to the mirror of whoever made it. (What npm copies into its lock
    about where to give money to a package's authors is no download address.)"""
    for number, line in enumerate(text.splitlines(), 1):
        if ADDRESS.search(line):
            yield f"{name}:{number}: a download address; see CONTRIBUTING.md, Locks"


def untested_pins(run: str, dev: str) -> Iterator[str]:
    """What is served must be what was tested. (A package may be pinned several times, by Python version.)"""
    tested = set(PINNED.findall(dev))
    for name, version in PINNED.findall(run):
        if (name, version) not in tested:
            yield f"run.txt has {name} {version} and dev.txt has not: make both locks again"


def _tracked() -> Iterator[tuple[str, str]]:
    """Name and text of every file that is, or is about to be, in the repository."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            yield name, path.read_text(encoding="utf-8", errors="replace")


def traces(texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in texts:
        if match := MACHINE_PATH.search(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: a path of one machine"

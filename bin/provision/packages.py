"""What has to come from the operating system. Found by what it provides, so any
way of installing it counts."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from provision.places import PYTHON
from provision.running import MISSING, Failed, run, say


@dataclass(frozen=True)
class Package:
    """`deb`: its name on Debian and Ubuntu. `what`: what it is, under which licence."""

    deb: str
    what: str
    present: Callable[[], bool]


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _file(*patterns: str) -> Callable[[], bool]:
    return lambda: all(any(Path("/").glob(pattern)) for pattern in patterns)


def is_ubuntu() -> bool:
    """Ubuntu's own Chromium is a snap, which no test can start without a session of systemd."""
    path = Path("/etc/os-release")
    return path.exists() and "\nID=ubuntu" in f"\n{path.read_text(encoding='utf-8')}"


RUN: Final = (
    Package("janus", "Janus, the media server (GPL-3.0), 1.0 or newer", _program("janus")),
    Package(
        "tor-geoipdb",
        "the IPFire location database as /usr/share/tor/geoip and geoip6 (data: CC BY-SA 4.0)",
        _file("usr/share/tor/geoip", "usr/share/tor/geoip6"),
    ),
)
PAPERS: Final = Package(
    "mupdf-tools",
    "MuPDF's tool, which turns letters of authorities into pictures, confined (AGPL-3.0, run as it is)",
    _program("mutool"),
)
CHROMIUM: Final = Package("chromium", "Chromium, for the browser tests (BSD)", _program("chromium"))
DEV: Final = (
    Package("redis-server", "Redis, for tests of several processes (BSD)", _program("redis-server")),
    Package(
        "postgresql",
        "PostgreSQL, for tests on it (PostgreSQL licence)",
        lambda: _program("initdb")() or _file("usr/lib/postgresql/*/bin/initdb")(),
    ),
    Package("golang-go", "Go, for the test that another implementation reads our log (BSD)", _program("go")),
    Package(
        "golang-golang-x-mod-dev",
        "Go's own transparency log library, for the same (BSD)",
        _file("usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go"),
    ),
    Package("coturn", "coturn, for tests through TURN (BSD)", _program("turnserver")),
    Package("fonts-noto-core", "fonts for screenshots (OFL)", _file("usr/share/fonts/truetype/noto/*.ttf")),
    Package("fonts-noto-cjk", "fonts for screenshots (OFL)", _file("usr/share/fonts/opentype/noto/*CJK*")),
)


def venv_package() -> Package:
    """Debian's Python cannot make a virtual environment without this; others' can."""
    version = f"python3.{sys.version_info.minor}"
    return Package(
        f"{version}-venv",
        "virtual environments for Python (PSF licence)",
        lambda: PYTHON.exists() or find_spec("ensurepip") is not None,
    )


def ensure(packages: Iterable[Package]) -> None:
    """Install what is missing, with apt, as root or through sudo; nothing else here needs root.

    Raises:
        Failed: not on Debian or Ubuntu, or not allowed to; the text lists what is missing.
    """
    missing = [package for package in packages if not package.present()]
    if not missing:
        return
    prefix = _as_root()
    if not shutil.which("apt-get") or prefix is None:
        raise Failed(_advice(missing), MISSING)
    say("Installing from your distribution (no service is started or enabled):")
    for package in missing:
        say(f"  {package.deb}: {package.what}")
    script = Path(__file__).with_name("apt-install")
    run([*prefix, str(script), *(package.deb for package in missing)])
    if still := [package for package in missing if not package.present()]:
        raise Failed(_advice(still), MISSING)


def _as_root() -> list[str] | None:
    """The words before a command that needs root; None: we cannot become root."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        return ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]
    return None


def _advice(missing: list[Package]) -> str:
    lines = [f"  {package.deb:18} {package.what}" for package in missing]
    names = " ".join(package.deb for package in missing)
    if shutil.which("apt-get"):
        how = f"As root: apt-get install {names}"
    else:
        how = "The names are Debian's; this system has no apt-get, so install their like and run this again."
    return "\n".join(["these are missing:", *lines, how])

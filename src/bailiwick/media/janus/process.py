"""The configuration Janus runs under, and the command that starts it.

Only the VideoRoom plugin and the WebSocket transport, both APIs on loopback behind secrets, static event
loops (more capacity; ejecting is paced for their sake), an unprivileged user where there is one, and no log
line above warnings: from Janus' VERBOSE level (5) on, participants' addresses stand in its log (P9,
tested)."""

import os
import pwd
import resource
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bailiwick.media.janus.secrets import JanusSecrets

WARNINGS = 3
"""Janus' log level. At 4 the machine's own address appears in the log, from 5 on participants' do."""

OPEN_FILES = 65_536

PLUGIN = "libjanus_videoroom.so"
TRANSPORT = "libjanus_websockets.so"
LIBRARY_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu/janus",
    "/usr/lib/aarch64-linux-gnu/janus",
    "/usr/lib/janus",
    "/opt/janus/lib/janus",
)
USERS = ("janus", "nobody")
"""Whom Janus runs as when we are root: the first that exists."""


class JanusNotInstalled(RuntimeError):  # noqa: N818 - a state of the machine, told to the operator
    """There is no ``janus`` on this machine, or not its plugins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JanusSettings:
    """``rtp_ports``: first and last UDP port for media (two a participant). ``public_addresses``:
    advertised instead of the machine's own (1:1 NAT, or a machine that knows only its private address),
    with ``keep_private`` beside them. ``interfaces``: names or address prefixes to use, all if empty.
    ``stun``: host:port, to find the public address. ``event_loops``: threads that forward media; the number
    of cores.

    ``reclaim_seconds``: how long a session outlives its control connection (DESIGN.md: another node claims
    it)."""

    api_port: int
    admin_port: int
    rtp_ports: tuple[int, int]
    secrets: JanusSecrets
    event_loops: int
    public_addresses: tuple[str, ...] = ()
    keep_private: bool = True
    interfaces: tuple[str, ...] = ()
    stun: str | None = None
    ipv6: bool = True
    session_seconds: int = 60
    reclaim_seconds: int = 15
    no_media_seconds: int = 0


Value = str | int | bool | list[str]


def render(settings: JanusSettings, folder: Path) -> None:
    """Write the configuration files into ``folder`` (made if missing), readable by Janus' user only: they
    hold the secrets."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, blocks in _files(settings, folder).items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(_jcfg(blocks), encoding="ascii")
    user = unprivileged_user()
    if user is not None:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user)


def command(folder: Path, *, die_with_parent: bool = True) -> list[str]:
    """The command line for a configuration rendered into ``folder``, which Janus' user must be able to reach.

    ``prlimit`` raises the limit on open files (four a participant) as far as we may, ``setpriv`` drops all
    privileges. ``die_with_parent``: killed when the *thread* that started it ends, so start it from the
    main thread."""
    files = _open_files()
    words = [_executable("prlimit"), f"--nofile={files}:{files}", _executable("setpriv"), "--no-new-privs"]
    if die_with_parent:
        words.append("--pdeathsig=KILL")
    user = unprivileged_user()
    if user is not None:
        group = pwd.getpwnam(user).pw_gid
        words += [f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        words += ["--bounding-set=-all", "--inh-caps=-all"]
    return [*words, "--", _executable("janus"), "-F", str(folder)]


def _open_files() -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)


def unprivileged_user() -> str | None:
    """Whom Janus is to run as: None if we are not root ourselves (then: as we are)."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(user for user in USERS if user in known)


def _files(settings: JanusSettings, folder: Path) -> dict[str, Mapping[str, Mapping[str, Value]]]:
    return {
        "janus.jcfg": _core(settings, folder),
        "janus.plugin.videoroom.jcfg": {
            "general": {"admin_key": settings.secrets.room_creation, "string_ids": True, "events": False}
        },
        "janus.transport.websockets.jcfg": _websockets(settings),
    }


def _core(settings: JanusSettings, folder: Path) -> dict[str, Mapping[str, Value]]:
    library = _library()
    return {
        "general": {
            "configs_folder": str(folder),
            "plugins_folder": str(library / "plugins"),
            "transports_folder": str(library / "transports"),
            "events_folder": str(library / "events"),
            "loggers_folder": str(library / "loggers"),
            "debug_level": WARNINGS,
            "debug_timestamps": True,
            "debug_colors": False,
            "api_secret": settings.secrets.api,
            "admin_secret": settings.secrets.admin,
            "session_timeout": settings.session_seconds,
            "reclaim_session_timeout": settings.reclaim_seconds,
            "event_loops": settings.event_loops,
            "hide_dependencies": True,
            "protected_folders": ["/"],
        },
        "media": _media(settings),
        "nat": _nat(settings),
        "plugins": {"disable": _all_but(library / "plugins", PLUGIN)},
        "transports": {"disable": _all_but(library / "transports", TRANSPORT)},
        "loggers": {"disable": _all_but(library / "loggers", None)},
        "events": {"broadcast": False},
    }


def _media(settings: JanusSettings) -> dict[str, Value]:
    first, last = settings.rtp_ports
    return {
        "ipv6": settings.ipv6,
        "rtp_port_range": f"{first}-{last}",
        "no_media_timer": settings.no_media_seconds,
    }


def _nat(settings: JanusSettings) -> dict[str, Value]:
    nat: dict[str, Value] = {"ice_lite": False, "ice_tcp": False, "full_trickle": False, "ignore_mdns": True}
    if settings.public_addresses:
        nat["nat_1_1_mapping"] = ",".join(settings.public_addresses)
        nat["keep_private_host"] = settings.keep_private
    if settings.interfaces:
        nat["ice_enforce_list"] = ",".join(settings.interfaces)
    if settings.stun is not None:
        host, _, port = settings.stun.rpartition(":")
        nat |= {"stun_server": host, "stun_port": int(port), "ignore_unreachable_ice_server": True}
    return nat


def _websockets(settings: JanusSettings) -> dict[str, Mapping[str, Value]]:
    return {
        "general": {
            "json": "compact",
            "ws": True,
            "ws_ip": "127.0.0.1",
            "ws_port": settings.api_port,
            "wss": False,
            "events": False,
        },
        "admin": {
            "admin_ws": True,
            "admin_ws_ip": "127.0.0.1",
            "admin_ws_port": settings.admin_port,
            "admin_wss": False,
        },
    }


def _jcfg(blocks: Mapping[str, Mapping[str, Value]]) -> str:
    """libconfig text. Strings must be plain: checked, since some come from the operator's settings."""
    lines = []
    for block, values in blocks.items():
        lines.append(f"{block}: {{")
        lines += [f"  {key} = {_literal(value)}" for key, value in values.items()]
        lines.append("}")
    return "\n".join(lines) + "\n"


def _literal(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            if not value.isascii() or not value.isprintable() or '"' in value or "\\" in value:
                raise ValueError("a media setting has a character that its configuration cannot hold")
            return f'"{value}"'
        case list():
            return "[" + ", ".join(_literal(item) for item in value) + "]"


def _all_but(folder: Path, kept: str | None) -> str:
    """Janus loads whatever it finds unless told not to."""
    return ",".join(sorted(file.name for file in folder.glob("*.so") if file.name != kept))


def _library() -> Path:
    for folder in map(Path, LIBRARY_FOLDERS):
        if (folder / "plugins" / PLUGIN).exists():
            return folder
    raise JanusNotInstalled("Janus' VideoRoom plugin is not on this machine: install the package janus")


def _executable(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise JanusNotInstalled(f"{name} is not on this machine: install the package janus")
    return found

"""Every setting there is: its name, its form, its default and what it means. An invalid one stops the start.

A setting `BAILIWICK_X` may be given as `BAILIWICK_X_FILE=path` instead; the file's text is then its value.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

PREFIX: Final = "BAILIWICK_"
MINIMUM_SECRET: Final = 32
FEWEST_PORTS: Final = 100
LARGEST_TEXT: Final = 200_000


class InvalidSetting(Exception):  # noqa: N818 - a state of the configuration, shown as it stands
    """A setting's value cannot be used. The text says what to do; it is shown as it stands."""

    code = "invalid_setting"

    def __init__(self, name: str, advice: str) -> None:
        super().__init__(f"{PREFIX}{name}: {advice}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `parse` turns its text into a value or raises ValueError with advice."""

    name: str
    parse: Callable[[str], Any]
    default: str
    text: str
    secret: bool = False


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text and text.partition(":")[0].lower() not in schemes:
            raise ValueError(f"give a URL that begins with {' or '.join(f'{s}://' for s in schemes)}")
        if not _can_be_read(text):
            raise ValueError(
                "give a URL whose port, if any, is a number up to 65535; / # ? and @ of a password are "
                "written as %2F %23 %3F and %40"
            )
        return text.rstrip("/")

    return parse


def _can_be_read(url: str) -> bool:
    """Whoever uses it finds host and port in it. What stands in it is not repeated: it may be a password."""
    try:
        parts = urlsplit(url)
        return parts.port != 0 and "@" not in parts.path + parts.query + parts.fragment
    except ValueError:
        return False


def _urls(*schemes: str) -> Callable[[str], tuple[str, ...]]:
    parse = _url(*schemes)
    return lambda text: tuple(parse(part.strip()) for part in text.split(",") if part.strip())


def _choice(*values: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(f"give one of {', '.join(filter(None, values))}")
        return text

    return parse


def _integer(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(text)

    return parse


def _networks(text: str) -> str:
    for part in filter(None, (p.strip() for p in text.split(","))):
        try:
            ipaddress.ip_network(part)
        except ValueError:
            raise ValueError("give networks like 10.0.0.0/8, separated by commas") from None
    return text


def _ports(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", text)
    if not match or not 1024 <= int(match[1]) < int(match[2]) <= 65535:
        raise ValueError("give a range like 20000-40000, within 1024-65535")
    if int(match[2]) - int(match[1]) < FEWEST_PORTS:
        raise ValueError(f"give a range of at least {FEWEST_PORTS} ports: every participant needs two")
    return int(match[1]), int(match[2])


def _folder(text: str) -> Path:
    if not text:
        raise ValueError("give a folder, or leave it out")
    return Path(text).expanduser().absolute()


def _existing_file(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise ValueError("there is no such file; create it or leave the setting out")
    return path


def _text_file(text: str) -> Path | None:
    path = _existing_file(text)
    if path is None:
        return None
    try:
        words = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ValueError("the file is not text in UTF-8 that this server can read") from None
    if not words.strip() or len(words.encode()) > LARGEST_TEXT:
        raise ValueError("the file is empty, or longer than 200,000 bytes")
    return path


def _terms_file(text: str) -> Path | None:
    path = _text_file(text)
    if path is not None and not re.search(r"^## \S", path.read_text(encoding="utf-8"), re.MULTILINE):
        raise ValueError("the file has no section: lines that begin with “## ” are their titles")
    return path


def _address(text: str) -> str:
    if text:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise ValueError("give one IP address at which browsers reach this server's media") from None
    return text


def _long_secret(text: str) -> str:
    if text and len(text) < MINIMUM_SECRET:
        raise ValueError(f"give at least {MINIMUM_SECRET} characters, chosen at random, or leave it out")
    return text


def _origin(text: str) -> str:
    if text and not re.fullmatch(r"[a-z0-9.\[\]:-]{1,120}(/[A-Za-z0-9._~-]{1,60}){0,3}", text):
        raise ValueError("give host and path without a scheme, like meet.example.org/log")
    return text


SETTINGS: Final = (
    Setting("DATA", _folder, "var", "Folder of all state: database, keys, location table, static files."),
    Setting(
        "URL",
        _url("http", "https"),
        "http://localhost:8000",
        "Address at which people reach the server: scheme and host, no path.",
    ),
    Setting("SECRET_KEY", _long_secret, "", "Signs sessions; made and kept in DATA when empty.", secret=True),
    Setting(
        "DATABASE_URL",
        _url("postgres", "postgresql"),
        "",
        "PostgreSQL database; SQLite in DATA when empty.",
        secret=True,
    ),
    Setting(
        "REDIS_URL",
        _url("redis", "rediss"),
        "",
        "Redis through which processes reach each other; needed for more than one.",
        secret=True,
    ),
    Setting(
        "TRUSTED_PROXIES",
        _networks,
        "",
        "Networks of your own proxies, separated by commas: what they say about addresses is believed.",
    ),
    Setting(
        "FORWARDING_HEADER",
        _choice("x-forwarded-for", "forwarded"),
        "x-forwarded-for",
        "The one header in which your proxies say it.",
    ),
    Setting(
        "SMTP_URL",
        _url("smtp", "smtps"),
        "",
        "Mail server, like smtp://user:password@mail.example.org:587; mail is printed when empty.",
        secret=True,
    ),
    Setting("MAIL_FROM", str, "bailiwick@localhost", "Sender of mail."),
    Setting(
        "INVITATIONS_A_DAY",
        _integer(0, 100_000),
        "200",
        "How many mails to people they invite one account may send in a day.",
    ),
    Setting(
        "TERMS",
        _terms_file,
        "",
        "File of your own terms of use (plain text), published in the log; Bailiwick's own when empty.",
    ),
    Setting("SIGN_UP", _choice("open", "closed"), "open", "Whether anyone may make an account."),
    Setting(
        "EMAIL_VERIFICATION",
        _choice("", "none", "optional", "mandatory"),
        "",
        "Whether a new account's e-mail address is confirmed by mail: none, optional, or mandatory (before "
        "signing in); when empty, mandatory with a mail server and optional without.",
    ),
    Setting("DEMANDS", _choice("off", "on"), "off", "Whether authorities' demands are taken at all."),
    Setting(
        "DEMANDS_POLICY",
        _text_file,
        "",
        "File of your own policy for demands (plain text), published in the log; Bailiwick's own when empty.",
    ),
    Setting(
        "ORIGINALS_KEY_FILE",
        _existing_file,
        "",
        "File with the keys that demands' letters are encrypted with; made in DATA when empty.",
    ),
    Setting(
        "ORIGINALS_DAYS",
        _integer(1, 3650),
        "180",
        "Days after a demand's refusal, or the end of its last restriction, until its letter is deleted; and"
        " after the decision on an objection until its text is.",
    ),
    Setting(
        "LOG_ORIGIN",
        _origin,
        "",
        "Name of the public log, for ever: host and path, unique in the world; from URL when empty.",
    ),
    Setting(
        "LOG_KEY_FILE", _existing_file, "", "File with the public log's signing key; made in DATA when empty."
    ),
    Setting(
        "LOG_POLICY",
        _existing_file,
        "",
        "File of the public log's witnesses and their quorum (tlog-policy); without witnesses when empty.",
    ),
    Setting(
        "JANUS_URL",
        _urls("ws", "wss"),
        "",
        "WebSocket API of a Janus of your own, or of several, each meeting on one of them; empty: ours.",
    ),
    Setting("JANUS_ADMIN_URL", _urls("ws", "wss"), "", "WebSocket admin API of each, in the same order."),
    Setting(
        "JANUS_SECRET",
        _long_secret,
        "",
        "All secrets shared with Janus derive from it; made and kept in DATA when empty.",
        secret=True,
    ),
    Setting(
        "MEDIA_ADDRESS", _address, "", "Public address for media, where this machine does not know it itself."
    ),
    Setting("RTP_PORTS", _ports, "20000-40000", "UDP ports for media; open them in the firewall."),
    Setting("TURN_URL", _url("turn", "turns"), "", "TURN server for browsers behind strict firewalls."),
    Setting("TURN_SECRET", str, "", "Secret shared with it (coturn: static-auth-secret).", secret=True),
    Setting(
        "GEO_OVERRIDES",
        _existing_file,
        "",
        "File of networks whose location you know better; DATA/geo/overrides.txt when empty.",
    ),
    Setting(
        "GEO_STALE_DAYS", _integer(30, 3650), "400", "Age at which a location source counts as disagreeing."
    ),
    Setting("PROCESSES", _integer(1, 32), "1", "Number of web processes."),
    Setting("LOG_LEVEL", _choice("debug", "info", "warning", "error"), "info", "How much is logged."),
    Setting(
        "LOG_FORMAT",
        _choice("auto", "json", "console"),
        "auto",
        "Form of log lines; auto: for people in a terminal, else JSON.",
    ),
    Setting("LOG_FILES", _choice("off", "on"), "off", "Whether logs are kept in DATA/logs as well."),
)


def _raw(environ: Mapping[str, str], setting: Setting) -> str:
    name = PREFIX + setting.name
    path = environ.get(f"{name}_FILE")
    if path is None:
        return environ.get(name, setting.default)
    if name in environ:
        raise InvalidSetting(setting.name, f"is given twice; remove {name} or {name}_FILE")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        advice = f"the file that {name}_FILE names cannot be read ({error.strerror})"
        raise InvalidSetting(setting.name, advice) from None


def read(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """All settings by name, parsed.

    Raises:
        InvalidSetting: a value cannot be used, or a name that begins with BAILIWICK_ is unknown.
    """
    known = {PREFIX + s.name + suffix for s in SETTINGS for suffix in ("", "_FILE")}
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            raise InvalidSetting(name.removeprefix(PREFIX), "is no setting; see docs/reference/settings.md")
    return {setting.name: _value(environ, setting) for setting in SETTINGS}


def _value(environ: Mapping[str, str], setting: Setting) -> Any:
    try:
        return setting.parse(_raw(environ, setting))
    except ValueError as error:
        raise InvalidSetting(setting.name, str(error)) from None

"""What must hold before a server starts. An error stops the start; every finding says what to do about it.

Each setting's own form is `environ`'s business; here is what only shows when settings are seen together, or
with the machine. The list stands in docs/reference/settings.md.
"""

import ipaddress
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution

from bailiwick.config.listening import is_loopback
from bailiwick.geo.client_address import TrustedNetworks
from bailiwick.geo.errors import ConfigurationError
from bailiwick.geo.layout import Layout
from bailiwick.geo.overrides import Overrides
from bailiwick.ledger.configuration import read_policy
from bailiwick.ledger.errors import LogPolicyUnusable
from bailiwick.orders.papers import pictures, sealing
from bailiwick.orders.papers.errors import PaperError

Settings = Mapping[str, Any]
Check = Callable[[Settings], Iterator[CheckMessage]]

OTHERS: Final = stat.S_IRWXO


def check_all(**_: Any) -> list[CheckMessage]:
    """Django's way in."""
    return [finding for check in CHECKS for finding in check(settings.ENV)]


def public_url(env: Settings) -> Iterator[CheckMessage]:
    parts = urlsplit(env["URL"])
    if not parts.hostname or parts.path or parts.query:
        advice = "BAILIWICK_URL must be scheme and host only, like https://meet.example.org."
        yield Error(advice, id="bailiwick.E001")
    elif parts.scheme == "http" and not is_loopback(parts.hostname):
        yield Caution(
            "Browsers give no camera or microphone to pages without HTTPS. Put a proxy with a certificate in "
            "front (docs/how-to/operate.md) and set BAILIWICK_URL to its https address.",
            id="bailiwick.W001",
        )


def proxies(env: Settings) -> Iterator[CheckMessage]:
    """Who is believed about addresses: too many, and anybody can be anywhere; too few, and nobody is."""
    try:
        TrustedNetworks.from_text(env["TRUSTED_PROXIES"], env["FORWARDING_HEADER"])
    except ConfigurationError as error:
        yield Error(f"BAILIWICK_TRUSTED_PROXIES cannot be used: {error}.", id="bailiwick.E002")
    if env["URL"].startswith("https://") and not env["TRUSTED_PROXIES"]:
        yield Caution(
            "BAILIWICK_URL is https, so a proxy stands before this server, and BAILIWICK_TRUSTED_PROXIES "
            "does not name it: everyone's location will be undetermined.",
            id="bailiwick.W002",
        )


def overrides(env: Settings) -> Iterator[CheckMessage]:
    """One bad line, and none of them can be relied on."""
    path = env["GEO_OVERRIDES"] or Layout(env["DATA"]).overrides
    try:
        Overrides.read(path)
    except ConfigurationError as error:
        yield Error(f"The file of location overrides cannot be used: {error}.", id="bailiwick.E003")


def location_table(env: Settings) -> Iterator[CheckMessage]:
    if not Layout(env["DATA"]).table.exists():
        yield Caution(
            "There is no location table: everyone's location is undetermined, and no country rule can tell "
            "people apart. Run: bailiwick geo build",
            id="bailiwick.W003",
        )


def janus(env: Settings) -> Iterator[CheckMessage]:
    """Whoever reaches Janus' API has passed the gate by, so it must not be on a public network."""
    if len(env["JANUS_URL"]) != len(env["JANUS_ADMIN_URL"]):
        yield Error(
            "Give BAILIWICK_JANUS_URL and BAILIWICK_JANUS_ADMIN_URL, or neither; for several Janus both name "
            "as many, in the same order.",
            id="bailiwick.E004",
        )
    for name in ("JANUS_URL", "JANUS_ADMIN_URL"):
        if len(set(env[name])) != len(env[name]):
            yield Error(f"BAILIWICK_{name} names one Janus twice: give each once.", id="bailiwick.E004")
        if any(map(_is_public, env[name])):
            yield Error(
                f"BAILIWICK_{name} has a public address without TLS. Janus' API must be on loopback or a "
                "private network: it lets in whoever reaches it.",
                id="bailiwick.E005",
            )


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "ws" and ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:
        return False  # a name: the operator's own, in a network we know nothing of


def turn(env: Settings) -> Iterator[CheckMessage]:
    if bool(env["TURN_URL"]) != bool(env["TURN_SECRET"]):
        yield Error("Give BAILIWICK_TURN_URL and BAILIWICK_TURN_SECRET, or neither.", id="bailiwick.E006")


def database(env: Settings) -> Iterator[CheckMessage]:
    if env["DATABASE_URL"] and not urlsplit(env["DATABASE_URL"]).path.strip("/"):
        yield Error("BAILIWICK_DATABASE_URL names no database after the host.", id="bailiwick.E007")


def mail(env: Settings) -> Iterator[CheckMessage]:
    if not re.fullmatch(r"[^<>@\s]+@[^<>@\s]+|[^<>]*<[^<>@\s]+@[^<>@\s]+>", env["MAIL_FROM"]):
        yield Error("BAILIWICK_MAIL_FROM is no e-mail address.", id="bailiwick.E008")
    if env["URL"].startswith("https://") and not env["SMTP_URL"]:
        yield Caution(
            "No mail is sent: it is printed instead. Set BAILIWICK_SMTP_URL.",
            id="bailiwick.W004",
        )


def public_log(env: Settings) -> Iterator[CheckMessage]:
    """Whoever takes demands shows outsiders everything first, and outsiders must be able to prove it (P3)."""
    try:
        policy = read_policy(env["LOG_POLICY"])
    except LogPolicyUnusable as error:
        yield Error(f"BAILIWICK_LOG_POLICY cannot be used: {error}", id="bailiwick.E010")
        return
    known = [witness.name for witness in policy.witnesses if witness.key.verifiable]
    if not policy.quorum_met(known):
        yield Error(
            "BAILIWICK_LOG_POLICY asks for a quorum that its Ed25519 witnesses can never be.",
            id="bailiwick.E011",
        )
    if env["DEMANDS"] == "on" and policy.quorum_met([]):
        yield Error(
            "A server that takes demands needs a quorum of at least one outside witness: name it in the file "
            "of BAILIWICK_LOG_POLICY (docs/how-to/public-log.md).",
            id="bailiwick.E012",
        )
    if policy.quorum_splits():
        yield Caution(
            "BAILIWICK_LOG_POLICY has two quorums without a common witness. They could see different logs, so"
            " after a start nothing goes on before both have answered. Ask for more than half of them "
            "(docs/how-to/public-log.md).",
            id="bailiwick.W008",
        )


def letters(env: Settings) -> Iterator[CheckMessage]:
    """What demands' letters are encrypted with, and made readable by; only where demands are taken."""
    if env["DEMANDS"] != "on":
        return
    path = env["ORIGINALS_KEY_FILE"] or env["DATA"] / "keys" / "originals"
    if path.exists():
        try:
            sealing.read(path)
        except PaperError as error:
            yield Error(
                f"The keys of demands' letters in {path} cannot be used ({error.code}). It has a key a line,"
                f" 32 bytes in base64, and must be its owner's alone: chmod 600 {path}",
                id="bailiwick.E013",
            )
    if why := pictures.refused():
        yield Caution(
            f"Letters can be taken in as text only: {why}. To install it: apt-get install mupdf-tools",
            id="bailiwick.W007",
        )


def processes(env: Settings) -> Iterator[CheckMessage]:
    if env["PROCESSES"] > 1 and not env["REDIS_URL"]:
        yield Error(
            "Several web processes need BAILIWICK_REDIS_URL: what somebody writes in the chat would not "
            "reach those connected to another, and no rule could be tried out.",
            id="bailiwick.E014",
        )


def data_folder(env: Settings) -> Iterator[CheckMessage]:
    folder: Path = env["DATA"]
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Error(f"The data folder {folder} cannot be written to by this user.", id="bailiwick.E009")
    elif (folder / "keys").exists() and (folder / "keys").stat().st_mode & OTHERS:
        yield Caution(
            f"Everyone on this machine can look into {folder / 'keys'}. Run: chmod -R o= {folder}",
            id="bailiwick.W006",
        )


CHECKS: Final[tuple[Check, ...]] = (
    public_url,
    proxies,
    overrides,
    location_table,
    janus,
    turn,
    database,
    mail,
    public_log,
    letters,
    processes,
    data_folder,
)

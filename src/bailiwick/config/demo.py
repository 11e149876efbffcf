"""`bailiwick serve --demo`: a meeting full of synthetic people, and somebody to sign in as.

The server then believes whatever address a program of this machine claims, so it is for loopback only.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from bailiwick.config.kept import Program, dying_with_parent
from bailiwick.config.listening import is_loopback

LOOPBACK: Final = "127.0.0.0/8, ::1/128"
PEOPLE: Final = {"HK": 2, "CN": 2, "DE": 2, "BR": 2, "KE": 1, "US": 1}
VIDEO: Final = 4
"""How many of them send a picture: what a small machine encodes and forwards with ease."""
PAUSES: Final = (0.0, 5.0, 10.0, 20.0)
"""Seconds before the swarm comes again when all of it had to go."""


class NoDemo(Exception):  # noqa: N818 - told to the operator as it stands
    """A demo cannot be given like this; the text says why."""

    code = "no_demo"


def check(host: str, environ: Mapping[str, str]) -> None:
    """Raises NoDemo unless only programs of this machine can reach it."""
    url = environ.get("BAILIWICK_URL", "")
    if not is_loopback(host) or (url and not is_loopback(urlsplit(url).hostname or "")):
        raise NoDemo("--demo believes any address it is told: it listens on this machine's loopback only")


def settings(environ: Mapping[str, str]) -> dict[str, str]:
    """What a demo sets, beside what the operator has set."""
    given = environ.get("BAILIWICK_TRUSTED_PROXIES", "")
    return {"BAILIWICK_TRUSTED_PROXIES": ", ".join(filter(None, [given, LOOPBACK]))}


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample data: one account, hosting one meeting."""

    email: str
    password: str
    path: str

    def greeting(self, url: str) -> str:
        return (
            f"The demonstration's meeting: {url}{self.path}\n"
            f"Sign in first as {self.email} with the password {self.password}: then you are its host.\n"
            "Open its country rule, deny one of the countries you see, and watch who stays."
        )

    def swarm(self, url: str) -> Program:
        """Its synthetic participants, to be kept there."""
        people = [word for code, count in PEOPLE.items() for word in ("--from", f"{code}:{count}")]
        words = [sys.executable, "-m", "bailiwick.config", "swarm", f"{url}{self.path}", *people]
        options = ["--video", str(VIDEO), "--sound", "0", "--subscribe", "1", "--ask-again", "15"]
        argv = dying_with_parent([*words, *options, "--json", os.devnull])
        return Program("demo", argv, dict(os.environ), pauses=PAUSES, stop_seconds=3)


def prepare() -> Sample:
    """Make the sample data, in a process that can load Django. NoDemo: it could not be made."""
    words = [sys.executable, "-m", "bailiwick.config.sampledata"]
    made = subprocess.run(words, check=False, stdout=subprocess.PIPE, text=True)
    if made.returncode:
        raise NoDemo("the sample data could not be made; see above")
    return Sample(**json.loads(made.stdout))

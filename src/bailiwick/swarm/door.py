"""Asking at the door: `POST /m/<slug>/join`, and what it answers.

HTTP by the standard library, in a thread: one request a participant. The address a participant is to be seen
with goes into X-Forwarded-For, which a server believes from a trusted proxy only. It is never printed.
"""

import asyncio
import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

TIMEOUT_SECONDS: Final = 15.0
MAXIMUM_ANSWER: Final = 262_144


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meeting is: parts of its URL."""

    secure: bool
    host: str
    path: str

    @property
    def origin(self) -> str:
        return f"http{'s' * self.secure}://{self.host}"

    def socket(self, path: str) -> str:
        return f"ws{'s' * self.secure}://{self.host}{path}"


@dataclass(frozen=True, slots=True)
class Granted:
    """Admitted, or to the waiting room: the grant for the socket at `socket`."""

    grant: str
    socket: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not admitted: the problem's stable code, the HTTP status, and after how many seconds to try again."""

    status: int
    code: str
    setter: str | None = None
    retry_after: float | None = None


class UnreachableError(OSError):
    """The server did not answer. The text holds no address."""


def place(url: str) -> Place:
    """A meeting's URL (`http://host/m/slug`, a fragment is left out).

    Raises:
        ValueError: it is no such URL.
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if parts.scheme not in {"http", "https"} or not parts.netloc or not path.startswith("/m/"):
        raise ValueError("give a meeting's URL, like http://localhost:8000/m/abc-defg-hij")
    return Place(parts.scheme == "https", parts.netloc, path)


async def ask(where: Place, name: str, headers: dict[str, str]) -> Granted | Refusal:
    """Ask to join once. Raises UnreachableError."""
    return await asyncio.to_thread(_ask, where, name, headers)


def _ask(where: Place, name: str, headers: dict[str, str]) -> Granted | Refusal:
    connection = (HTTPSConnection if where.secure else HTTPConnection)(where.host, timeout=TIMEOUT_SECONDS)
    body = json.dumps({"name": name, "invitation": None})
    sent = {"Content-Type": "application/json", "Origin": where.origin, **headers}
    try:
        connection.request("POST", f"{where.path}/join", body, sent)
        answer = connection.getresponse()
        return _read(answer, _object(answer.read(MAXIMUM_ANSWER)))
    except (OSError, HTTPException) as error:
        raise UnreachableError(type(error).__name__) from None
    finally:
        connection.close()


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; an empty one if it is none (a proxy's error page)."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _read(answer: HTTPResponse, body: dict[str, Any]) -> Granted | Refusal:
    if answer.status == 200 and "grant" in body:
        return Granted(str(body["grant"]), str(body.get("socket", "/ws")))
    code = str(body.get("code", f"http_{answer.status}"))
    setter = body.get("setter")
    return Refusal(answer.status, code, setter and str(setter), _seconds(answer.getheader("Retry-After")))


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isascii() and header.isdigit() else None

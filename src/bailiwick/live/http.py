"""As much HTTP as plain ASGI routes need: bounded bodies, cookies, JSON, problem documents."""

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from django.http.cookie import parse_cookie

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[str, str]]


PAGE_HEADERS: Final = (
    (
        "content-security-policy",
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
)
"""As Django's pages have them (web.headers): a page of the door's is no exception."""


class TooLarge(Exception):  # noqa: N818
    """The body is larger than the route allows."""


class Disconnected(Exception):  # noqa: N818
    """The client went away before its request was complete."""


async def body(receive: Receive, limit: int) -> bytes:
    """The whole request body, at most `limit` bytes. Raises TooLarge, Disconnected."""
    whole = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part: bytes = message.get("body", b"")
        whole += part
        if len(whole) > limit:
            raise TooLarge
        if not message.get("more_body", False):
            return whole


def header(scope: Scope, name: bytes) -> str:
    """The first header of that (lower-case) name; empty if there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def cookies(scope: Scope) -> dict[str, str]:
    """The request's cookies, read as Django's pages read them: an odd one among them hides no other. Whoever
    is signed in there, or removed for good, is the same person here."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie"]
    return dict(parse_cookie("; ".join(lines)))


def wants_html(scope: Scope) -> bool:
    """Whether the client would rather read a page than JSON."""
    accept = header(scope, b"accept")
    page, data = accept.find("text/html"), accept.find("json")
    return page >= 0 and (data < 0 or page < data)


async def respond(send: Send, status: int, content: bytes, content_type: str, headers: Headers = ()) -> None:
    """Send a whole response. Never cached: what the door says is for one person at one moment."""
    if content_type.startswith("text/html"):
        headers = (*headers, *PAGE_HEADERS)
    lines = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"private, no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        *((name.encode(), value.encode("latin-1")) for name, value in headers),
    ]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": content})


async def respond_json(send: Send, status: int, content: dict[str, Any], headers: Headers = ()) -> None:
    """Send an object as application/json."""
    await respond(send, status, json.dumps(content).encode(), "application/json", headers)

"""What somebody sends to Django's pages, held in memory until it is whole, and never more than so much.

Django's own handler puts what is larger than a limit on the disk, in the clear, whatever the address and
whoever sends it. A demand's letter must not be there, and nobody should be able to fill the disk.
"""

import asyncio
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from html import escape
from typing import Any, Final

from bailiwick.live import http
from bailiwick.live.app import App
from bailiwick.orders.papers.limits import LARGEST_REQUEST

LARGEST_FORM: Final = 1024 * 1024
UPLOADS: Final = ("/desk/demands/",)
AT_ONCE: Final = 8
"""Uploads held at a time; 88 MB. Who comes later is asked to try again."""
SECONDS: Final = 120.0
"""For all of a body to arrive: 100 kB a second at least."""


class Bodies:
    """An ASGI application that hands requests on with their whole body, or answers 413, 408 or 503."""

    def __init__(self, inner: App) -> None:
        self._inner = inner
        self._uploads = 0

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        is_upload = scope["method"] == "POST" and scope["path"].startswith(UPLOADS)
        with self._place(is_upload=is_upload) as free:
            if not free:
                await _refuse(
                    scope, send, 503, "unavailable", "Too many files arrive at this moment. Try again soon."
                )
                return
            await self._hold(LARGEST_REQUEST if is_upload else LARGEST_FORM, scope, receive, send)

    @contextmanager
    def _place(self, *, is_upload: bool) -> Iterator[bool]:
        """Whether there is room for one more; forms are small and always have it."""
        if not is_upload:
            yield True
            return
        self._uploads += 1
        try:
            yield self._uploads <= AT_ONCE
        finally:
            self._uploads -= 1

    async def _hold(self, most: int, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                body = await _whole(receive, most)
        except TimeoutError:
            await _refuse(scope, send, 408, "bad_request", "It took too long to arrive.")
            return
        except _TooLarge:
            await _refuse(scope, send, 413, "too_large", "It is larger than this server takes.")
            return
        if body is not None:
            await self._inner(scope, _Again(body, receive), send)


class _TooLarge(Exception):  # noqa: N818 - what the body is
    """More than is held."""


async def _whole(receive: http.Receive, most: int) -> bytes | None:
    """The body; None if whoever sent it is gone. _TooLarge, once all of it was sent: a browser that is cut
    off shows no answer."""
    held, size = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > most:
            held.clear()
        else:
            held += part
        if not message.get("more_body", False):
            break
    if size > most:
        raise _TooLarge
    return bytes(held)


class _Again:
    """`receive` for the inner application: the whole body once, then what comes after it."""

    def __init__(self, body: bytes, receive: http.Receive) -> None:
        self._message: MutableMapping[str, Any] | None = {
            "type": "http.request",
            "body": body,
            "more_body": False,
        }
        self._receive = receive

    async def __call__(self) -> MutableMapping[str, Any]:
        message, self._message = self._message, None
        return await self._receive() if message is None else message


async def _refuse(scope: http.Scope, send: http.Send, status: int, code: str, text: str) -> None:
    """A plain problem (RFC 9457), or a page for whoever would rather read one."""
    if http.wants_html(scope):
        page = f'<!doctype html><html lang="en"><title>{escape(text)}</title><h1>{escape(text)}</h1>'
        await http.respond(send, status, page.encode(), "text/html; charset=utf-8")
        return
    body = {"type": f"/problems/{code}", "title": text, "status": status, "code": code}
    await http.respond_json(send, status, body)

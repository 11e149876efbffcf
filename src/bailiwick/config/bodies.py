"""What somebody sends to Django's pages, held in memory until it is whole, and never more than so much.

Django's own handler puts what is larger than a limit on the disk, in the clear, whatever the address and
whoever sends it. A demand's letter must not be there, and nobody should be able to fill the disk.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from html import escape
from typing import Any, Final

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.db import DatabaseError, connections

from bailiwick.accounts.queries import is_staff
from bailiwick.accounts.sessions import signed_in
from bailiwick.live import http
from bailiwick.live.app import App
from bailiwick.orders.papers.limits import LARGEST_REQUEST

LARGEST_FORM: Final = 1024 * 1024
UPLOADS: Final = ("/desk/demands/",)
SMALL: Final = 64 * 1024
MOST_HELD: Final = 64 * 1024 * 1024
"""Of forms larger than small ones, all together. A thousand that arrive slowly would else take all memory."""
AT_ONCE: Final = 8
"""Uploads held at a time; 88 MB. Who comes later is asked to try again."""
SECONDS: Final = 120.0
"""For all of a body to arrive: 100 kB a second at least."""
_TRY_AGAIN: Final = "Too much arrives at this moment. Try again soon."
_NOT_NOW: Final = "The server cannot look up who you are just now. Try again soon."


class Bodies:
    """An ASGI application that hands requests on with their whole body, or answers 413, 408 or 503.

    `may_upload`: whether whoever has this session key may send files. Nobody else's are waited for: a few
    slow strangers would else keep every letter out.
    """

    def __init__(self, inner: App, may_upload: Callable[[str | None], Awaitable[bool]]) -> None:
        self._inner = inner
        self._may_upload = may_upload
        self._uploads = 0
        self._forms = _Room(MOST_HELD)
        self._letters = _Room(AT_ONCE * LARGEST_REQUEST)

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        try:
            is_upload = await self._is_upload(scope)
        except DatabaseError:
            await _refuse(scope, send, 503, "unavailable", _NOT_NOW)
            return
        with self._place(is_upload=is_upload) as free:
            if not free:
                await _refuse(scope, send, 503, "unavailable", _TRY_AGAIN)
                return
            most, room = (LARGEST_REQUEST, self._letters) if is_upload else (LARGEST_FORM, self._forms)
            with _Body(most, room) as body:
                await self._hold(body, scope, receive, send)

    async def _is_upload(self, scope: http.Scope) -> bool:
        if scope["method"] != "POST" or not scope["path"].startswith(UPLOADS):
            return False
        return await self._may_upload(http.cookies(scope).get(settings.SESSION_COOKIE_NAME))

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

    async def _hold(self, body: "_Body", scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                whole = await body.whole(receive)
        except TimeoutError:
            await _refuse(scope, send, 408, "bad_request", "It took too long to arrive.")
            return
        except _TooLarge:
            await _refuse(scope, send, 413, "too_large", "It is larger than this server takes.")
            return
        except _Busy:
            await _refuse(scope, send, 503, "unavailable", _TRY_AGAIN)
            return
        if whole is not None:
            await self._inner(scope, _Again(whole, receive), send)


async def staff_alone(session_key: str | None) -> bool:
    """Whether it is a session of somebody at the desk. What they may do there, the desk looks at."""
    if not session_key:
        return False
    async with ThreadSensitiveContext():
        return await sync_to_async(_asked)(session_key)


def _asked(session_key: str) -> bool:
    try:
        return is_of_staff(session_key)
    finally:
        connections.close_all()  # this thread is the question's own, and Django ends no request in it


def is_of_staff(session_key: str) -> bool:
    """Whether the session belongs to somebody who holds a role."""
    account = signed_in(session_key)
    return account is not None and is_staff(account.id)


class _TooLarge(Exception):  # noqa: N818 - what the body is
    """More than is held."""


class _Busy(Exception):  # noqa: N818 - what the server is
    """Too much is held already."""


class _Room:
    """Bytes that may be held at the same time, by all requests together."""

    def __init__(self, most: int) -> None:
        self.left = most


class _Body:
    """One request's body, at most `most` bytes of it; a context in which what it takes of the room is its."""

    def __init__(self, most: int, room: _Room) -> None:
        self._most = most
        self._room = room
        self._taken = 0

    def __enter__(self) -> "_Body":
        return self

    def __exit__(self, *_error: object) -> None:
        self._room.left += self._taken

    async def whole(self, receive: http.Receive) -> bytes | None:
        """All of it; None if whoever sent it is gone. _TooLarge, _Busy, once all of it was sent: a browser
        that is cut off shows no answer."""
        held, size, refused = bytearray(), 0, False
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part: bytes = message.get("body", b"")
            size += len(part)
            refused = refused or size > self._most or not self._fits(size)
            if refused:
                held.clear()
            else:
                held += part
            if not message.get("more_body", False):
                break
        if refused:
            raise _TooLarge if size > self._most else _Busy
        return bytes(held)

    def _fits(self, size: int) -> bool:
        """Whether there is room for as much; for what is small there always is."""
        more = max(0, size - SMALL) - self._taken
        if more > self._room.left:
            return False
        self._taken += max(0, more)
        self._room.left -= max(0, more)
        return True


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

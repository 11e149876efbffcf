"""A log on a server, read over HTTP/1.1 by several threads, each with a connection that stays open.

The server may be hostile: sizes, times and tries are bounded, it is never followed anywhere else, and what it
sends is judged by those who asked. Proxies are not used.
"""

import http.client
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from bailiwick.monitor.errors import BadAnswer, StandsStill, TooLarge, Unreachable, WrongUsage
from bailiwick.monitor.source import limit_of
from bailiwick.tlog.errors import NotStored

TIMEOUT: Final = 30.0
"""Seconds for the server to go on at all."""
DEADLINE: Final = 180.0
"""Seconds for one file, however it drips."""
WAITS: Final = (0.0, 0.5, 2.0, 5.0)
"""Seconds before each further try. The first is at once: a connection kept open may have been closed."""
LONGEST_WAIT: Final = 30.0
ERROR_PAGE: Final = 2**20
"""Bytes of a page that says no; read only to keep the connection."""
HEADERS: Final = {"User-Agent": "bailiwick-log", "Accept-Encoding": "identity", "Accept": "*/*"}


class _Passing(Exception):  # noqa: N818 - a state of the network, never leaves this module
    """May go better when tried again, after so many seconds if the server said so."""

    def __init__(self, text: str, after: float | None = None) -> None:
        super().__init__(text)
        self.after = after


class HttpSource:
    """A log below a URL."""

    depth = 8  # as many bundles of common size are a megabyte or two

    def __init__(self, url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise WrongUsage("a log's address is https://, a host and a path, nothing behind it")
        if parts.username is not None:
            raise WrongUsage("a log is public: its address has no user and no password")
        self._host, self._prefix = parts.hostname, parts.path.rstrip("/")
        self._secure, self._port = parts.scheme == "https", parts.port
        self._sleep = sleep
        self._mine = threading.local()
        self._open: set[http.client.HTTPConnection] = set()
        self._closed = False

    def fetch(self, path: str) -> bytes:
        """The file's bytes; NotStored, StandsStill, Unreachable, BadAnswer, TooLarge."""
        waits = iter(WAITS)
        while True:
            try:
                return self._once(path)
            except _Passing as error:
                wait = next(waits, None)
                if wait is None or self._closed:
                    raise Unreachable(f"{path} could not be fetched: {error}") from error
                self._sleep(min(error.after or wait, LONGEST_WAIT))

    def close(self) -> None:
        """End all connections. No thread may be fetching any more: see `abandon`."""
        self._closed = True
        for connection in self._open:
            connection.close()

    def abandon(self) -> None:
        """From any thread: whoever waits on a connection gets Unreachable at once."""
        self._closed = True
        for connection in list(self._open):
            _cut_off(connection)

    def _once(self, path: str) -> bytes:
        """One try. Whatever goes wrong, the connection is not used again: it may be in mid-answer."""
        if self._closed:
            raise Unreachable("the source is closed")
        connection = self._connection()
        try:
            with _deadline(connection):
                connection.request("GET", f"{self._prefix}/{path}", headers=HEADERS)
                with connection.getresponse() as response:
                    data = _read(response, path)
            _check(response, data, path)
        except NotStored:
            raise
        except BaseException:
            connection.close()
            raise
        return data

    def _connection(self) -> http.client.HTTPConnection:
        """This thread's connection; it opens itself again after a `close`."""
        found: http.client.HTTPConnection | None = getattr(self._mine, "connection", None)
        if found is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            found = self._mine.connection = kind(self._host, self._port, timeout=TIMEOUT)
            self._open.add(found)
        return found


@contextmanager
def _deadline(connection: http.client.HTTPConnection) -> Iterator[None]:
    """Cut the connection off after DEADLINE, whatever it is doing; errors of the network become _Passing."""
    timer = threading.Timer(DEADLINE, _cut_off, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"the server's certificate is not valid: {error.verify_message}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Passing(_reason(error)) from error
    finally:
        timer.cancel()


def _cut_off(connection: http.client.HTTPConnection) -> None:
    """From any thread: reading from it ends at once."""
    with suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)


def _read(response: http.client.HTTPResponse, path: str) -> bytes:
    """The whole body, of whatever status; TooLarge, _Passing where it breaks off."""
    limit = limit_of(path) if response.status == HTTPStatus.OK else ERROR_PAGE
    expected = response.length
    data = response.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(f"the server sends more than {limit:,} bytes for {path}")
    if expected is not None and len(data) != expected:
        raise _Passing("the answer broke off")
    return data


def _check(response: http.client.HTTPResponse, data: bytes, path: str) -> None:
    """Pass for 200; NotStored for 404 and 410; else StandsStill, _Passing or BadAnswer."""
    status = response.status
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise NotStored(f"{path} is not there")
    if status == HTTPStatus.SERVICE_UNAVAILABLE and (reason := _reason_told(data)):
        raise StandsStill(
            f"the server says that its log does not go on ({reason}): ask whoever runs it, and keep what you "
            "have of the log"
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        after = response.headers.get("Retry-After", "")
        raise _Passing(f"the server answers {status}", float(after) if after.isdecimal() else None)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise BadAnswer("the server points elsewhere; give the address that it points to")
    if status != HTTPStatus.OK or response.headers.get("Content-Encoding", "identity") != "identity":
        raise BadAnswer(f"the server answers {status} for {path}, not the file as it is")


def _reason_told(data: bytes) -> str:
    """Why a Bailiwick's log does not go on, by its own problem (RFC 9457); empty where it says nothing of
    that, or what may pass."""
    try:
        told = json.loads(data)
        reason = told["reason"] if told["code"] == "log_unavailable" else ""
        return reason if re.fullmatch(r"log_[a-z_]{1,40}", reason, re.ASCII) else ""
    except (ValueError, RecursionError, LookupError, TypeError):
        return ""


def _reason(error: Exception) -> str:
    """What happened, without the address: the user gave it, and reports are passed on."""
    if isinstance(error, TimeoutError):
        return f"nothing came for {TIMEOUT:.0f} seconds"
    return getattr(error, "strerror", None) or type(error).__name__

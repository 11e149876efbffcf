"""A web server on loopback for a log's folder, as any static one would serve it; and hostile ones."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Files(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # headers and body in one packet: otherwise each answer waits for an acknowledgement

    def __init__(self, *args: Any, asked: Callable[[], None], **options: Any) -> None:
        self._asked = asked
        super().__init__(*args, **options)

    def do_GET(self) -> None:
        self._asked()
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nobody wants to know."""


@contextmanager
def serving(folder: Path, asked: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Serve the files below a folder; the URL. `asked`: called at every request, before it is answered."""
    with _running(partial(_Files, directory=str(folder), asked=asked)) as url:
        yield url


Answer = Callable[[BaseHTTPRequestHandler], None]
"""Writes a whole answer to a request, by whatever means."""


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Answer every GET by a function; the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Nobody wants to know."""

    with _running(Handler) as url:
        yield url


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what these tests are about."""


@contextmanager
def _running(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

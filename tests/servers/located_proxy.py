"""A forward proxy on loopback that says where its users are: one proxy, one address.

A browser context that uses it reaches the product as somebody whose trusted reverse proxy saw that address.
(Playwright's extra headers do not reach a WebSocket's handshake; a proxy's do, since Chromium asks it for a
tunnel and the first request within is ours to read.)
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Final
from urllib.parse import urlsplit

HEAD_END: Final = b"\r\n\r\n"
LONGEST_HEAD: Final = 65_536
HOP_HEADERS: Final = (b"x-forwarded-for:", b"proxy-connection:", b"connection:", b"keep-alive:")


class LocatedProxy(ThreadingTCPServer):
    """`url` is for Playwright's `proxy={"server": url}`. `address` may be changed while it runs: new
    connections come from there (somebody's network changes)."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.address = address
        self._open: set[socket.socket] = set()
        self._broken = False
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def keep(self, connection: socket.socket) -> None:
        """Until it is cut. Raises ConnectionError while the network is broken."""
        with self._lock:
            if self._broken:
                raise ConnectionError("the network is broken")
            self._open.add(connection)

    def cut(self) -> None:
        """Break every connection that goes through here."""
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def broken(self) -> Iterator[None]:
        """A network that fails, until the block ends: whoever was connected is not, and cannot be again."""
        with self._lock:
            self._broken = True
        self.cut()
        try:
            yield
        finally:
            with self._lock:
                self._broken = False


class _Connection(BaseRequestHandler):
    server: LocatedProxy

    def handle(self) -> None:
        client: socket.socket = self.request
        with suppress(OSError):
            head, rest = _read_head(client)
            if head.startswith(b"CONNECT "):
                host, _, port = head.split(b" ")[1].decode("ascii").rpartition(":")
                client.sendall(b"HTTP/1.1 200 Connection established" + HEAD_END)
                if not client.recv(1, socket.MSG_PEEK).isalpha():  # TURN over TCP, not a request
                    self._relay(client, (host, int(port)), b"")
                    return
                head, rest = _read_head(client)
            else:
                head, host, port = _origin_form(head)
            self._relay(client, (host, int(port)), _from(self.server.address, head) + rest)

    def _relay(self, client: socket.socket, target: tuple[str, int], first: bytes) -> None:
        self.server.keep(client)
        with socket.create_connection(target) as upstream:
            upstream.sendall(first)
            back = threading.Thread(target=_pump, args=(upstream, client), daemon=True)
            back.start()
            _pump(client, upstream)
            back.join()


def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    """A request's head with its last empty line, and what came with it of the body."""
    data = b""
    while HEAD_END not in data:
        more = client.recv(LONGEST_HEAD)
        if not more or len(data) > LONGEST_HEAD:
            raise ConnectionError("no request")
        data += more
    head, _, rest = data.partition(HEAD_END)
    return head + HEAD_END, rest


def _origin_form(head: bytes) -> tuple[bytes, str, str]:
    """`GET http://host:port/path` becomes `GET /path`."""
    method, target, remainder = head.split(b" ", 2)
    url = urlsplit(target.decode("ascii"))
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return b" ".join((method, path.encode("ascii"), remainder)), url.hostname or "", str(url.port or 80)


def _from(address: str, head: bytes) -> bytes:
    """The head with our header, and (unless it upgrades) good for one request only."""
    lines = head.removesuffix(HEAD_END).split(b"\r\n")
    upgrades = any(line.lower().startswith(b"upgrade:") for line in lines)
    kept = [line for line in lines if not line.lower().startswith(HOP_HEADERS)]
    kept.append(b"X-Forwarded-For: " + address.encode("ascii"))
    kept.append(b"Connection: " + (b"Upgrade" if upgrades else b"close"))
    return b"\r\n".join(kept) + HEAD_END


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Until either side ends."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def located_proxy(address: str) -> Iterator[LocatedProxy]:
    with LocatedProxy(address) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.cut()
            proxy.shutdown()
            thread.join()

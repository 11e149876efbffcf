"""The socket that all web processes share, and whether a meeting could be joined through it."""

import asyncio
import errno
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final

BACKLOG: Final = 2048
ANSWER_SECONDS: Final = 2.0
EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - the operator's choice


class CannotListen(Exception):  # noqa: N818 - told to the operator as it stands
    """The host or port given cannot be listened on; the text says what to do."""

    code = "cannot_listen"


@dataclass(frozen=True, slots=True)
class Listening:
    """A bound socket."""

    socket: socket.socket
    host: str
    port: int

    async def healthy(self) -> bool:
        """Whether GET /healthz answers 200 within two seconds."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._status() == b"200"
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return False

    async def _status(self) -> bytes:
        reader, writer = await asyncio.open_connection(EVERYWHERE.get(self.host, self.host), self.port)
        try:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            line = await reader.readuntil(b"\r\n")
            return line.split(b" ")[1]
        finally:
            writer.close()


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> Listening:
    """Bind, so that a port that is taken is told before anything is started.

    Raises:
        CannotListen: the port is taken or forbidden, or the host is no address of this machine.
    """
    host = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # "::" takes IPv4 as well, where that is the only socket
        dual = host == "::" and socket.has_dualstack_ipv6()
        made = socket.create_server((host, port), family=family, backlog=BACKLOG, dualstack_ipv6=dual)
    except OSError as error:
        raise CannotListen(_advice(host, port, error)) from None
    made.setblocking(False)
    return Listening(made, host, made.getsockname()[1])


def _advice(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by another program; choose one with --port"
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights; choose one above 1023 and put a proxy in front"
    return f"this machine cannot listen on {host}: {error.strerror}"

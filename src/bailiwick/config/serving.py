"""One web process: `python -m bailiwick.config.serving --socket FD`, started by `supervise`.

It serves on a listening socket that its parent holds, so a connection made while it restarts waits in the
socket's queue, and several of these share one port.
"""

import argparse
import resource
import socket
import sys
from collections.abc import Sequence
from typing import Final

import uvicorn

from bailiwick.config import environ, logging
from bailiwick.live.protocol import MAXIMUM_BYTES

FILES: Final = 65_536
APPLICATION: Final = "bailiwick.config.asgi:application"
DRAIN_SECONDS: Final = 10
"""How long a request may go on after the signal to end. WebSockets are closed at once with 1012: their
clients resume, here after the restart or on another node."""
SWITCH_SECONDS: Final = 0.0005
"""How long a thread may keep the interpreter from the others. By default 5 ms: an eject passes from thread
to thread half a dozen times, and a page being rendered would hold it up each time."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bailiwick web process", description=__doc__)
    parser.add_argument("--socket", type=int, required=True, metavar="FD")
    listening = socket.socket(fileno=parser.parse_args(arguments).socket)
    settings = environ.read()
    # Again by Django's settings; until those are read, uvicorn must not print either.
    logging.configure({"level": settings["LOG_LEVEL"], "format": settings["LOG_FORMAT"]})
    sys.setswitchinterval(SWITCH_SECONDS)
    allow_connections()
    uvicorn.Server(configuration()).run([listening])


def allow_connections() -> None:
    """As many open files as the machine lets this process have: each connection is one, and shells give
    1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def configuration() -> uvicorn.Config:
    """uvicorn believes X-Forwarded-For from loopback and prints addresses unless told not to."""
    return uvicorn.Config(
        APPLICATION,
        lifespan="on",
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
        ws="websockets-sansio",
        # Twice what the protocol allows: a message too long is told so by the protocol, a huge one cut off.
        ws_max_size=2 * MAXIMUM_BYTES,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


if __name__ == "__main__":
    main()

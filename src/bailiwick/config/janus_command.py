"""`bailiwick janus DIR`: the configuration of a Janus that is not started by `serve`.

For a media server apart from the web processes. Its APIs listen on loopback, whatever the machine: bring them
to the web processes by a tunnel (WireGuard, ssh -L), never by opening them.
"""

from __future__ import annotations

import shlex
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    Subparsers = _SubParsersAction[ArgumentParser]


def register(subparsers: Subparsers) -> None:
    """Add `janus`."""
    parser = subparsers.add_parser(
        "janus",
        help="write the configuration of a Janus of your own",
        description="Write the configuration of a Janus that runs apart from `bailiwick serve`; print the "
        "command that starts it and the settings that lead to it. BAILIWICK_JANUS_SECRET must be the same "
        "here and there; RTP_PORTS and MEDIA_ADDRESS are read here.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write it; made if missing")
    parser.add_argument("--api-port", type=int, default=8188, help="port on loopback (default: %(default)s)")
    parser.add_argument(
        "--admin-port", type=int, default=7188, help="port on loopback (default: %(default)s)"
    )
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    from bailiwick.config import environ, mediaserver
    from bailiwick.media.janus.process import command, render

    place = mediaserver.Place(options.api_port, options.admin_port)
    folder = options.folder.absolute()
    render(mediaserver.janus_settings(environ.read(), place), folder)
    print(shlex.join(command(folder, die_with_parent=False)))
    for name, value in place.environ.items():
        print(f"{name}={value}")
    return 0

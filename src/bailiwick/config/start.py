"""Starting a server: settings, data folder and port are seen to first, then everything is started."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from bailiwick.config import datalock, demo, environ, logging
from bailiwick.config.datalock import AlreadyServed
from bailiwick.config.demo import NoDemo
from bailiwick.config.listening import CannotListen, Listening, is_loopback, listen
from bailiwick.config.output import Output
from bailiwick.config.supervise import Supervisor
from bailiwick.media.janus.process import JanusNotInstalled

FAILED: Final = 1


def start(host: str, port: int, *, with_demo: bool) -> int:
    """Serve until told to stop; the exit code. What stands in the way is told in one sentence."""
    os.umask(0o077)
    try:
        if with_demo:
            demo.check(host, os.environ)
        listening = listen(host, port)
        with listening.socket:
            os.environ.update(_environ(listening.port, with_demo=with_demo))
            settings = environ.read()
            if reproach := unreachable(host, settings["URL"]):
                print(f"bailiwick serve: {reproach}", file=sys.stderr)
            settings["DATA"].mkdir(mode=0o700, parents=True, exist_ok=True)
            with datalock.held(settings["DATA"]):
                return _serve(settings, listening, with_demo=with_demo)
    except (AlreadyServed, CannotListen, JanusNotInstalled, NoDemo) as error:
        print(f"bailiwick serve: {error}", file=sys.stderr)
        return FAILED


def unreachable(host: str, url: str) -> str:
    """What to say where others can reach the port, and would all be answered with 400: the server answers to
    the host of its own address only, or whoever sends another could put it into our mails."""
    if is_loopback(host) or not is_loopback(urlsplit(url).hostname or ""):
        return ""
    return (
        f"it listens on {host}, but as {url}: from anywhere else everybody gets 400. Set BAILIWICK_URL to the"
        " address at which people reach this server."
    )


def _environ(port: int, *, with_demo: bool) -> dict[str, str]:
    """What the command line says, as settings for us and for the processes we start."""
    url = os.environ.get("BAILIWICK_URL") or f"http://localhost:{port}"
    return {"BAILIWICK_URL": url} | (demo.settings(os.environ) if with_demo else {})


def _serve(settings: Mapping[str, Any], listening: Listening, *, with_demo: bool) -> int:
    output = _output(settings)
    # In a process of its own: Django's memory need not be ours for the years to come.
    if code := subprocess.run([sys.executable, "-m", "bailiwick.config", "migrate"], check=False).returncode:
        return code
    greeting, later = f"Bailiwick is ready: {settings['URL']}", []
    if with_demo:
        sample = demo.prepare()
        greeting += f"\n{sample.greeting(settings['URL'])}"
        later = [sample.swarm(settings["URL"])]
    return asyncio.run(Supervisor(settings, listening, output, later=later).run(greeting))


def _output(settings: Mapping[str, Any]) -> Output:
    style = logging.chosen_style(settings["LOG_FORMAT"])
    # The children's stderr is a pipe to us: they cannot see whether a person looks on.
    os.environ["BAILIWICK_LOG_FORMAT"] = style
    logging.configure({"level": settings["LOG_LEVEL"], "format": style})
    if settings["LOG_FILES"] == "off":
        return Output(None, style)
    output = Output(settings["DATA"] / "logs", style)
    logging.also_to(output.file("supervisor"))
    return output

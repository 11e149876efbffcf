"""`bailiwick log witness` as a process, as another organisation would run it."""

import http.client
import re
import subprocess
import sys
from pathlib import Path

from bailiwick.tlog.keys import VerifierKey, parse_vkey
from tests.servers.process import outside_environment

READY = re.compile(r"The witness is ready: (http://127\.0\.0\.1:(\d+))")


class RunningWitness:
    """`port` 0: it did not start; `log` says why."""

    def __init__(self, data: Path, *words: str) -> None:
        self.log = data.with_name("witness.log")
        arguments = ["--data", str(data), "log", "witness", "--port", "0", *words]
        with self.log.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bailiwick.config", *arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=outside_environment(),
            )
        self.said, self.url, self.port = "", "", 0
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if found := READY.match(line):
                self.url, self.port = found[1], int(found[2])
                break

    @property
    def key(self) -> VerifierKey:
        found = re.search(r"^verifier key: (.+)$", self.said, re.MULTILINE)
        assert found is not None
        return parse_vkey(found[1])

    def ask(self, method: str, path: str, data: bytes | None = None) -> tuple[int, str, bytes]:
        """Status, content type, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, data)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read()
        finally:
            connection.close()

    def add(self, data: bytes) -> tuple[int, str, bytes]:
        return self.ask("POST", "/add-checkpoint", data)

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def end(self) -> int:
        """Wait for its end; the exit code."""
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

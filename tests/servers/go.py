"""The program in tests/monitor/interop, compiled by the Go that Debian has, without any network."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[1] / "monitor" / "interop" / "main.go"
PACKAGES = Path("/usr/share/gocode")
"""Where Debian's golang-golang-x-mod-dev lies."""


def interop(folder: Path) -> Path:
    """The compiled program, in a folder; the test is skipped where Go cannot be had."""
    if shutil.which("go") is None or not (PACKAGES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip(
            "Go is not installed: apt-get install golang-go golang-golang-x-mod-dev, or bin/setup --dev"
        )
    program = folder / "interop"
    if not program.exists():
        settings = {"GOPATH": str(PACKAGES), "GO111MODULE": "off", "GOCACHE": str(folder / "cache")}
        environment = {**os.environ, **settings, "GOFLAGS": "", "GOPROXY": "off", "CGO_ENABLED": "0"}
        subprocess.run(["go", "build", "-o", program, str(SOURCE)], check=True, env=environment)
    return program


def read_by_go(program: Path, url: str, vkey: str, mode: str = "all") -> dict[str, Any]:
    """What Go found in a log; CalledProcessError if it does not verify."""
    found = subprocess.run(
        [program, url, vkey, mode], capture_output=True, text=True, check=True, timeout=120
    )
    read: dict[str, Any] = json.loads(found.stdout)
    return read

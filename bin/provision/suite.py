"""bin/test: every layer of tests, the quick ones first."""

import argparse
import os
import time
from collections.abc import Callable, Sequence

from provision import check, setup
from provision.places import CLIENT, PYTHON, ROOT
from provision.running import environment, exit_code, without_settings

# What starts servers or opens sockets; every folder of tests/ not named here is in the unit layer.
SERVERS = ("contracts", "functional", "browser")
# Needs no server either, but waits for what happens within a second, or tries every role, death and flipped
# byte on real rows: too slow to run constantly.
GATE = ("gate", "live", "ledger", "monitor", "orders", "accounts", "desk", "register", "machine")
NO_TESTS = ("doubles", "factories", "servers")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/test",
        description="Check the code and run all tests on this machine. Without an option: everything.",
    )
    for name, layer in LAYERS.items():
        parser.add_argument(f"--{name}", dest="layers", action="append_const", const=name, help=layer.__doc__)
    chosen = parser.parse_args(arguments).layers or list(LAYERS)
    setup.install(dev=True)
    return run([name for name in LAYERS if name in chosen])


def run(names: Sequence[str]) -> int:
    """One layer after the other, all of them even if one fails; a plain last line says how it went."""
    started = time.monotonic()
    failed = [name for name in names if not _passes(name)]
    seconds = time.monotonic() - started
    verdict = f"FAILED: {', '.join(failed)}" if failed else "all passed"
    print(f"bin/test: {verdict} ({', '.join(names)}) in {seconds:.0f} s", flush=True)
    return 1 if failed else 0


def _passes(name: str) -> bool:
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    passed = LAYERS[name]() == 0
    print(f"== {name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
    return passed


def _pytest(*words: str) -> int:
    variables = without_settings(environment()) | {"PYTHONUNBUFFERED": "1"}
    return exit_code([PYTHON, "-m", "pytest", "-q", "--no-header", *words], env=variables)


def _checks() -> int:
    """format, lint, types, architecture (bin/check)"""
    return check.run()


def _unit() -> int:
    """what needs no server: no socket is opened"""
    folders = [path for path in sorted((ROOT / "tests").iterdir()) if path.is_dir()]
    names = [path.name for path in folders if path.name not in {*SERVERS, *GATE, *NO_TESTS, "__pycache__"}]
    return _pytest("-n", str(os.cpu_count() or 1), *(f"tests/{name}" for name in names))


def _gate() -> int:
    """the gate on the media server's double; the log, demands, desk and register on real rows"""
    return _pytest("-n", str(os.cpu_count() or 1), *(f"tests/{name}" for name in GATE))


def _client() -> int:
    """the browser client's own tests (vitest)"""
    return exit_code(["npm", "run", "--silent", "test"], cwd=CLIENT, env=environment({"CI": "true"}))


def _contracts() -> int:
    """one suite on the real thing and on its test double"""
    return _pytest("-n", str(os.cpu_count() or 1), "tests/contracts", "tests/servers")


def _functional() -> int:
    """whole servers with Janus, PostgreSQL and Redis"""
    return _pytest("-n", str(os.cpu_count() or 1), "--dist", "loadfile", "tests/functional")


def _browser() -> int:
    """real meetings in Chromium"""
    return _pytest("tests/browser")


LAYERS: dict[str, Callable[[], int]] = {
    "check": _checks,
    "unit": _unit,
    "client": _client,
    "gate": _gate,
    "contracts": _contracts,
    "functional": _functional,
    "browser": _browser,
}

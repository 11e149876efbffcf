"""The library stands alone: the standard library and `cryptography`, no clock, no randomness, no logging."""

import ast
import sys
from pathlib import Path

import pytest

from bailiwick import tlog

MODULES = sorted(Path(next(iter(tlog.__path__))).glob("*.py"))
KEPT_OUT = {
    "asyncio",
    "datetime",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "time",
    "urllib",
}


def imported(module: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(str(node.module))
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_of_the_log_library_imports_nothing_that_acts(module: Path) -> None:
    outside = {name.split(".")[0] for name in imported(module) if not name.startswith("bailiwick.tlog")}
    assert outside <= (sys.stdlib_module_names - KEPT_OUT) | {"cryptography"}


SPECIFICATIONS = (
    "RFC 6962",
    "RFC 9162",
    "RFC 4648",
    "RFC 8032",
    "c2sp.org/",
    "tlog-",
    "signed-note",
    "sumdb/note",
)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_of_formats_cites_its_specification(module: Path) -> None:
    if module.stem not in {"__init__", "errors"}:
        assert any(word in module.read_text("utf-8") for word in SPECIFICATIONS)

"""The monitor is usable alone, and its errors are listed."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bailiwick import monitor
from bailiwick.monitor import errors
from bailiwick.monitor.errors import MonitorError

FOLDER = Path(next(iter(monitor.__path__)))
ERRORS = (Path(__file__).parents[2] / "docs" / "reference" / "errors.md").read_text("utf-8")


def test_every_error_is_listed_with_its_exit_code() -> None:
    section = ERRORS.partition("## Checking the public log")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+`) \| (\d) \|", section, re.MULTILINE)
    listed = {(code, int(number)) for codes, number in rows for code in re.findall(r"`([a-z_]+)`", codes)}
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, MonitorError)
    ]
    assert listed == {(kind.code, kind.exit_code) for kind in kinds if kind is not MonitorError}


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_module_imports_the_log_and_signing_libraries_and_nothing_else_of_ours(module: Path) -> None:
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    ours = {name for name in found if name.startswith("bailiwick")}
    assert all(name.startswith(("bailiwick.monitor", "bailiwick.tlog", "bailiwick.signing")) for name in ours)
    others = {name.partition(".")[0] for name in found - ours} - sys.stdlib_module_names
    assert others <= {"cryptography", "structlog", "uvicorn"}


def test_verifying_loads_no_django() -> None:
    script = "import sys, bailiwick.monitor.verify_command as _; print('django' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"

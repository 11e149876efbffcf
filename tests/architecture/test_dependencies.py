"""What import-linter checks is said of every package: one that a contract forgets may do as it likes."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    each["name"]: each
    for each in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
}
PACKAGES = {
    f"bailiwick.{folder.name}"
    for folder in (ROOT / "src" / "bailiwick").iterdir()
    if (folder / "__init__.py").exists()
}


@pytest.mark.parametrize(
    ("name", "side", "apart"),
    [
        ("Only the composition root knows Janus", "source_modules", {"media", "config"}),
        ("maxminddb only where sources are read", "source_modules", {"geo"}),
        ("The swarm uses the public interface only", "forbidden_modules", {"swarm"}),
        ("Nothing but the command line uses the monitor", "source_modules", {"monitor", "config"}),
    ],
)
def test_a_contract_leaves_no_package_out(name: str, side: str, apart: set[str]) -> None:
    assert set(CONTRACTS[name][side]) == PACKAGES - {f"bailiwick.{package}" for package in apart}

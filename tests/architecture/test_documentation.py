"""Documentation as a contract: what the reference lists is what there is, no less and no more."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bailiwick.config import checks, cli, environ

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_setting_is_listed_with_its_default_and_meaning() -> None:
    rows = [line for line in text("reference/settings.md").splitlines() if line.startswith("| `BAILIWICK_")]
    expected = []
    for setting in environ.SETTINGS:
        default = f"`{setting.default}` " if setting.default else ""
        expected.append(f"| `BAILIWICK_{setting.name}` | {default}| {setting.text} |")
    assert rows == expected


def test_every_finding_of_the_start_checks_is_listed() -> None:
    source = Path(checks.__file__).read_text(encoding="utf-8")
    made = set(re.findall(r'id="bailiwick\.([EW]\d{3})"', source))
    assert set(re.findall(r"^\| ([EW]\d{3}) \|", text("reference/settings.md"), re.MULTILINE)) == made


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """All commands that do something."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield parser
    for group in groups:
        for child in group.choices.values():
            yield from leaves(child)


COMMANDS = {parser.prog: parser for parser in leaves(cli.parser())}


def sections() -> dict[str, str]:
    parts = re.split(r"^### (.+)$", text("reference/commands.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_is_listed() -> None:
    listed = {name for name in sections() if name.startswith("bailiwick")}
    assert listed == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_a_command_is_described(name: str) -> None:
    options = {word for action in COMMANDS[name]._actions for word in action.option_strings}
    described = set(re.findall(r"`?(--[a-z][a-z0-9-]*)", sections()[name]))
    assert options - {"-h", "--help"} <= described
    assert described <= options | {"--data", "--demo"}


def test_every_script_in_bin_is_listed() -> None:
    scripts = {f"bin/{path.name}" for path in (ROOT / "bin").iterdir() if path.is_file()}
    assert {name for name in sections() if name.startswith("bin/")} == scripts


def test_every_decision_is_in_the_index() -> None:
    index = text("decisions/README.md")
    records = {path.name for path in (DOCS / "decisions").glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([a-z0-9-]+\.md)\)", index)) == records


def pages() -> list[Path]:
    return [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "deploy").rglob("*.md")]


@pytest.mark.parametrize("page", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"

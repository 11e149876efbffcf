"""Documentation as a contract: what the reference lists is what there is, no less and no more."""

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bailiwick.config import checks, cli, environ
from bailiwick.media.port import Fault
from bailiwick.notices.texts import ALARMS
from bailiwick.web.problems import PROBLEMS

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


def error_sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text("reference/errors.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def first_column(section: str) -> set[str]:
    rows = re.findall(r"^\| (`[^|]+`) \|", error_sections()[section], flags=re.MULTILINE)
    return {code for row in rows for code in re.findall(r"`([a-z_]+)`", row)}


def raised(*endings: str) -> set[str]:
    """Codes given as the first argument to exceptions whose names end so."""
    found = set()
    for path in (ROOT / "src" / "bailiwick").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in endings:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_every_problem_is_listed_with_its_status_and_title() -> None:
    rows = re.findall(
        r"^\| `([a-z_]+)` \| (\d+) \| (.+) \|$", error_sections()["Answers of the server"], re.MULTILINE
    )
    assert rows == [(found.code, str(found.status), str(found.title)) for found in PROBLEMS.values()]


def test_every_problem_told_at_the_door_or_inside_has_a_page() -> None:
    assert raised("Problem") <= set(PROBLEMS)


def test_every_alarm_is_listed() -> None:
    assert first_column("Alarms") == set(ALARMS)


def test_every_error_of_the_socket_is_listed() -> None:
    assert first_column("In the WebSocket") == raised("ProtocolError")


def test_every_fault_of_the_media_server_is_listed() -> None:
    assert first_column("The media server") == {fault.value for fault in Fault}


def test_every_error_of_location_is_listed() -> None:
    kinds = ("GeoError", "AddressError", "ConfigurationError", "SourceError", "TableError", "SanityError")
    listed = first_column("Location (`bailiwick geo`, `bailiwick locate`)")
    assert listed == raised(*kinds, "OverrideError")


def test_every_reason_not_to_start_is_listed() -> None:
    modules = (ROOT / "src" / "bailiwick" / "config").glob("*.py")
    codes = {
        code for path in modules for code in re.findall(r'^    code = "([a-z_]+)"', path.read_text(), re.M)
    }
    assert first_column("Starting") == codes

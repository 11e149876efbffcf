"""What STYLE asks of the code, where a machine can see it."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "bailiwick"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
CLIENT = sorted((ROOT / "client" / "src").rglob("*.ts")) + sorted((ROOT / "client" / "src").rglob("*.tsx"))
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "service",
    "services",
    "core",
    "misc",
}
LONGEST_FILE = 400
LONG_FOR_A_REASON = {
    "src/bailiwick/live/protocol.py": "every message of the protocol, one model each",
    "client/src/protocol/messages.ts": "generated from it",
    "src/bailiwick/ledger/entries.py": "every type of the log's entries, one model each",
}
PRIVATE = {"address", "ip", "email", "name", "display_name", "location", "votes", "country", "slug", "token"}
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_grows_past_what_one_reads_in_one_go() -> None:
    lines = {name(path): len(path.read_text().splitlines()) for path in [*MODULES, *CLIENT]}
    assert {path for path, count in lines.items() if count > LONGEST_FILE} <= set(LONG_FOR_A_REASON)


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [
        name(path) for path in MODULES if path.stem in EMPTY_NAMES or path.parent.name in EMPTY_NAMES
    ] == []


TREES = {name(path): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


def test_functions_are_short() -> None:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    found = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, kinds)]
    lengths = [(node.end_lineno or node.lineno) - node.lineno + 1 for node in found]
    assert statistics.median(lengths) <= 9
    assert statistics.quantiles(lengths, n=10)[-1] < 35


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a log method, with the place it stands at."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"log", "logger"}
                and node.func.attr in LOG_METHODS
            ):
                yield f"{path}:{node.lineno}", node


def test_p9_every_log_line_has_a_static_event_name_and_identifiers_by_name() -> None:
    for where, call in log_calls():
        assert len(call.args) == 1, where
        first = call.args[0]
        assert isinstance(first, ast.Constant), where
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", str(first.value)), where


def test_p9_no_log_line_is_given_what_is_private() -> None:
    for where, call in log_calls():
        assert not {keyword.arg for keyword in call.keywords} & PRIVATE, where


def test_nobody_logs_around_structlog() -> None:
    for path, tree in TREES.items():
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
        names = {alias.name for node in imports for alias in node.names}
        # config is where logging is set up
        assert "logging" not in names or path.startswith("src/bailiwick/config/"), path


def test_nothing_is_left_for_later() -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError|@ts-ignore")
    found = [name(path) for path in [*MODULES, *CLIENT] if left.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_every_promise_this_release_can_break_has_tests_that_carry_its_number() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for number in (1, 2, 7, 8, 9, 10):
        assert f"def test_p{number}_" in tests, f"P{number}"

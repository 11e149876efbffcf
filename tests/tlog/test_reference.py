"""The reference page lists the errors there are, no more and no fewer, and its example runs."""

import re
from pathlib import Path
from typing import Final

import pytest

from bailiwick.tlog import errors
from bailiwick.tlog.errors import LogMismatch, TlogError
from tests.tlog.test_proof_files import ENTRIES, FILE, POLICY

PAGE: Final = (Path(__file__).parents[2] / "docs" / "reference" / "tlog.md").read_text("utf-8")


def test_the_page_lists_every_error_of_the_tree() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TlogError)]
    listed = re.findall(r"^\| `([a-z_]+)` \| `([A-Za-z]+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted((kind.code, kind.__name__) for kind in kinds if kind is not TlogError)


def test_the_example_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, data in {"policy": POLICY.encode(), "entry.tlog-proof": FILE, "entry": ENTRIES[5]}.items():
        Path(name).write_bytes(data)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "example", "exec"), {})  # noqa: S102 - the page's own example
    assert capsys.readouterr().out == "7 {'w': 1800000000}\n"


def test_a_mismatch_says_where() -> None:
    error = LogMismatch("tile/0/000", "other hashes")
    assert (error.path, str(error), error.code) == ("tile/0/000", "tile/0/000: other hashes", "log_mismatch")

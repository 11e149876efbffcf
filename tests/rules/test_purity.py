"""The rules are pure: data types of the standard library only, no clock, nothing that can change."""

import ast
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from bailiwick import rules
from bailiwick.rules.access import AccessRule
from bailiwick.rules.decision import (
    Admitted,
    Block,
    Full,
    Lobby,
    Locked,
    MeetingTerms,
    Refused,
    Standing,
    Withheld,
)
from bailiwick.rules.location import Location, Vote
from bailiwick.rules.restriction import Restriction

from .cases import NOW, at, block, denying, meeting, restriction

MODULES = sorted(Path(next(iter(rules.__path__))).glob("*.py"))
MAY_IMPORT = {"collections", "dataclasses", "datetime", "enum", "typing"}
READS_THE_CLOCK = {"now", "utcnow", "today", "fromtimestamp"}


def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


def imported(module: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(str(node.module))
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_of_the_rules_imports_data_types_and_other_rules_only(module: Path) -> None:
    outside = {name for name in imported(module) if not name.startswith("bailiwick.rules")}
    assert {name.split(".")[0] for name in outside} <= MAY_IMPORT <= sys.stdlib_module_names


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_no_module_of_the_rules_reads_the_clock(module: Path) -> None:
    called = {node.attr for node in ast.walk(tree(module)) if isinstance(node, ast.Attribute)}
    assert not called & READS_THE_CLOCK


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (Vote("mm", None), "code"),
        (at("CN"), "unanimous"),
        (denying("CN"), "territories"),
        (restriction("CN"), "expires_at"),
        (block(), "expires_at"),
        (meeting(), "restrictions"),
        (Standing(), "inside"),
        (Admitted(at("CN"), None), "valid_until"),
        (Full(at("CN"), NOW), "valid_until"),
        (Locked(at("CN"), None), "location"),
        (Withheld(at("CN"), None, ()), "restrictions"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_values_cannot_be_changed(value: object, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(value, field, None)


@pytest.mark.parametrize(
    "kind",
    [
        AccessRule,
        Admitted,
        Block,
        Full,
        Lobby,
        Location,
        Locked,
        MeetingTerms,
        Refused,
        Restriction,
        Standing,
        Vote,
        Withheld,
    ],
)
def test_values_have_no_room_for_anything_else(kind: type) -> None:
    assert kind.__dictoffset__ == 0

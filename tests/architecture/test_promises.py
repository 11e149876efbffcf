"""Every promise and every row of "which way each thing fails" has tests named after it; what the code's
structure alone promises is held here."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "bailiwick"
NAMES = [
    name
    for path in sorted((ROOT / "tests").rglob("test_*.py"))
    for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
]
ROWS = {
    "location table missing, stale, corrupt, or not the active one": "location_table_missing_stale_corrupt",
    "... access rules at the door as chosen; nobody inside is ejected": "location_table_lost_ejects_nobody",
    "proof missing or invalid, log or witness unreachable": "proof_missing_or_invalid",
    "bad or unresolvable proxy chain": "unresolvable_proxy_chain",
    "database down": "database_down_those_inside_stay",
    "Redis down": "redis_down_the_one_second_poll_carries_on",
    "Janus down": "janus_down_everybody_is_decided_again",
    "Janus hung": "a_media_server_that_hangs_is_replaced",
    "ejecting fails": "ejecting_fails_the_sweep_finishes",
    "a backup is restored": "a_backup_is_restored_lifted_restrictions_do_not_come_back",
    "ejecting is cut short by a crash at any step": "a_node_killed_at_this_step_of_an_eject",
}


@pytest.mark.parametrize("number", range(1, 12))
def test_every_promise_has_a_test_named_after_it(number: int) -> None:
    assert any(re.search(rf"_p{number}_", name) for name in NAMES)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_which_way_each_thing_fails_has_a_test(row: str) -> None:
    assert any(ROWS[row] in name for name in NAMES)


def _users_of(name: str) -> set[str]:
    """Modules that name it, other than in a definition."""
    users = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = (isinstance(node, ast.Name) and node.id == name) or (
                isinstance(node, ast.Attribute) and node.attr == name
            )
            if named or (isinstance(node, ast.ImportFrom) and any(a.name == name for a in node.names)):
                users.add(path.relative_to(SOURCE).as_posix())
    return users


def test_p2_only_the_hosts_own_act_can_end_a_meeting() -> None:
    assert _users_of("by_host") == {"gate/acts.py"}
    assert _users_of("HostAct") == {"meetings/host_act.py"}
    assert _users_of("end_meeting") == {"gate/acts.py"}


def test_p2_nothing_else_writes_when_a_meeting_ended() -> None:
    """A write is a keyword argument of an update or an assignment; reopening clears it."""
    writers = set()
    for path in SOURCE.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "ended_at":
                clears = isinstance(node.value, ast.Constant) and node.value.value is None
                writers |= set() if clears else {path.relative_to(SOURCE).as_posix()}
    of_authorities = {"orders/actions/recovered.py"}  # which end, too, and know no meetings
    meetings = {"meetings/host_act.py", "meetings/presences.py", "meetings/models/people.py"}
    assert writers <= meetings | of_authorities
    assert not of_authorities & _users_of("Meeting")


def test_p9_no_model_has_a_field_for_an_address_or_a_place() -> None:
    words = re.compile(r"address|(^|_)ip($|_)|country|location|place|latitude|user_agent")
    fields = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("bailiwick.")
        for field in model._meta.concrete_fields
        if words.search(field.name)
    ]
    assert fields == []

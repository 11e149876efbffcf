"""For every test: time limits and profiles of hypothesis, no waiting for the disk; for the unit layer: no
socket is ever opened."""

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate
from hypothesis import HealthCheck, settings

SERVER_LAYERS: Final = {"contracts", "functional", "browser", "servers"}
SOCKET_EVENTS: Final = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"}

pytest_plugins = ["tests.servers.fixtures"] if find_spec("tests.servers.fixtures") else []

# Times of examples say more about the machine's other work than about the code.
settings.register_profile(
    "bailiwick", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("bailiwick")


@pytest.fixture(autouse=True, scope="session")
def _nothing_has_to_reach_the_disk() -> Iterator[None]:
    """What is written outlives killed processes without it, and this machine is not switched off: of several
    thousand tests, each with a log of its own, a third of the time went into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_permissions_are_made() -> None:
    """Roles are ours. Django made its permissions anew after each test that commits, which took longer than
    most of these tests."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


class SocketOpened(Exception):  # noqa: N818 - a state of the world
    """A test of the unit layer reached for the network. It belongs in tests/functional, or wants a
    double."""


class _Sockets:
    """Whether sockets are forbidden now. An audit hook cannot be taken away again, so it asks here."""

    forbidden = False

    @classmethod
    def hook(cls, event: str, _arguments: tuple[Any, ...]) -> None:
        if cls.forbidden and event in SOCKET_EVENTS:
            raise SocketOpened(event)


sys.addaudithook(_Sockets.hook)


@pytest.fixture(autouse=True)
def _no_socket(request: pytest.FixtureRequest) -> Iterator[None]:
    """Unnamed pairs (an event loop's own) pass; connecting, binding and resolving names do not."""
    layer = request.path.relative_to(Path(__file__).parent).parts[0]
    _Sockets.forbidden = layer not in SERVER_LAYERS
    yield
    _Sockets.forbidden = False


@pytest.fixture(autouse=True)
def _log_can_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit empty the tables afterwards, and the log's refuse that: triggers are armed while such
    a test runs, and taken away for the clearing up."""
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    if not commits:
        yield
        return
    from bailiwick.accounts.triggers import RULES
    from bailiwick.ledger import triggers

    request.getfixturevalue("transactional_db")
    _execute(triggers.create(connection.vendor))
    _execute(triggers.create(connection.vendor, RULES))
    yield
    _execute(triggers.drop(connection.vendor))
    _execute(triggers.drop(connection.vendor, RULES))


def _execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

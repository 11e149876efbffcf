"""`bailiwick serve --demo`: a newcomer finds a full room, and a way in as its host."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.factories.geo import PLACES
from tests.servers.product import Product, product

pytestmark = pytest.mark.janus

SAMPLE = {**PLACES, "177.0.0.0/16": "BR", "105.160.0.0/16": "KE"}


@pytest.fixture(scope="module")
def server() -> Iterator[Product]:
    with product("--demo", places=SAMPLE) as running:
        yield running


def told(server: Product, pattern: str) -> str:
    """What the demo says about itself on standard output."""
    found = re.search(pattern, server.log.read_text(encoding="utf-8"))
    assert found, "the demo did not say so"
    return found[1]


def presences(server: Product) -> int:
    with closing(sqlite3.connect(server.data / "bailiwick.sqlite3")) as connection:
        (count,) = connection.execute(
            "select count(*) from meetings_presence where state = 'active'"
        ).fetchone()
        return int(count)


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def test_ten_people_from_six_countries_are_in_the_room(server: Product) -> None:
    wait_for(lambda: presences(server) == 10)


def test_its_host_denies_a_country_and_those_from_there_go_and_come_back(server: Product) -> None:
    slug = told(server, r"demonstration's meeting: \S+/m/([a-z-]+)")
    host = server.host(told(server, r"Sign in first as (\S+) with"))
    wait_for(lambda: presences(server) == 10)
    assert host.set_rule(slug, "deny", "CN").status in {200, 204}
    wait_for(lambda: presences(server) == 8)
    assert host.clear_rule(slug).status in {200, 204}
    wait_for(lambda: presences(server) == 10)

"""`bailiwick swarm`: what may be asked for, and that no address is told to anybody but the server."""

import random
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

import pytest

from bailiwick.config import swarm_command
from bailiwick.geo.address import parse_address
from tests.factories.geo import small_table

URL = "http://localhost:8000/m/abc"


def parser() -> ArgumentParser:
    made = ArgumentParser()
    made.add_argument("--data", type=Path)
    swarm_command.register(made.add_subparsers())
    return made


@pytest.mark.parametrize(
    ("text", "word", "count"), [("HK:3", "HK", 3), ("HK", "HK", 1), ("undetermined:2", "undetermined", 2)]
)
def test_an_origin_is_a_place_and_a_number(text: str, word: str, count: int) -> None:
    made = swarm_command.origin(text)
    assert (made.word, made.count) == (word, count)


@pytest.mark.parametrize("text", ["hk:3", "HK:0", "HK:-1", "ZZ:1", "UK:1", "HK:1000", "HK:3:4", ""])
def test_other_origins_are_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        swarm_command.origin(text)


@pytest.mark.parametrize("url", ["http://localhost:8000/m/a", "http://127.0.0.1:1/m/a", "http://[::1]:1/m/a"])
def test_a_swarm_joins_meetings_on_this_machine(url: str) -> None:
    assert swarm_command.local_url(url) == url


@pytest.mark.parametrize("url", ["https://example.org/m/a", "http://10.0.0.1/m/a", "localhost", ""])
def test_a_swarm_joins_no_other_server(url: str) -> None:
    with pytest.raises(ArgumentTypeError):
        swarm_command.local_url(url)


def test_subscriptions_are_all_none_or_a_number() -> None:
    assert [swarm_command.subscriptions(text) for text in ("all", "none", "7")] == [None, 0, 7]
    with pytest.raises(ArgumentTypeError):
        swarm_command.subscriptions("some")


def test_everybody_is_located_where_they_were_asked_for(tmp_path: Path) -> None:
    table = small_table(tmp_path / "geo" / "table.bwt")
    asked = parser().parse_args(["swarm", URL, "--from", "HK:2", "--from", "CN:2", "--from", "undetermined"])
    people = swarm_command._people(asked, table)
    located = [table.locate(parse_address(person.headers["X-Forwarded-For"])).unanimous for person in people]
    assert [person.origin for person in people] == ["HK", "CN", "undetermined", "HK", "CN"]
    assert located == ["HK", "CN", None, "HK", "CN"]
    assert people[0].name == "Hong Kong 1"


def test_the_same_seed_draws_the_same_addresses(tmp_path: Path) -> None:
    table = small_table(tmp_path / "geo" / "table.bwt")
    asked = parser().parse_args(["swarm", URL, "--from", "HK:5", "--seed", str(random.randrange(10**6))])
    assert swarm_command._people(asked, table) == swarm_command._people(asked, table)


def test_without_a_location_table_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = parser().parse_args(["--data", str(tmp_path), "swarm", URL, "--from", "HK:5"])
    assert asked.run(asked) == 1
    assert "table_missing" in capsys.readouterr().err

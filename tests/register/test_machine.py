"""What programs get: everything in force, its description, and feeds."""

import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client

from bailiwick.ledger.models import Outbox
from bailiwick.orders.receipts import verifier
from bailiwick.register import feeds
from bailiwick.register.machine import InForce, description
from bailiwick.register.titles import title
from bailiwick.register.words import FAULTS
from bailiwick.signing.errors import SENTENCES
from tests.ledger.kit import NOW, ORIGIN
from tests.ledger.samples import SAMPLES
from tests.register.kit import MINISTRY, Story, at, get, name

SITE = settings.PUBLIC_URL
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def told(story: Story) -> Story:
    story.tell(type="demands.switched", at=at(NOW), on=True)
    story.authority(MINISTRY, "CN", "ministry", "Ministry of Network Affairs")
    story.demand(1)
    story.restrict(10, 1)
    story.restrict(11, 1, begins=NOW + timedelta(days=40))
    story.restrict(12, 1, begins=NOW - timedelta(days=40))
    story.publish()
    return story


def test_everything_in_force_is_listed_and_nothing_that_is_not(told: Story) -> None:
    answer = get("/register/in-force.json")
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    found = InForce.model_validate_json(answer.content)
    assert (found.origin, found.size, found.demands_taken) == (ORIGIN, 6, True)
    assert {each.restriction: each.standing for each in found.restrictions} == {
        name(10): "in_force", name(11): "to_come",
    }  # fmt: skip
    by_name = {each.restriction: each for each in found.restrictions}
    assert by_name[name(10)].authority.name == "Ministry of Network Affairs"
    assert by_name[name(10)].territories == ["CN"]
    assert by_name[name(10)].index == 3
    assert found.receipt_key == verifier().vkey


def test_whoever_has_it_already_is_told_so_until_something_changes(told: Story) -> None:
    tag = get("/register/in-force.json")["ETag"]
    assert get("/register/in-force.json", If_None_Match=tag).status_code == 304
    told.tell(type="restriction.withdrawn", at=at(NOW), restriction=name(10), reason="review")
    told.publish()
    assert get("/register/in-force.json", If_None_Match=tag).status_code == 200


@pytest.mark.parametrize("path", ["in-force.json", "feed.json", "feed.atom", "openapi.json"])
def test_other_methods_are_answered_as_such(told: Story, path: str) -> None:
    client = Client()
    assert client.post(f"/register/{path}").status_code == 405
    assert client.options(f"/register/{path}").status_code == 204
    assert client.head(f"/register/{path}").content == b""


def test_the_description_fits_what_is_given(told: Story) -> None:
    said = json.loads(get("/register/openapi.json").content)
    assert said == json.loads(json.dumps(description()))
    assert said["openapi"].startswith("3.1")
    schema = said["components"]["schemas"]["InForce"]
    given = json.loads(get("/register/in-force.json").content)
    assert set(schema["properties"]) == set(given)
    restriction = said["components"]["schemas"]["RestrictionOut"]
    assert set(restriction["properties"]) == set(given["restrictions"][0])
    for path in said["paths"]:
        if "{period}" not in path:
            assert get(path).status_code == 200, path


def test_the_description_names_what_may_be_asked_for() -> None:
    asked = {
        path: [(each["name"], each["in"]) for each in said["get"]["parameters"]]
        for path, said in description()["paths"].items()
    }
    period, page = [("period", "path")], [("page", "query")]
    assert asked == {
        "/register/in-force.json": [], "/register/feed.json": page, "/register/feed.atom": page,
        "/register/reports/{period}.json": period, "/register/reports/{period}.csv": period,
        "/register/reports/{period}-dsa.csv": period,
    }  # fmt: skip


def test_each_fault_of_an_approval_has_its_words_in_the_catalogue() -> None:
    assert {fault: str(said).replace("’", "'") for fault, said in FAULTS.items()} == SENTENCES


def test_the_json_feed_has_the_entries_themselves_the_youngest_first(told: Story) -> None:
    feed = json.loads(get("/register/feed.json").content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [each["_bailiwick"]["index"] for each in feed["items"]] == [5, 4, 3, 2, 1, 0]
    first = feed["items"][0]
    assert first["_bailiwick"]["entry"]["restriction"] == name(12)
    assert first["url"].endswith(f"/register/restrictions/{name(12)}")
    assert first["title"] == "Restriction approved in Mainland China: ministry, Mainland China"


@pytest.mark.parametrize("entry", SAMPLES, ids=lambda entry: entry.type)
def test_a_title_is_words_and_no_codes(entry: Any) -> None:
    said = title(entry)
    assert said[0].isupper()
    assert entry.type not in said
    assert "_" not in said


def test_whoever_subscribes_misses_nothing_however_much_a_day_brings(
    told: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "LATEST", 4)
    for number in range(7):
        told.tell(type="appeal.filed", day="2026-11-22", appeal=name(60 + number), restriction=name(10))
    told.publish()
    size = InForce.model_validate_json(get("/register/in-force.json").content).size
    assert size == 13
    assert _indices("/register/feed.atom") == list(range(12, 8, -1))
    seen, path = set(_indices("/register/feed.atom")), "/register/feed.atom"
    while path := _link(path, "prev-archive"):
        assert len(_indices(path)) == 4
        assert _link(path, "current").endswith("/register/feed.atom")
        seen |= set(_indices(path))
    assert seen == set(range(size))
    assert _link("/register/feed.atom?page=0", "next-archive").endswith("?page=1")
    assert not _link("/register/feed.atom?page=2", "next-archive")
    older = json.loads(get("/register/feed.json").content)["next_url"]
    assert older.endswith("?page=2")
    for page in ("3", "-1", "x", "99999999999"):
        assert get(f"/register/feed.atom?page={page}").status_code == 404


def _atom(path: str) -> ET.Element:
    return ET.fromstring(get(path.removeprefix(SITE)).content)  # noqa: S314 - our own


def _indices(path: str) -> list[int]:
    found = [each.text or "" for each in _atom(path).findall("a:entry/a:id", ATOM)]
    return [int(each.rpartition("=")[2]) for each in found]


def _link(path: str, rel: str) -> str:
    found = _atom(path).find(f"a:link[@rel='{rel}']", ATOM)
    return "" if found is None else found.attrib["href"]


def test_the_atom_feed_says_the_same(told: Story) -> None:
    answer = get("/register/feed.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)  # noqa: S314 - our own
    ids = [each.text for each in feed.findall("a:entry/a:id", ATOM)]
    assert len(ids) == len(set(ids)) == 6
    assert feed.find("a:updated", ATOM) is not None
    for entry in feed.findall("a:entry", ATOM):
        assert json.loads(entry.findtext("a:content", "", ATOM))["type"]


def test_every_type_of_entry_has_its_place_in_the_feeds(story: Story) -> None:
    from django.db import transaction

    from bailiwick.ledger import actions

    with transaction.atomic():
        for entry in SAMPLES:
            actions.append(entry)
    story.publish()
    items = json.loads(get("/register/feed.json").content)["items"]
    kinds = [each["_bailiwick"]["entry"]["type"] for each in items]
    assert kinds == [entry.type for entry in reversed(SAMPLES)]
    for path in (
        "/register",
        "/register/demands",
        "/register/signers",
        "/register/policy",
        "/register/reports",
        "/register/in-force.json",
    ):
        assert get(path).status_code == 200, path


def test_an_empty_log_is_an_empty_register(story: Story) -> None:
    assert json.loads(get("/register/feed.json").content)["items"] == []
    assert get("/register/feed.atom").status_code == 200
    found = InForce.model_validate_json(get("/register/in-force.json").content)
    assert (found.size, found.demands_taken, found.restrictions) == (0, None, [])
    assert get("/register").status_code == 200


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[]", b'{"type":"no.such"}', b"[" * 60_000])
def test_what_somebody_put_into_the_log_by_hand_takes_nothing_else_away(told: Story, data: bytes) -> None:
    Outbox.objects.create(type="by.hand", entry=data)
    told.publish()
    told.tell(type="appeal.filed", day="2026-11-22", appeal=name(60), restriction=name(10))
    told.publish()
    assert _indices("/register/feed.atom")[:2] == [7, 5]
    assert json.loads(get("/register/feed.json").content)["items"][0]["_bailiwick"]["index"] == 7
    assert ">appeal.filed<" in get("/log/").content.decode()
    assert get("/register/in-force.json").status_code == get("/register").status_code == 200

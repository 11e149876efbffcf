"""What anybody can fetch below /log/: bytes, types, caching, and what is answered when it is not there."""

from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from bailiwick.ledger import actions, queries
from bailiwick.ledger.models import Document, Head, Tile
from bailiwick.tlog.policy import parse_policy
from bailiwick.tlog.proof_files import parse_log_proof
from bailiwick.tlog.reading import check_log
from tests.ledger.kit import NOW, ORIGIN, Log, append
from tests.ledger.snapshots import behind_its_back


@pytest.fixture(autouse=True)
def _as_served(settings: Any) -> None:
    """The folder that a start collects files in is there."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def served(log: Log) -> Log:
    append(300)
    log.process().step()
    return log


def get(path: str, **headers: str) -> Any:
    return Client().get(f"/log/{path}", headers=headers)


def test_the_checkpoint_is_text_and_kept_for_seconds_only(served: Log) -> None:
    answer = get("checkpoint")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=5"
    assert answer.content == queries.checkpoint()


def test_a_newer_checkpoint_of_the_same_second_is_told_from_the_one_before(served: Log) -> None:
    """Whoever asks by date only is answered in full; the ETag tells one from the other."""
    before = get("checkpoint")
    date = before.get("Last-Modified", format_datetime(NOW, usegmt=True))
    append(1, 300)
    served.process().step()
    for known in ({"If-Modified-Since": date}, {"If-None-Match": before["ETag"]}):
        answer = get("checkpoint", **known)
        assert answer.status_code == 200
        assert answer.content == queries.checkpoint() != before.content


def test_a_stranger_verifies_the_whole_log_with_what_is_served(served: Log) -> None:
    policy = parse_policy(get("policy").content)
    witnessed = policy.check(get("checkpoint").content)
    head = witnessed.checkpoint

    def fetch(path: str) -> bytes:
        answer = get(path)
        assert answer.status_code == 200, path
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        return bytes(answer.content)

    assert len(list(check_log(head.size, head.root, fetch))) == 2 + 2 + 1  # two bundles, three tiles
    entry = queries.entry(299)
    assert entry is not None
    proof = parse_log_proof(get("proof/299").content)
    assert proof.verify(entry, policy).checkpoint == head


def test_the_policy_names_the_log_by_its_key_and_address(served: Log) -> None:
    policy = parse_policy(get("policy").content)
    assert [(log.key.name, log.url) for log in policy.logs] == [(ORIGIN, f"https://{ORIGIN}")]
    assert policy.quorum == "none"


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "tile/entries/001.p/44", "policy", "proof/3"])
def test_everything_may_be_read_from_other_sites_and_is_asked_for_conditionally(
    served: Log, path: str
) -> None:
    answer = get(path)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["ETag"] == f'"{sha256(answer.content).hexdigest()}"'
    again = get(path, **{"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    assert Client().head(f"/log/{path}")["Content-Length"] == str(len(answer.content))
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


@pytest.mark.parametrize(
    "path",
    ["tile/0/000.p/300", "tile/0/1",
     "tile/9/000", "tile/x", "tile/", "proof/300", "proof/03", "proof/-1",
     "proof/99999999999999999", "documents/" + "0" * 64, "documents/x", "entries", "checkpoint/",
     "tile/0/%00"],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(served: Log, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["code"] == "not_in_log"


def test_before_the_first_publication_there_is_a_policy_and_no_checkpoint(log: Log) -> None:
    assert get("checkpoint").status_code == 404
    assert get("policy").status_code == 200


def test_without_a_log_everything_says_so(db: None) -> None:
    for path in ("checkpoint", "policy", "proof/0", ""):
        answer = get(path)
        assert answer.status_code == 503
        assert answer.json()["reason"] == "log_not_begun"
        assert answer["Retry-After"]


def test_a_proof_that_cannot_be_made_says_that_the_log_is_damaged(served: Log) -> None:
    with behind_its_back():
        Tile.objects.all().delete()
    answer = get("proof/3")
    assert (answer.status_code, answer.json()["reason"]) == (503, "log_damaged")


def test_a_log_that_was_set_back_shows_no_checkpoint_and_no_proof(served: Log) -> None:
    ahead = served.configuration.memory.read_bytes().replace(b"\n300\n", b"\n301\n")
    served.configuration.memory.write_bytes(ahead)
    for path in ("checkpoint", "proof/3"):
        answer = get(path)
        assert (answer.status_code, answer.json()["reason"]) == (503, "log_rewound")
    assert get("tile/0/000").status_code == 200


def test_a_log_that_a_witness_has_seen_more_of_shows_what_is_left(served: Log) -> None:
    Head.objects.update(refused="log_rewound")
    assert get("checkpoint").json()["reason"] == "log_rewound"
    assert get("tile/0/000").status_code == 200


def test_a_log_that_a_witness_contradicts_shows_no_checkpoint(served: Log) -> None:
    Head.objects.update(refused="log_forked")
    assert get("checkpoint").json()["reason"] == "log_forked"
    assert queries.proof_file(3) is None


@pytest.mark.parametrize("who", ["we remember", "a witness says"])
def test_a_log_that_forked_shows_nothing_of_a_history_that_caches_would_keep_for_ever(
    who: str, served: Log
) -> None:
    if who == "a witness says":
        Head.objects.update(refused="log_forked")
    else:
        origin, size, root, *rest = served.configuration.memory.read_bytes().split(b"\n")
        other = b"\n".join([origin, size, b"A" + root[1:], *rest])
        served.configuration.memory.write_bytes(other)
    for path in ("checkpoint", "proof/3", "tile/0/000", "tile/entries/001.p/44"):
        answer = get(path)
        assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store"), path


def test_a_document_is_saved_not_shown(served: Log) -> None:
    name = actions.publish_document(b"<script>alert(1)</script>", NOW)
    assert actions.publish_document(b"<script>alert(1)</script>", NOW) == name
    answer = get(f"documents/{name}")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Last-Modified"] == "Sat, 21 Nov 2026 12:00:00 GMT"
    Document.objects.all().delete()
    assert get(f"documents/{name}").status_code == 404


def test_nobody_writes(served: Log) -> None:
    for method in ("post", "put", "delete", "patch"):
        answer = getattr(Client(enforce_csrf_checks=False), method)("/log/checkpoint")
        assert answer.status_code == 405
        assert answer["Allow"] == "GET, HEAD, OPTIONS"
    asked = Client().options("/log/checkpoint")
    assert (asked.status_code, asked["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")


def test_a_page_elsewhere_may_ask_whether_what_it_has_is_still_the_newest(served: Log) -> None:
    """Its browser asks first, since a condition is not among the headers that any page may send."""
    asked = Client().options("/log/checkpoint", headers={
        "Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    })  # fmt: skip
    assert asked["Access-Control-Allow-Origin"] == "*"
    assert "if-none-match" in asked["Access-Control-Allow-Headers"].lower().split(", ")


def test_a_person_sees_what_there_is(served: Log) -> None:
    page = get("", Accept="text/html").content.decode()
    assert ORIGIN in page
    assert "300 entries are published" in page
    assert "demands.switched" in page
    assert "/log/proof/299" in page
    found = get("", Accept="application/json").json()
    assert (found["origin"], found["size"]) == (ORIGIN, 300)


def test_a_cache_does_not_give_a_program_the_page_nor_a_person_the_data(served: Log) -> None:
    for accepted in ("text/html", "application/json"):
        assert "Accept" in get("", Accept=accepted)["Vary"].split(", ")

"""451, at the door and inside: who, which law, where, from and until when, how to object, where to check."""

from datetime import UTC, datetime
from typing import Any

from asgiref.sync import sync_to_async

from bailiwick.gate.ending import Ending, EndReason
from bailiwick.gate.grounds import Grounds, Target
from bailiwick.live.connection import Connection
from bailiwick.live.problems import of_ending
from bailiwick.live.protocol import Close, Removed
from bailiwick.rules.restriction import RestrictionId
from tests.gate.kit import House, meeting
from tests.gate.test_restrictions import proven, until_refused
from tests.live.kit import live, request
from tests.orders.kit import Registry, authority

GROUNDS = Grounds(
    restriction=RestrictionId("0" * 32), demand="1" * 32, authority="Cyberspace office <b>",
    state="CN", kind="regulator", law="Cybersecurity Law art. 50", territories=("CN",),
    effective_from=datetime(2026, 11, 21, 12, tzinfo=UTC), expires_at=datetime(2026, 12, 21, 12, tzinfo=UTC),
    reasons=("public_security",), document="a" * 64,
    target=Target("b" * 64, "c" * 64, "d" * 32), origin="meet.example.org/log", index=17, size=18,
)  # fmt: skip
ENDING = Ending(EndReason.WITHHELD, restrictions=("0" * 32,), grounds=(GROUNDS,))


def test_p4_the_object_says_everything_that_rfc_7725_and_we_promise() -> None:
    problem = of_ending(ENDING)
    (told,) = problem.document()["restrictions"]
    assert (problem.status, problem.close) == (451, Close.WITHHELD)
    assert told == {
        "restriction": "0" * 32,
        "demand": "1" * 32,
        "authority": {"name": "Cyberspace office <b>", "state": "CN", "kind": "regulator"},
        "legal_basis": "Cybersecurity Law art. 50",
        "reasons": ["public_security"],
        "territory": ["CN"],
        "territory_names": ["Mainland China"],
        "effective_from": "2026-11-21T12:00:00Z",
        "expires_at": "2026-12-21T12:00:00Z",
        "document_url": f"/log/documents/{'a' * 64}",
        "register_url": f"/register/restrictions/{'0' * 32}",
        "target": {"commitment": "b" * 64, "salt": "c" * 64, "meeting": "d" * 32},
        "log": {
            "origin": "meet.example.org/log",
            "index": 17,
            "checkpoint": 18,
            "proof_url": "/log/proof/17",
            "verify_url": f"/log/verify?entry=17#meeting={'d' * 32}&salt={'c' * 64}",
        },
    }


async def test_p4_the_message_inside_carries_the_same_object() -> None:
    connection = Connection("0" * 32, [])
    connection.ended(ENDING)
    message = await connection.next()
    assert isinstance(message, Removed)
    assert message.problem == of_ending(ENDING).document()
    assert await connection.next() == Close.WITHHELD


async def test_the_door_answers_451_with_all_its_headers_and_nobody_may_cache_it(
    house: House, registry: Registry, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://meet.example.org"
    gate, row = await house.gate(), await meeting()
    made = await proven(registry, row)
    await until_refused(gate, row, "CN")
    answer = await request(live(gate), f"/m/{row.slug}/join", b"{}", place="CN")
    assert answer.status == 451
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-language"] == "en"
    assert answer.headers["link"] == (
        '<https://meet.example.org>; rel="blocked-by", '
        f'</register/restrictions/{made.pk.hex}>; rel="describedby", </appeal>; rel="help"'
    )
    assert answer.json()["restrictions"][0]["restriction"] == made.pk.hex
    assert answer.json()["appeal_url"] == "/appeal"


async def test_the_page_for_browsers_has_a_neutral_title_and_escapes_what_others_wrote(
    house: House, registry: Registry
) -> None:
    gate, row = await house.gate(), await meeting()
    by = await sync_to_async(authority)("CN", "ministry", "Office <script>")
    made = await proven(registry, row, authority=by)
    await until_refused(gate, row, "CN")
    made.authority.name = "Another office"  # by hand: what is told is the log's word
    await sync_to_async(made.authority.save)()
    fresh = await house.gate()
    answer = await request(live(fresh), f"/m/{row.slug}/join", b"{}", place="CN", accept="text/html")
    page = answer.content.decode()
    assert answer.status == 451
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert "Page" in title
    assert not {"withheld", "restrict", "legal", "meeting"} & set(title.lower().split())
    assert "Office &lt;script&gt;" in page
    assert "Another office" not in page
    assert made.law in page
    assert "Mainland China" in page


async def test_somebody_elsewhere_gets_in_as_if_nothing_were(house: House, registry: Registry) -> None:
    gate, row = await house.gate(), await meeting()
    await proven(registry, row)
    await until_refused(gate, row, "CN")
    for place in ("HK", "TW", "??", "none"):
        answer = await request(live(gate), f"/m/{row.slug}/join", b"{}", place=place)
        assert answer.status == 200

"""What somebody withheld gets: 451 with its headers, as an object and as a page, in their language, with a
receipt; the same in the room."""

import json
import re
from html import unescape

import pytest
from asgiref.sync import sync_to_async

from bailiwick.gate.ending import Ending, EndReason
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.commitments import opens
from bailiwick.ledger.entries import RestrictionApproved, parse
from bailiwick.live.problems import of_ending
from bailiwick.live.told import is_spoken
from bailiwick.meetings.models import Meeting
from bailiwick.notices import kept_out
from bailiwick.notices.kept_out import TOLD
from bailiwick.notices.wording import TAGS, language
from bailiwick.orders.models import Restriction
from bailiwick.orders.receipts import check
from bailiwick.rules.access import RuleSetter
from tests.gate.kit import ADDRESS, House, meeting, set_rule
from tests.gate.test_restrictions import proven
from tests.live.kit import Answer, ask, come_in, live
from tests.orders.kit import Registry

HTML = "text/html,application/xhtml+xml"


async def withheld(house: House, registry: Registry) -> tuple[Answer, Restriction, Meeting]:
    app, row = live(await house.gate()), await meeting()
    made = await proven(registry, row)
    return await ask(app, row.slug, place="CN"), made, row


async def test_p4_the_answer_is_451_with_who_why_where_until_when_and_how_to_object(
    house: House, registry: Registry
) -> None:
    answer, made, _row = await withheld(house, registry)
    assert answer.status == 451
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    (told,) = problem["restrictions"]
    assert told["authority"] == {"name": "An authority of CN", "state": "CN", "kind": "ministry"}
    assert (told["legal_basis"], told["territory"]) == (made.law, ["CN"])
    assert told["territory_names"] == ["Mainland China"]
    assert told["expires_at"] == made.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["log"]["verify_url"].startswith(f"/log/verify?entry={told['log']['index']}#meeting=")
    assert (problem["appeal_url"], problem["register_url"]) == (
        "/appeal",
        f"/register/restrictions/{made.pk.hex}",
    )


async def test_p4_whoever_is_kept_out_can_show_which_meeting_the_entry_is_about(
    house: House, registry: Registry
) -> None:
    answer, _made, row = await withheld(house, registry)
    (told,) = answer.json()["restrictions"]
    target, index = told["target"], told["log"]["index"]
    entry = parse(await sync_to_async(ledger.entry)(index) or b"")
    assert isinstance(entry, RestrictionApproved)
    assert target["commitment"] == entry.target
    assert opens(entry.target, bytes.fromhex(target["salt"]), bytes.fromhex(target["meeting"]))
    assert target["meeting"] == row.pk.hex
    assert not opens(entry.target, bytes.fromhex(target["salt"]), bytes(16))


async def test_its_headers_keep_it_from_caches_and_other_sites_and_say_who_carries_it_out(
    house: House, registry: Registry
) -> None:
    answer, made, _row = await withheld(house, registry)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["vary"] == "accept, accept-language"
    links = dict(re.findall(r'<([^>]+)>; rel="([a-z-]+)"', answer.headers["link"]))
    assert links == {
        "http://localhost:8000": "blocked-by",
        f"/register/restrictions/{made.pk.hex}": "describedby",
        "/appeal": "help",
    }


async def test_the_receipt_has_the_votes_and_neither_name_nor_address_nor_meeting(
    house: House, registry: Registry
) -> None:
    answer, made, row = await withheld(house, registry)
    text = answer.json()["receipt"]
    receipt = check(text)
    assert receipt.restrictions == (made.pk.hex,)
    assert {vote.code for vote in receipt.votes} == {"CN"}
    assert receipt.valid_until == made.expires_at
    assert receipt.table
    for secret in ("Ada", ADDRESS["CN"], row.slug, str(row.pk), row.pk.hex, row.title):
        assert secret not in text


async def test_the_room_is_told_the_same_object(house: House, registry: Registry) -> None:
    app, row = live(await house.gate()), await meeting()
    client = await come_in(app, row.slug, "Li", "CN")
    await client.until("welcome")
    await sync_to_async(restrict_and_publish)(registry, row)
    inside = (await client.until("removed"))["problem"]
    assert (await client.until("close"))["close"] == 4451
    at_the_door = (await ask(app, row.slug, place="CN")).json()
    assert check(inside.pop("receipt")).votes == check(at_the_door.pop("receipt")).votes
    assert inside == at_the_door


def restrict_and_publish(registry: Registry, row: Meeting) -> None:
    from tests.orders import kit

    kit.restrict(row)
    registry.publish()


@pytest.mark.parametrize("tag", TAGS)
async def test_it_speaks_the_language_that_is_asked_for(house: House, registry: Registry, tag: str) -> None:
    app, row = live(await house.gate()), await meeting()
    await proven(registry, row)
    spoken = language(tag)
    answer = await ask(app, row.slug, place="CN", accept_language=tag)
    assert answer.headers["content-language"] == tag
    assert answer.json()["title"] == spoken.text("withheld.title")
    page = await ask(app, row.slug, place="CN", accept=HTML, accept_language=tag)
    text = page.content.decode()
    assert f'<html lang="{tag}" dir="{spoken.direction}">' in text
    assert f"<title>{spoken.text('page')}</title>" in text
    assert re.search(rf'value="{tag}"[^>]* checked', text)
    assert spoken.territory("CN") in text


async def test_the_page_has_all_languages_a_neutral_title_and_ways_out(
    house: House, registry: Registry
) -> None:
    app, row = live(await house.gate()), await meeting()
    await proven(registry, row)
    answer = await ask(app, row.slug, place="CN", accept=HTML)
    text = answer.content.decode()
    assert answer.status == 451
    assert re.findall(r'<section class="told" lang="([^"]+)"', text) == list(TAGS)
    assert text.count("data-hide") == len(TAGS)
    assert row.title not in text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    for outside in re.findall(r'(?:href|src)="(https?:[^"]*)"', text):
        raise AssertionError(outside)
    saved = re.search(r'download="receipt.txt" href="data:text/plain;charset=utf-8;base64,([^"]+)"', text)
    assert saved is not None
    from base64 import b64decode

    assert check(b64decode(saved[1]).decode()).restrictions


@pytest.mark.parametrize("tag", TAGS)
async def test_a_refusal_by_a_rule_speaks_every_language_too_and_names_no_country(
    house: House, tag: str
) -> None:
    app, row = live(await house.gate()), await meeting()
    await set_rule(row, "deny", "CN")
    page = await ask(app, row.slug, place="CN", accept=HTML, accept_language=tag)
    assert page.status == 403
    spoken = language(tag)
    text = page.content.decode()
    assert spoken.text("refused.rule.host") in text
    for each in ("CN", "China", spoken.territory("CN"), "receipt.txt"):
        assert each not in text, each


async def test_other_problems_are_in_english_and_say_so(house: House) -> None:
    app = live(await house.gate())
    answer = await ask(app, "no-such-meeting", accept_language="fr", origin="https://elsewhere.example")
    assert answer.status == 403
    assert answer.headers["content-language"] == "en"
    assert json.loads(answer.content)["title"] == "Another site cannot ask for that"


@pytest.mark.parametrize("tag", TAGS)
async def test_whoever_asks_for_a_meeting_that_is_not_there_is_told_in_their_language(
    house: House, tag: str
) -> None:
    app, spoken = live(await house.gate()), language(tag)
    answer = await ask(app, "no-such-meeting", accept_language=tag)
    assert (answer.status, answer.headers["content-language"]) == (404, tag)
    assert answer.json()["title"] == spoken.text("refused.no_such_meeting.title")
    page = await ask(app, "no-such-meeting", accept=HTML, accept_language=tag)
    assert f'<html lang="{tag}" dir="{spoken.direction}">' in page.content.decode()


@pytest.mark.parametrize("code", TOLD)
def test_every_way_of_being_kept_out_has_a_page_in_all_languages(code: str) -> None:
    page = unescape(kept_out.page({"code": code}, language("ar")))
    assert '<html lang="ar" dir="rtl">' in page
    for tag in TAGS:
        for said in kept_out.words(code, language(tag)):
            assert said in page, (tag, said)
    assert "receipt.txt" not in page
    assert "<form" not in page


def test_every_ending_at_the_door_is_told_in_all_languages() -> None:
    ours = {EndReason.BAD_GRANT, EndReason.CONNECTION_LOST, EndReason.GRANT_EXPIRED, EndReason.LEFT}
    for reason in set(EndReason) - ours:  # the room joins again by itself, or nobody is there to be told
        setter = RuleSetter.HOST if reason is EndReason.RULE else None
        assert is_spoken(of_ending(Ending(reason, setter=setter))), reason


async def test_the_page_takes_the_receipt_along_to_where_one_objects(
    house: House, registry: Registry
) -> None:
    app, row = live(await house.gate()), await meeting()
    await proven(registry, row)
    text = unescape((await ask(app, row.slug, place="CN", accept=HTML)).content.decode())
    assert text.count('<form class="ways" method="post" action="/appeal">') == len(TAGS)
    brought = text.split('name="receipt" value="')[1].split('"><button')[0]
    assert check(brought.replace("\n", "\r\n")).restrictions  # as browsers send it

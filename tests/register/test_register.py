"""What the register's pages say: what the published log says, and nothing else."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bailiwick.config import environ
from bailiwick.ledger.models import Document
from bailiwick.register import book as books
from bailiwick.register.book import Standing, open_book
from bailiwick.register.maps import drawing
from bailiwick.rules.territory import CODES
from tests.ledger.kit import NOW
from tests.register.conftest import ROOT, Clock
from tests.register.kit import COURT, MINISTRY, Story, at, get, name, page, text_hash

DAY = timedelta(days=1)


@pytest.fixture
def told(story: Story) -> Story:
    """One demand granted in part, one refused, one authority with a name."""
    story.tell(type="demands.switched", at=at(NOW), on=True)
    story.authority(MINISTRY, "CN", "ministry", "Ministry of Network Affairs")
    story.demand(1)
    story.demand(2, state="FR", kind="police", authority=None)
    story.refuse(2, "names_no_law", "secret")
    story.restrict(10, 1, document=story.decision())
    story.publish()
    return story


def test_it_says_whether_demands_are_taken_by_the_logs_word(story: Story) -> None:
    story.tell(type="demands.switched", at=at(NOW), on=False)
    story.publish()
    assert "This server takes no demands of authorities" in page("/register")
    story.tell(type="demands.switched", at=at(NOW), on=True)
    assert "This server takes no demands of authorities" in page("/register")  # not published yet
    story.publish()
    assert "This server takes demands of authorities" in page("/register")


def test_a_restriction_is_shown_with_authority_law_place_dates_and_entry(told: Story) -> None:
    shown = page("/register")
    for text in ("Ministry of Network Affairs", "Cybersecurity Law art. 50", "Mainland China",
                 "21 November 2026", "21 December 2026", "/log/verify?entry=5"):  # fmt: skip
        assert text in shown, text
    for text in ("Hong Kong", "Taiwan"):
        assert text not in shown


def test_its_page_has_the_proof_the_documents_and_what_was_cut(told: Story) -> None:
    shown = page(f"/register/restrictions/{name(10)}")
    for text in ("/log/proof/5", "/log/verify?entry=5", text_hash("target 10"), text_hash("redacted"),
                 "Hong Kong, Taiwan: beyond the authority’s territory", "There is no milder way.",
                 "Basic Law of the Hong Kong SAR", "granted in part", "Received on 21 November 2026",
                 ):  # fmt: skip
        assert text in shown, text
    assert get("/log/proof/5").status_code == 200


def test_the_refused_demand_is_shown_with_its_reasons(told: Story) -> None:
    shown = page("/register/demands")
    for text in ("France: police", "names no law, was to be kept secret", "granted in part"):
        assert text in shown, text


def test_p6_a_restriction_ends_by_the_clock_without_any_entry(told: Story, clock: Clock) -> None:
    (found,) = open_book().restrictions.values()
    ends = NOW + 30 * DAY
    assert found.standing(NOW) is Standing.IN_FORCE
    assert found.standing(NOW - timedelta(seconds=1)) is Standing.TO_COME
    assert found.standing(ends - timedelta(seconds=1)) is Standing.IN_FORCE
    assert found.standing(ends) is Standing.EXPIRED
    clock.now = ends
    assert json.loads(get("/register/in-force.json").content)["restrictions"] == []
    assert "Nobody is kept out" in page("/register")


@pytest.mark.parametrize(("kind", "word"), [("suspended", "suspended"), ("withdrawn", "withdrawn")])
def test_p7_what_is_ended_early_is_past_at_once(told: Story, kind: str, word: str) -> None:
    story = told
    story.tell(type=f"restriction.{kind}", at=at(NOW), restriction=name(10), reason="appeal")
    story.publish()
    assert json.loads(get("/register/in-force.json").content)["restrictions"] == []
    shown = page(f"/register/restrictions/{name(10)}")
    assert word in shown
    assert "on appeal" in shown


def test_a_correction_only_takes_away(told: Story) -> None:
    told.restrict(11, 1, territories=["CN", "US"], state="US")
    fields = {"territories": ["CN", "FR"], "until": at(NOW + 90 * DAY)}
    told.tell(type="restriction.corrected", at=at(NOW), restriction=name(11), **fields)
    told.publish()
    found = open_book().restrictions[name(11)]
    assert found.territories == ("CN",)
    assert found.until == NOW + 30 * DAY


def test_renewals_are_shown_as_a_chain(told: Story) -> None:
    told.restrict(11, 1, begins=NOW + 30 * DAY, renews=name(10))
    told.restrict(12, 1, begins=NOW + 60 * DAY, renews=name(11))
    told.publish()
    known = open_book()
    for number in (10, 11, 12):
        chain = known.chain(known.restrictions[name(number)])
        assert [each.id for each in chain] == [name(10), name(11), name(12)]
    shown = page(f"/register/restrictions/{name(11)}")
    assert "Chain of renewals" in shown
    assert shown.count('aria-current="true"') == 1


def test_a_chain_that_bites_its_tail_ends_all_the_same(told: Story) -> None:
    told.restrict(11, 1, renews=name(12))
    told.restrict(12, 1, renews=name(11))
    told.publish()
    known = open_book()
    assert [each.id for each in known.chain(known.restrictions[name(12)])] == [name(11), name(12)]


def test_appeals_are_shown_by_outcome(told: Story) -> None:
    told.tell(type="appeal.filed", day="2026-11-22", appeal=name(50), restriction=name(10))
    fields = {"appeal": name(50), "restriction": name(10), "outcome": "exemption_granted"}
    told.tell(type="appeal.decided", day=(NOW + DAY).date().isoformat(), **fields)
    told.publish()
    assert "a person was exempted" in page(f"/register/restrictions/{name(10)}")


def test_an_authority_whose_description_is_gone_is_told_by_what_it_is(told: Story) -> None:
    Document.objects.all().delete()
    books._read.cache_clear()
    assert "Mainland China: ministry" in page("/register")
    assert "No longer published" in page(f"/register/restrictions/{name(10)}")


def test_the_policy_in_force_is_shown_with_its_hash_and_its_versions(story: Story) -> None:
    from bailiwick.register import policies

    assert "None is in the public log yet" in page("/register/policy")
    assert policies.say_in_log(policies.read(None), NOW) is True
    assert policies.say_in_log(policies.read(None), NOW) is False
    assert policies.say_in_log(b"# Ours\n\n<b>Refuse</b> all.\n\n- one\n- two", NOW + DAY) is True
    story.publish()
    shown = page("/register/policy")
    assert "<h1>Ours</h1>" in shown
    assert "<p>&lt;b&gt;Refuse&lt;/b&gt; all.</p>" in shown
    assert "<li>one</li><li>two</li>" in shown
    assert shown.count("SHA-256") == 2
    assert text_hash("# Ours\n\n<b>Refuse</b> all.\n\n- one\n- two") in shown


def test_the_terms_of_use_in_force_are_shown_apart_from_the_policy(story: Story) -> None:
    from bailiwick.accounts.terms import terms
    from bailiwick.ledger.policies import say

    assert "None is in the public log yet" in page("/register/terms")
    assert say("terms", terms().text, NOW)
    story.publish()
    shown = page("/register/terms")
    assert terms().document in shown
    for title in terms().sections:
        assert f"<h2>{title}</h2>" in shown
    assert "None is in the public log yet" in page("/register/policy")


def test_terms_without_a_section_stop_the_start(tmp_path: Any) -> None:
    (tmp_path / "terms").write_text("# Terms\n\nBe good.\n")
    with pytest.raises(environ.InvalidSetting, match="no section"):
        environ.read({"BAILIWICK_TERMS": str(tmp_path / "terms")})


def test_the_policy_that_comes_with_the_package_has_every_promise_an_authority_meets() -> None:
    from bailiwick.register import policies

    text = policies.read(None).decode()
    for words in ("kept secret is refused", "No demand ends a meeting", "two different people", "ninety days",
                  "never told whether anybody was there", "Hong Kong, Macao or Taiwan"):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize(
    ("data", "words"), [(b" \n", "empty"), (b"\xff", "UTF-8"), (b"x" * 200_001, "200,000")]
)
def test_a_policy_that_cannot_be_shown_is_refused(tmp_path: Any, data: bytes, words: str) -> None:
    from bailiwick.register.policies import UnusablePolicy, read

    (tmp_path / "policy").write_bytes(data)
    with pytest.raises(UnusablePolicy, match=words):
        read(tmp_path / "policy")
    with pytest.raises(environ.InvalidSetting, match=words):  # and so the server does not start
        environ.read({"BAILIWICK_DEMANDS_POLICY": str(tmp_path / "policy")})


def test_the_server_wide_rule_in_force_is_shown(story: Story) -> None:
    fields = {"rule": 1, "mode": "deny", "territories": ["KP"], "undetermined": "admit", "document": "0" * 64}
    story.tell(type="server_rule.changed", at=at(NOW), change="in_force", **fields)
    story.publish()
    assert "People located in North Korea cannot join meetings here." in page("/register")
    story.tell(type="server_rule.changed", at=at(NOW), change="ended", **fields)
    story.publish()
    assert "Hosts alone decide" in page("/register")


def test_the_map_is_the_pickers_own_and_small_territories_have_a_ring() -> None:
    world = json.loads((ROOT / "client/src/picker/world.json").read_text())
    drawn = (ROOT / "src/bailiwick/register/static/register/world.svg").read_text()
    land = {code: d for code, d in world["land"].items() if d}
    assert dict(re.findall(r'<path id="([A-Z]{2})" d="([^"]+)"/>', drawn)) == land
    dots = re.findall(r'<circle id="([A-Z]{2})" cx="(\d+)" cy="(\d+)" r="3.6"/>', drawn)
    assert {code: [int(x), int(y)] for code, x, y in dots} == world["dots"]
    assert drawing(["HK"]).rings == (tuple(map(str, world["dots"]["HK"])),)
    assert drawing(["CN"]).rings == ()
    assert drawing(CODES | {"QQ"}).codes == tuple(sorted({*land, *world["dots"]}))


def test_the_register_is_read_once_per_published_size(told: Story) -> None:
    page("/register")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        open_book()
    assert len(asked) == 1


def test_a_log_that_stands_still_is_said_so_and_programs_are_told_nothing(told: Story) -> None:
    from bailiwick.ledger.models import Head

    Head.objects.update(refused="log_forked")
    assert "The public log does not go on" in page("/register")
    assert get("/register/in-force.json").status_code == 503


@pytest.mark.parametrize("path", [f"/register/restrictions/{name(99)}", "/register/reports/2026-H1",
                                  "/register/reports/2026-H3", "/register/restrictions/../x"])  # fmt: skip
def test_what_is_not_there_is_not_found(told: Story, path: str) -> None:
    assert get(path).status_code == 404


class Names(HTMLParser):
    """Collects what links lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        link = dict(attrs).get("href")
        if tag == "a" and link and link.startswith(("/register", "/log")):
            self.found.add(link)


def test_every_link_of_the_register_leads_somewhere(told: Story) -> None:
    told.authority(COURT, "DE", "court", "A court")
    told.publish()
    seen, waiting = set(), {"/register"}
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = get(path)
        gone = path.startswith("/log/documents/") and answer.status_code == 404
        assert answer.status_code == 200 or gone, path
        if answer["Content-Type"].startswith("text/html"):
            links = Names()
            links.feed(answer.content.decode())
            waiting |= links.found - seen
    assert len(seen) > 12

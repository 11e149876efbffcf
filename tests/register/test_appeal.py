"""The page to object on: no account, a key that is never in an address, five languages, and what is kept."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bailiwick.accounts.buckets import Buckets, Limit
from bailiwick.accounts.models import Account
from bailiwick.meetings import links
from bailiwick.meetings.models import CoHost, Invitation, Meeting
from bailiwick.notices.wording import TAGS, language
from bailiwick.orders import receipts
from bailiwick.orders.actions import appeals, later
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.models import Appeal, Outcome, Restriction
from bailiwick.register import appeal
from bailiwick.rules.location import Vote
from bailiwick.rules.territory import Code
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.desk import Desk
from tests.orders.kit import Registry, approve, new_meeting, propose

pytestmark = pytest.mark.django_db
WHY = "I live elsewhere, my company's network ends there."
FILE = "/m/-/appeal/file"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Limits of each test's own; returns what sets narrower ones."""

    def limit(burst: float) -> None:
        for name in ("FILING", "FOLLOWING"):
            monkeypatch.setattr(appeal, name, Buckets(Limit(burst, 0.1), lambda: 0.0))

    limit(1000)
    return limit


@pytest.fixture
def restriction(registry: Registry, settings: Any) -> Restriction:  # noqa: F811 (fixture)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    return approve(propose(new_meeting()))


def receipt(*ids: UUID) -> str:
    votes = tuple(Vote(source, Code("CN")) for source in ("mm", "dbip", "ipfire"))
    now = timezone.now().replace(microsecond=0)
    made = receipts.Receipt(now, tuple(each.hex for each in ids), votes, None, now + timedelta(hours=1))
    return receipts.issue(made)


def send(client: Client, /, path: str = FILE, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    return client.post(path, {"text": WHY, **fields}, headers=headers)


def said(answer: Any) -> str:
    return unescape(answer.content.decode())


def token_in(answer: Any) -> str:
    return str(said(answer).split('id="token-1"')[1].partition(">")[2].split("<")[0])


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def decide(row: Appeal, outcome: Outcome = Outcome.WITHDRAWN) -> None:
    ruling = Ruling(outcome, "You were right: it should never have been.")
    appeals.decide(Desk().appeals.id, row.pk, ruling, timezone.now())


def test_p7_somebody_without_an_account_objects_and_reads_the_answer(restriction: Restriction) -> None:
    client = Client()
    answer = send(client, receipt=receipt(restriction.pk), not_here="on")
    assert answer.status_code == 200, said(answer)
    row, token = Appeal.objects.get(), token_in(answer)
    assert row.not_here
    assert row.evidence.endswith("UTC; mm: CN, dbip: CN, ipfire: CN")
    assert row.text == WHY
    assert "not been decided yet" in said(client.post("/appeal/follow", {"token": token}))
    decide(row)
    shown = said(client.post("/appeal/follow", {"token": token}))
    assert "You were right" in shown
    assert "the restriction was withdrawn" in shown
    assert restriction.later.get().kind == "withdrawn"


def test_a_receipt_can_be_a_file_and_each_restriction_gets_an_appeal(restriction: Restriction) -> None:
    second = approve(propose(new_meeting()))
    file = SimpleUploadedFile("receipt.txt", receipt(restriction.pk, second.pk).encode())
    answer = send(Client(), receipt_file=file)
    assert answer.status_code == 200
    assert {row.restriction_id for row in Appeal.objects.all()} == {restriction.pk, second.pk}
    assert 'id="token-2"' in said(answer)


def test_without_a_receipt_the_number_in_the_register_will_do(restriction: Restriction) -> None:
    assert send(Client(), restriction=restriction.pk.hex).status_code == 200
    assert Appeal.objects.get().evidence == ""


def test_who_writes_in_their_text_that_they_have_a_receipt_gains_nothing(restriction: Restriction) -> None:
    send(Client(), restriction=restriction.pk.hex, text="Receipt of this server, checked: mm: CN")
    assert Appeal.objects.get().evidence == ""


def test_what_was_withdrawn_leaves_nothing_to_object_to(restriction: Restriction) -> None:
    second = approve(propose(new_meeting()))
    later.withdraw_now(restriction.pk, "review", timezone.now())
    answer = send(Client(), restriction=restriction.pk.hex)
    assert (answer.status_code, "keeps nobody out any more" in said(answer)) == (404, True)
    assert send(Client(), receipt=receipt(restriction.pk, second.pk)).status_code == 200
    assert Appeal.objects.get().restriction_id == second.pk


REFUSED = [
    ({"receipt": "nonsense"}, 422, "bad_receipt"),
    ({"restriction": "0" * 32}, 404, "no_such_restriction"),
    ({"restriction": "x"}, 404, "no_such_restriction"),
    ({}, 404, "no_such_restriction"),
    ({"text": ""}, 422, "invalid"),
    ({"text": "x" * 8001}, 422, "invalid"),
    ({"text": "a\0b"}, 422, "invalid"),
    ({"by": "everybody"}, 422, "invalid"),
    ({"by": "account"}, 422, "invalid"),
    ({"by": "invitation", "invitation": "my link"}, 422, "invalid"),
]


@pytest.mark.parametrize(("fields", "status", "code"), REFUSED)
def test_what_cannot_be_used_is_said_and_nothing_is_kept(
    restriction: Restriction, fields: dict[str, str], status: int, code: str
) -> None:
    sent = {"restriction": restriction.pk.hex, **fields} if code == "invalid" else fields
    answer = send(Client(), **sent)
    assert (answer.status_code, f'role="alert" data-code="{code}"' in said(answer)) == (status, True)
    assert not Appeal.objects.exists()


@pytest.mark.parametrize(("fields", "status", "code"), REFUSED)
def test_programs_get_the_same_code_as_problem_json(
    restriction: Restriction, fields: dict[str, str], status: int, code: str
) -> None:
    sent = {"restriction": restriction.pk.hex, **fields} if code == "invalid" else fields
    answer = send(Client(), headers={"Accept": "application/problem+json"}, **sent)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)
    assert answer.json()["errors"]


def test_a_program_can_object_and_follow_up(restriction: Restriction) -> None:
    wants = {"Accept": "application/json"}
    (made,) = send(Client(), headers=wants, restriction=restriction.pk.hex).json()["appeals"]
    assert (made["outcome"], made["answer"], made["decided_at"]) == (None, None, None)
    decide(Appeal.objects.get(), Outcome.REJECTED)
    (seen,) = Client().post("/appeal/follow", {"token": made["key"]}, headers=wants).json()["appeals"]
    assert (seen["outcome"], seen["answer"]) == ("rejected", "You were right: it should never have been.")
    unknown = Client().post("/appeal/follow", {"token": "guess"}, headers=wants)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_appeal")


def test_a_receipt_somebody_changed_is_refused(restriction: Restriction) -> None:
    assert send(Client(), receipt=receipt(restriction.pk).replace('"CN"', '"HK"')).status_code == 422


def test_a_proposal_that_nobody_approved_cannot_be_found_here(restriction: Restriction) -> None:
    proposed = propose(new_meeting())
    assert send(Client(), restriction=proposed.pk.hex).status_code == 404


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize("tag", TAGS)
def test_the_page_speaks_the_language_the_browser_likes_best(restriction: Restriction, tag: str) -> None:
    spoken = language(tag)
    answer = Client().get("/appeal", headers={"Accept-Language": f"{tag};q=0.9, de"})
    text = said(answer)
    assert f'<html lang="{tag}" dir="{spoken.direction}">' in text
    assert answer.headers["Content-Language"] == tag
    assert spoken.text("appeal.title") in text
    assert ('class="draft"' in text) is bool(spoken.texts["draft"])
    for key in ("reasons", "not_here", "receipt", "restriction", "exempt", "exempt.device", "read"):
        assert spoken.text(f"appeal.{key}") in text, key
    assert ("Why you object" in text) is (tag == "en")


@pytest.mark.parametrize("tag", TAGS)
def test_errors_states_and_outcomes_are_in_the_chosen_language(restriction: Restriction, tag: str) -> None:
    spoken, client = language(tag), Client()
    wrong = said(send(client, language=tag, text="", receipt="nonsense"))
    assert spoken.text("appeal.error.form") in wrong
    assert spoken.text("appeal.error.missing") in wrong
    assert spoken.text("appeal.receipt.bad") in wrong
    assert "This field is required" not in wrong
    filed = send(client, language=tag, receipt=receipt(restriction.pk))
    row = Appeal.objects.get()
    due = spoken.text("appeal.due", day=f"\u2066{row.due_at:%Y\u2011%m\u2011%d}\u2069")
    assert spoken.text("appeal.filed.title") in said(filed)
    assert due in said(filed)
    decide(row, Outcome.REJECTED)
    seen = said(client.post("/appeal/follow", {"token": token_in(filed), "language": tag}))
    assert spoken.text("appeal.outcome.rejected") in seen
    assert f'<html lang="{tag}" dir="{spoken.direction}">' in seen
    unknown = client.post("/appeal/follow", {"token": "guess", "language": tag})
    assert (unknown.status_code, spoken.text("appeal.unknown") in said(unknown)) == (404, True)


def test_changing_the_language_loses_nothing_that_was_typed(restriction: Restriction) -> None:
    typed = {"text": WHY, "not_here": "on", "restriction": restriction.pk.hex, "by": "device"}
    file = SimpleUploadedFile("receipt.txt", receipt(restriction.pk).encode())
    text = said(Client().post("/appeal", {**typed, "receipt_file": file, "switch": "ar", "language": "en"}))
    assert '<html lang="ar" dir="rtl">' in text
    assert WHY in text
    assert restriction.pk.hex in text
    assert "bailiwick receipt v1" in text
    assert "checked" in text.split('name="not_here"')[1].split(">")[0]
    assert "checked" in text.split('value="device"')[1].split(">")[0]
    assert not Appeal.objects.exists()


def test_changing_it_on_the_answer_keeps_the_key(restriction: Restriction) -> None:
    token = token_in(send(Client(), restriction=restriction.pk.hex))
    shown = Client().post("/appeal/follow", {"token": token, "switch": "zh-Hant", "language": "en"})
    assert token_in(shown) == token
    assert language("zh-Hant").text("appeal.pending") in said(shown)


def test_the_page_that_kept_somebody_out_brings_the_receipt_along(restriction: Restriction) -> None:
    text = said(Client().post("/appeal", {"receipt": receipt(restriction.pk), "language": "fr"}))
    assert '<html lang="fr"' in text
    assert receipt(restriction.pk).splitlines()[0] in text


# ---------------------------------------------------------------- what is kept, and where


def test_p9_an_account_is_kept_only_if_its_owner_asks(restriction: Restriction) -> None:
    who = Account.objects.create_user("somebody@example.org")
    client = signed_in(who)
    send(client, restriction=restriction.pk.hex)
    assert Appeal.objects.get().account_id is None
    send(client, restriction=restriction.pk.hex, by="account")
    assert Appeal.objects.exclude(account=None).get().account_id == who.pk
    assert 'value="account"' not in said(Client().get("/appeal"))


def test_p9_of_a_browser_a_hash_is_kept_for_that_meeting_and_only_on_wish(restriction: Restriction) -> None:
    client = Client()
    assert send(client, restriction=restriction.pk.hex).cookies == {}
    assert Appeal.objects.get().device_digest == ""
    Appeal.objects.all().delete()
    second = approve(propose(new_meeting()))
    answer = send(client, receipt=receipt(restriction.pk, second.pk), by="device")
    cookie = answer.cookies["bw_device"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/m/", True, "Lax")
    digests = set(Appeal.objects.values_list("device_digest", flat=True))
    assert len(digests) == 2
    assert {len(each) for each in digests} == {64}
    assert cookie.value not in str(Appeal.objects.values())
    send(client, restriction=restriction.pk.hex, by="device")
    assert client.cookies["bw_device"].value == cookie.value
    assert set(Appeal.objects.values_list("device_digest", flat=True)) == digests


def test_where_the_browser_does_not_say_its_name_no_other_is_given_to_it(restriction: Restriction) -> None:
    answer = send(Client(), "/appeal/file", restriction=restriction.pk.hex, by="device")
    assert answer.status_code == 200
    assert answer.cookies == {}
    assert Appeal.objects.get().device_digest == ""


def test_an_exemption_can_go_by_a_personal_link_to_the_meeting_and_to_no_other(
    restriction: Restriction,
) -> None:
    assert restriction.meeting is not None
    mine, other = (
        Invitation.objects.create(meeting=row, email="li@example.org", token_digest=str(row.pk))
        for row in (restriction.meeting, new_meeting())
    )
    for each in (mine, other):
        Invitation.objects.filter(pk=each.pk).update(token_digest=links.digest(links.token(each)))
    for link in (links.personal("https://meet.example.org", mine), links.token(mine)):
        send(Client(), restriction=restriction.pk.hex, by="invitation", invitation=link)
        assert Appeal.objects.get().invitation_id == mine.pk
        Appeal.objects.all().delete()
    answer = send(Client(), restriction=restriction.pk.hex, by="invitation", invitation=links.token(other))
    assert answer.status_code == 200  # else whoever has a link could ask what stands on its meeting
    assert Appeal.objects.get().invitation_id is None


def test_the_key_is_in_no_address_and_kept_as_a_digest(restriction: Restriction) -> None:
    answer = send(Client(), restriction=restriction.pk.hex)
    token = token_in(answer)
    assert answer.status_code == 200  # no redirect that would carry it
    assert token not in str(Appeal.objects.values())
    asked = Client().get("/appeal", {"token": token})
    assert token not in said(asked)
    assert "not been decided yet" not in said(asked)
    assert Client().get("/appeal/follow", {"token": token}).status_code == 405


def test_the_page_is_kept_nowhere_sets_no_cookie_and_names_nothing_in_its_title(
    restriction: Restriction,
) -> None:
    answer = Client().get("/appeal")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.cookies == {}
    assert "<title>Page</title>" in said(answer)
    assert "data-hide" in said(answer)


def test_a_wrong_key_shows_nothing(restriction: Restriction) -> None:
    answer = Client().post("/appeal/follow", {"token": "guess"})
    assert (answer.status_code, 'data-code="no_such_appeal"' in said(answer)) == (404, True)


# ---------------------------------------------------------------- limits


def test_too_many_from_one_network_get_429_and_keep_what_they_wrote(
    restriction: Restriction, patience: Any
) -> None:
    patience(2)
    for _ in range(2):
        assert send(Client(), restriction=restriction.pk.hex).status_code == 200
    answer = send(Client(), restriction=restriction.pk.hex, language="fr")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "10"
    assert 'data-code="rate_limited"' in said(answer)
    assert language("fr").text("appeal.error.rate", seconds=10) in said(answer)
    assert WHY in said(answer)
    assert Appeal.objects.count() == 2
    asked = Client().post("/appeal/follow", {"token": "a"}, headers={"Accept": "application/json"})
    assert asked.status_code == 404
    for _ in range(2):
        asked = Client().post("/appeal/follow", {"token": "a"}, headers={"Accept": "application/json"})
    assert (asked.status_code, asked.json()["code"]) == (429, "rate_limited")
    assert asked.headers["Retry-After"] == "10"


def test_another_network_is_not_held_up_and_a_school_can_object_together(
    restriction: Restriction, patience: Any
) -> None:
    patience(1)
    assert send(Client(), restriction=restriction.pk.hex).status_code == 200
    assert send(Client(), restriction=restriction.pk.hex).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.9")
    assert send(elsewhere, restriction=restriction.pk.hex).status_code == 200


def test_a_whole_class_behind_one_address_can_object() -> None:
    buckets = Buckets(appeal.TO_FILE, lambda: 0.0)
    assert [buckets.take(None) for _ in range(200)] == [None] * 200
    assert buckets.take(None) is not None


@pytest.mark.parametrize("path", ["/appeal", FILE, "/appeal/file", "/appeal/follow"])
def test_what_is_too_large_is_not_read(restriction: Restriction, path: str) -> None:
    answer = Client().post(path, {"text": "x" * 70_000, "restriction": restriction.pk.hex})
    assert (answer.status_code, 'data-code="too_large"' in said(answer)) == (413, True)
    assert not Appeal.objects.exists()


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "http://localhost.elsewhere.example"]
)
def test_another_sites_form_is_refused_and_binds_nobody(restriction: Restriction, origin: str) -> None:
    client = signed_in(Account.objects.create_user("somebody@example.org"))
    answer = send(client, headers={"Origin": origin}, restriction=restriction.pk.hex, by="account")
    assert (answer.status_code, 'data-code="cross_origin"' in said(answer)) == (403, True)
    assert not Appeal.objects.exists()


def test_our_own_form_is_taken_without_any_cookie(restriction: Restriction) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = send(client, headers={"Origin": "http://localhost:8000"}, restriction=restriction.pk.hex)
    assert answer.status_code == 200


# ---------------------------------------------------------------- the host


def took_effect(row: Restriction) -> Meeting:
    assert row.meeting is not None
    Meeting.objects.filter(pk=row.meeting_id).update(withheld_count=1)
    return row.meeting


def test_p4_a_host_objects_by_their_meeting_and_is_not_told_which_restriction_it_is(
    restriction: Restriction,
) -> None:
    meeting = took_effect(restriction)
    client = signed_in(meeting.host)
    page = said(client.get("/appeal"))
    assert f'<option value="{meeting.slug}">{meeting.title}</option>' in page
    answer = send(client, meeting=meeting.slug)
    assert answer.status_code == 200
    row = Appeal.objects.get()
    assert row.restriction_id == restriction.pk
    assert row.account_id is None
    assert meeting.title not in row.text
    shown = said(answer).replace(token_in(answer), "")  # a key may have any two letters in it
    for secret in (restriction.pk.hex, str(restriction.pk), "CN", restriction.law):
        assert secret not in shown, secret


def test_a_co_host_can_too_and_nobody_else(restriction: Restriction) -> None:
    meeting = took_effect(restriction)
    co_host, stranger = (Account.objects.create_user(f"{name}@example.org") for name in ("co", "no"))
    CoHost.objects.create(meeting=meeting, account=co_host)
    assert send(signed_in(co_host), meeting=meeting.slug).status_code == 200
    for client in (signed_in(stranger), Client()):
        assert 'name="meeting"' not in said(client.get("/appeal"))
        assert send(client, meeting=meeting.slug).status_code == 404
    assert Appeal.objects.count() == 1


def test_a_meeting_on_which_nothing_stands_any_more_is_said(restriction: Restriction) -> None:
    meeting = took_effect(restriction)
    later.withdraw_now(restriction.pk, "appeal", timezone.now(), by=Desk().appeals.id)
    answer = send(signed_in(meeting.host), meeting=meeting.slug)
    assert (answer.status_code, "No restriction stands on this meeting." in said(answer)) == (404, True)


def test_a_host_whose_meeting_nothing_kept_anybody_out_of_is_offered_nothing(
    restriction: Restriction,
) -> None:
    assert restriction.meeting is not None
    assert 'name="meeting"' not in said(signed_in(restriction.meeting.host).get("/appeal"))

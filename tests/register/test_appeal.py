"""The page to object on: no account, a token that is never in an address, and what is kept of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from bailiwick.accounts.models import Account
from bailiwick.orders import receipts
from bailiwick.orders.actions import appeals
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.models import Appeal, Outcome, Restriction
from bailiwick.rules.location import Vote
from bailiwick.rules.territory import Code
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.desk import Desk
from tests.orders.kit import Registry, approve, new_meeting, propose

pytestmark = pytest.mark.django_db
WHY = "I live elsewhere, my company's network ends there."


@pytest.fixture
def restriction(registry: Registry, settings: Any) -> Restriction:  # noqa: F811 (fixture)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    return approve(propose(new_meeting()))


def receipt(*ids: UUID) -> str:
    votes = tuple(Vote(source, Code("CN")) for source in ("mm", "dbip", "ipfire"))
    now = timezone.now().replace(microsecond=0)
    made = receipts.Receipt(now, tuple(each.hex for each in ids), votes, None, now + timedelta(hours=1))
    return receipts.issue(made)


def send(client: Client, **fields: Any) -> Any:
    return client.post("/appeal/file", {"text": WHY, **fields})


def token_in(answer: Any) -> str:
    return str(answer.content.decode().split('id="token-1" value="')[1].split('"')[0])


def test_p7_somebody_without_an_account_objects_and_reads_the_answer(restriction: Restriction) -> None:
    client = Client()
    answer = send(client, receipt=receipt(restriction.pk), not_here="on")
    assert answer.status_code == 200, answer.content.decode()
    row, token = Appeal.objects.get(), token_in(answer)
    assert row.not_here
    assert row.text.startswith("[Receipt of this server, checked: ")
    assert row.text.endswith(WHY)
    assert "not decided yet" in client.post("/appeal/follow", {"token": token}).content.decode()
    ruling = Ruling(Outcome.WITHDRAWN, "You were right: it should never have been.")
    appeals.decide(Desk().appeals.id, row.pk, ruling, timezone.now())
    shown = client.post("/appeal/follow", {"token": token}).content.decode()
    assert "You were right" in shown
    assert restriction.later.get().kind == "withdrawn"


def test_a_receipt_can_be_a_file_and_each_restriction_gets_an_appeal(restriction: Restriction) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    second = approve(propose(new_meeting()))
    file = SimpleUploadedFile("receipt.txt", receipt(restriction.pk, second.pk).encode())
    answer = send(Client(), receipt_file=file)
    assert answer.status_code == 200
    assert {row.restriction_id for row in Appeal.objects.all()} == {restriction.pk, second.pk}
    assert 'id="token-2"' in answer.content.decode()


def test_without_a_receipt_the_number_in_the_register_will_do(restriction: Restriction) -> None:
    assert send(Client(), restriction=restriction.pk.hex).status_code == 200
    assert Appeal.objects.get().text.startswith("[No receipt.]")


def test_who_writes_our_first_line_themselves_gains_nothing(restriction: Restriction) -> None:
    send(Client(), restriction=restriction.pk.hex, text="[Receipt of this server, checked: 2026.] Hello")
    assert Appeal.objects.get().text.startswith("[No receipt.]\n")


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"receipt": "nonsense"}, "bad_receipt"), ({"restriction": "0" * 32}, "no_such_restriction"),
     ({"restriction": "x"}, "no_such_restriction"), ({}, "no_such_restriction")],
)  # fmt: skip
def test_what_names_no_restriction_is_said_and_nothing_is_kept(
    restriction: Restriction, fields: dict[str, str], code: str
) -> None:
    answer = send(Client(), **fields)
    assert (answer.status_code, f'data-code="{code}"' in answer.content.decode()) == (422, True)
    assert not Appeal.objects.exists()


def test_a_receipt_somebody_changed_is_refused(restriction: Restriction) -> None:
    assert send(Client(), receipt=receipt(restriction.pk).replace('"CN"', '"HK"')).status_code == 422


def test_a_proposal_that_nobody_approved_cannot_be_found_here(restriction: Restriction) -> None:
    proposed = propose(new_meeting())
    assert send(Client(), restriction=proposed.pk.hex).status_code == 422


def test_p9_an_account_is_kept_only_if_its_owner_asks(restriction: Restriction) -> None:
    who, client = Account.objects.create_user("somebody@example.org"), Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    send(client, restriction=restriction.pk.hex)
    assert Appeal.objects.get().account_id is None
    send(client, restriction=restriction.pk.hex, bind="on")
    assert Appeal.objects.exclude(account=None).get().account_id == who.pk
    assert 'name="bind"' not in Client().get("/appeal").content.decode()


def test_the_token_is_in_no_address_and_kept_as_a_digest(restriction: Restriction) -> None:
    answer = send(Client(), restriction=restriction.pk.hex)
    token = token_in(answer)
    assert answer.status_code == 200  # no redirect that would carry it
    assert token not in str(Appeal.objects.values())
    asked = Client().get("/appeal", {"token": token})
    assert token not in asked.content.decode()
    assert "not decided yet" not in asked.content.decode()
    assert Client().get("/appeal/follow", {"token": token}).status_code == 405


def test_the_page_is_kept_nowhere_and_names_nothing_in_its_title(restriction: Restriction) -> None:
    answer = Client().get("/appeal")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    title = answer.content.decode().split("<title>")[1].split("</title>")[0]
    assert "ppeal" not in title
    assert "estrict" not in title


def test_a_wrong_token_shows_nothing(restriction: Restriction) -> None:
    answer = Client().post("/appeal/follow", {"token": "guess"})
    assert (answer.status_code, 'data-code="no_such_appeal"' in answer.content.decode()) == (422, True)

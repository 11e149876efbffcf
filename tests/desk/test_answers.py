"""The answer to the authority: what was granted, what was cut and why, and nothing of anybody."""

from typing import Any

import pytest

from bailiwick.accounts.models import Account
from bailiwick.orders.models import Demand, Restriction
from tests.desk.kit_demands import Staff, letter
from tests.desk.test_demands_pages import _served, approved, staff  # noqa: F401 (fixtures)
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.kit import new_meeting

pytestmark = pytest.mark.django_db


def answer(staff: Staff, row: Demand | None = None) -> str:  # noqa: F811 (fixture)
    found = staff.at("intake").get(f"/desk/demands/{(row or Demand.objects.get()).pk}/answer")
    assert found["Content-Type"] == "text/plain; charset=utf-8"
    assert found["Content-Disposition"].startswith("attachment")
    return found.content.decode()


def received(staff: Staff, **fields: Any) -> Demand:  # noqa: F811 (fixture)
    staff.at("intake").post("/desk/demands/receive", letter(staff.authority("CN"), **fields))
    return Demand.objects.latest("received_at")


def test_p4_it_says_from_when_until_when_and_what_was_cut(staff: Staff) -> None:  # noqa: F811 (fixture)
    meeting = new_meeting()
    row = approved(staff, meeting)
    said = answer(staff)
    for text in (
        f"meeting {meeting.slug}", "Mainland China (CN)", "from 1 January 2099, 00:00 UTC",
        "until 20 January 2099, 00:00 UTC", "Law: Act 5 art. 2", "No demand ends a meeting",
        "Beyond the authority’s own territory: Hong Kong (HK)", "Longer than what is necessary",
        f"/register/restrictions/{row.pk.hex}", "Your reference: No. 7",
    ):  # fmt: skip
        assert text in said, text
    assert said in staff.at("reviewer").get(f"/desk/demands/{row.demand_id}").content.decode().replace(
        "&#x27;", "'"
    )


def test_p9_it_is_the_same_whether_anybody_was_there_or_not(staff: Staff) -> None:  # noqa: F811 (fixture)
    approved(staff, new_meeting())
    before = answer(staff)
    Restriction.objects.update(effects=57)
    assert answer(staff) == before
    assert "@" not in before


def test_p9_it_does_not_tell_whether_an_account_exists(staff: Staff) -> None:  # noqa: F811 (fixture)
    Account.objects.create_user("host@example.org", "a long password")
    said = []
    for email in ("host@example.org", "nobody@example.org"):
        row = received(staff, close_account=email, channel="official")
        staff.at("intake").post(f"/desk/demands/{row.pk}/examine")
        staff.at("reviewer").post(f"/desk/demands/{row.pk}/refuse", {"reasons": ["not_possible_here"]})
        said.append(answer(staff, row).replace(row.pk.hex, "N"))
    assert said[0] == said[1]
    assert "Not possible here" in said[0]
    assert "example.org" not in said[0].replace("meet.example.org", "")


def test_p11_what_was_to_be_secret_reads_that_as_the_ground(staff: Staff) -> None:  # noqa: F811 (fixture)
    assert "Was to be kept secret" in answer(staff, received(staff, confidential="on"))


def test_it_names_what_a_demand_lacks(staff: Staff) -> None:  # noqa: F811 (fixture)
    row = received(staff, law="", ends_at="")
    staff.at("intake").post(f"/desk/demands/{row.pk}/examine")
    said = answer(staff, row)
    for text in ("not examined further until it says", "- the legal basis", "- an end date"):
        assert text in said

"""Attacks at the desk's pages: rows changed by hand, texts that want to be markup, other people's numbers."""

from pathlib import Path
from typing import Any

import pytest

from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeals
from bailiwick.orders.models import Appeal, Restriction
from tests.desk.kit_demands import Staff, signature
from tests.gate.kit import Clock
from tests.orders.desk import NOW, withhold
from tests.orders.kit import new_meeting, open_registry

pytestmark = pytest.mark.django_db
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}"


@pytest.fixture
def staff(db: None, tmp_path: Path, settings: Any) -> Staff:
    open_registry(tmp_path / "log", settings, Clock())
    return Staff()


def page(staff: Staff, who: str, path: str) -> Any:
    return staff.at(who).get(path)


TAMPERED: dict[str, dict[str, Any]] = {
    "codes_that_are_none": {"territories": ["XX", "<b>"]},
    "no_codes": {"territories": []},
    "fraction_of_a_second": {"expires_at": NOW.replace(microsecond=7, year=2027)},
    "no_such_kind": {"kind": "<b>friend"},
    "no_such_reason": {"reasons": ["<i>whim"]},
}


@pytest.mark.parametrize("change", TAMPERED)
def test_p7_a_row_changed_by_hand_can_still_be_looked_at_and_withdrawn(staff: Staff, change: str) -> None:
    """Whoever changes a row must not take away the page on which one person undoes it."""
    made = staff.granted(staff.under_review(staff.authority(), withhold(new_meeting())))
    Restriction.objects.filter(pk=made.pk).update(**TAMPERED[change])
    answer = page(staff, "reviewer", f"/desk/demands/restrictions/{made.pk}")
    assert answer.status_code == 200
    assert "<b>" not in answer.content.decode()
    assert "somebody changed it by hand" in answer.content.decode()
    done = staff.at("reviewer").post(f"/desk/demands/restrictions/{made.pk}/withdraw", {"reason": "review"})
    assert done.status_code == 302
    assert made.later.get().kind == "withdrawn"


def test_what_others_wrote_is_text_on_every_page(staff: Staff) -> None:
    authority = staff.authority()
    fields = {"reference": MARKUP[:100], "contact": MARKUP, "statement": MARKUP, "redress_recipient": MARKUP}
    demand = staff.under_review(authority, withhold(new_meeting()), **fields)
    made = staff.granted(demand)
    appeal, _ = appeals.file(made.pk, MARKUP, Person(), NOW)
    paths = {
        "reviewer": ["/desk/demands/", f"/desk/demands/{demand.pk}", f"/desk/demands/{demand.pk}/review",
                     f"/desk/demands/restrictions/{made.pk}", "/desk/demands/authorities"],
        "appeals": ["/desk/demands/appeals", f"/desk/demands/appeals/{appeal.pk}"],
    }  # fmt: skip
    for who, each in paths.items():
        for path in each:
            answer = page(staff, who, path)
            assert answer.status_code == 200, path
            text = answer.content.decode()
            assert "<script>alert" not in text, path
            assert "<img src=x" not in text, path
            assert "14" not in text.partition("onerror")[2][:30], path


def test_p5_a_signature_sent_to_another_restrictions_address_signs_nothing(staff: Staff) -> None:
    one = staff.signed(staff.under_review(staff.authority(), withhold(new_meeting())))
    two = staff.signed(staff.under_review(staff.authority(), withhold(new_meeting())))
    answer = staff.at("approver").post(
        f"/desk/demands/restrictions/{two.pk}/approve", signature(staff.approver, one)
    )
    assert answer.status_code == 422
    assert not Restriction.objects.filter(outbox_id__isnull=False).exists()


@pytest.mark.parametrize("path", ["demands/{}", "demands/restrictions/{}", "demands/appeals/{}"])
def test_no_page_leaves_its_address_or_itself_to_others(staff: Staff, path: str) -> None:
    made = staff.granted(staff.under_review(staff.authority(), withhold(new_meeting())))
    appeal, _ = appeals.file(made.pk, "I am somewhere else.", Person(), NOW)
    number = {"demands/{}": made.demand_id, "demands/restrictions/{}": made.pk}.get(path, appeal.pk)
    answer = page(staff, "appeals", "/desk/" + path.format(number))
    assert answer.status_code == 200
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
    assert Appeal.objects.count() == 1


def test_whoever_is_sent_to_show_a_second_factor_comes_back_here_and_nowhere_else(staff: Staff) -> None:
    from tests.desk.conftest import seated

    client = seated(staff.reviewer.account, 10**6)
    answer = client.get("/desk/demands/?next=https://evil.example/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/")
    assert "next=%2Fdesk%2Fdemands%2F" in answer.headers["Location"]


def test_p3_a_granted_restriction_is_read_as_the_log_has_it(staff: Staff) -> None:
    """A row of other words than its entry: the text on the page is the log's, and the page says so."""
    made = staff.granted(staff.under_review(staff.authority(), withhold(new_meeting())))
    path = f"/desk/demands/restrictions/{made.pk}"
    assert "somebody changed it by hand" not in page(staff, "reviewer", path).content.decode()
    Restriction.objects.filter(pk=made.pk).update(law="Another Act 9")
    text = page(staff, "reviewer", path).content.decode()
    assert "somebody changed it by hand" in text
    assert "Act 5 art. 2" in text


def test_p5_what_no_entry_could_say_is_offered_to_nobody_to_sign(staff: Staff) -> None:
    made = staff.propose(staff.under_review(staff.authority(), withhold(new_meeting())))
    path = f"/desk/demands/restrictions/{made.pk}"
    assert f"{path}/sign" in page(staff, "reviewer", path).content.decode()
    Restriction.objects.filter(pk=made.pk).update(kind="friend")
    assert f"{path}/sign" not in page(staff, "reviewer", path).content.decode()

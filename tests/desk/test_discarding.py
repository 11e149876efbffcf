"""What is proposed at the desk and dropped there: by one person, without an effect, and with a trace (see
`conftest`). Everything else that the desk does is done by the pages' own tests."""

from typing import Any, Final

import pytest

from bailiwick.accounts.models import Account, Audit
from bailiwick.orders.actions import takedowns
from bailiwick.orders.models import Authority, Restriction, Takedown
from tests.desk.conftest import AtDesk
from tests.desk.kit_demands import Staff
from tests.desk.test_suspension_pages import FORM
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.desk import withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db
OFFICE: Final = {"name": "Office of Letters", "state": "CN", "kind": "court", "channels": "letter"}


def acts(*codes: str) -> list[str]:
    return list(Audit.objects.filter(code__in=codes).order_by("id").values_list("code", flat=True))


@pytest.fixture
def staff(registry: Registry, settings: Any) -> Staff:  # noqa: F811 (fixture)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    return Staff()


def test_a_proposed_authority(staff: Staff) -> None:
    intake = staff.at("intake")
    assert intake.post("/desk/demands/authorities/propose", OFFICE).status_code == 302
    row = Authority.objects.get(name=OFFICE["name"])
    assert intake.post("/desk/demands/authorities/discard", {"id": str(row.pk)}).status_code == 302
    assert not Authority.objects.filter(pk=row.pk).exists()
    assert acts("authority.discarded") == ["authority.discarded"]


def test_a_proposed_end_of_an_authority(staff: Staff) -> None:
    row = staff.authority("CN")
    here = f"/desk/demands/authorities/{row.pk}"
    assert staff.at("intake").post(f"{here}/end", {"reason": "abolished"}).status_code == 302
    assert staff.at("approver").post(f"{here}/discard").status_code == 302
    assert not row.changes.exists()
    assert acts("authority.change_discarded") == ["authority.change_discarded"]


def test_a_proposed_restriction(staff: Staff) -> None:
    row = staff.propose(staff.under_review(staff.authority("CN"), withhold(new_meeting())))
    assert staff.at("approver").post(f"/desk/demands/restrictions/{row.pk}/discard").status_code == 302
    assert not Restriction.objects.exists()
    assert acts("restriction.discarded") == ["restriction.discarded"]


def test_a_proposal_to_take_a_document_down(staff: Staff) -> None:
    demand = staff.granted(staff.under_review(staff.authority("CN"), withhold(new_meeting()))).demand
    document, here = takedowns.documents_of(demand)[0], f"/desk/demands/{demand.pk}/documents"
    asked = {"document": document, "reason": "personal_data"}
    assert staff.at("intake").post(f"{here}/propose", asked).status_code == 302
    made = Takedown.objects.get()
    assert staff.at("approver").post(f"{here}/discard", {"id": made.pk}).status_code == 302
    assert not Takedown.objects.exists()
    assert acts("document.takedown_discarded") == ["document.takedown_discarded"]


def test_a_proposed_suspension(members: dict[str, Account], host: Account, at_desk: AtDesk) -> None:
    made = at_desk(members["reviewer"]).post("/desk/suspensions/propose", FORM).headers["Location"]
    assert at_desk(members["approver"]).post(f"{made}/discard").status_code == 302
    assert Account.objects.get(pk=host.pk).is_active
    assert acts("suspension.discarded") == ["suspension.discarded"]


def test_the_removal_of_a_role(administrators: tuple[Account, Account], at_desk: AtDesk) -> None:
    ada, ben = map(at_desk, administrators)
    grant = {"id": administrators[1].grants.get().pk}
    assert ada.post("/desk/roles/removal/propose", grant).status_code == 302
    assert ben.post("/desk/roles/removal/discard", grant).status_code == 302
    assert acts("role.removal_discarded_administrator") == ["role.removal_discarded_administrator"]

"""The page of the server-wide rule."""

import pytest

from bailiwick.accounts.models import Account, Audit
from bailiwick.meetings import queries
from bailiwick.meetings.models import ServerRule
from tests.desk.conftest import AtDesk

pytestmark = pytest.mark.django_db
WHY = "Our insurance does not cover sessions there."
ASKED = {"mode": "deny", "territories": "KP", "undetermined": "admit", "statement": WHY}


def test_the_form_asks_and_a_yes_is_answered_as_a_demand(
    administrators: tuple[Account, Account], at_desk: AtDesk
) -> None:
    client = at_desk(administrators[0])
    unanswered = client.post("/desk/server-rule/propose", ASKED)
    assert unanswered.status_code == 422
    assert 'data-code="required"' in unanswered.content.decode()
    answer = client.post("/desk/server-rule/propose", {**ASKED, "authority_prompted": "yes"})
    assert answer.status_code == 422
    assert "That is a demand" in answer.content.decode()
    assert not ServerRule.objects.exists()
    again = client.post("/desk/server-rule/propose", {**ASKED, "authority_prompted": "no"})
    assert again.status_code == 403
    assert "It was answered that an authority prompted a rule" in again.content.decode()
    assert not ServerRule.objects.exists()
    other = at_desk(administrators[1])
    assert "What has changed since?" in other.get("/desk/server-rule").content.decode()
    assert other.post("/desk/server-rule/propose", {**ASKED, "authority_prompted": "no"}).status_code == 302


def test_p5_two_administrators_use_the_page(administrators: tuple[Account, Account], at_desk: AtDesk) -> None:
    ada, ben = map(at_desk, administrators)
    ada.post("/desk/server-rule/propose", {**ASKED, "authority_prompted": "no"})
    proposal = ServerRule.objects.get()
    said = {"id": proposal.pk, "authority_prompted": "no"}
    assert ada.post("/desk/server-rule/approve", said).status_code == 403
    unanswered = ben.post("/desk/server-rule/approve", {"id": proposal.pk})
    assert unanswered.status_code == 422
    assert unanswered.content.decode().count('data-code="required"') == 1
    assert queries.in_force() is None
    assert ben.post("/desk/server-rule/approve", said).status_code == 302
    assert queries.in_force() == proposal
    assert ada.post("/desk/server-rule/withdraw", {"id": proposal.pk}).status_code == 302
    assert queries.in_force() is None
    codes = Audit.objects.filter(code__startswith="server_rule").order_by("id")
    assert list(codes.values_list("code", flat=True)) == [
        "server_rule.proposed",
        "server_rule.approved",
        "server_rule.withdrawn",
    ]


def test_who_may_not_change_it_is_offered_no_form(members: dict[str, Account], at_desk: AtDesk) -> None:
    for role in ("auditor", "intake"):
        shown = at_desk(members[role]).get("/desk/server-rule").content.decode()
        assert "None." in shown
        assert "/desk/server-rule/" not in shown

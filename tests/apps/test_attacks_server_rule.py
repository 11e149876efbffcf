"""A server-wide rule by hand would be the secret, unlimited restriction that there must not be: without its
entry in the log it is nobody's rule."""

from typing import Any

import pytest
from django.test import Client

from bailiwick.accounts.models import Account, RoleGrant
from bailiwick.ledger.models import Outbox
from bailiwick.meetings import queries
from bailiwick.meetings.actions import server_rule
from bailiwick.meetings.errors import ProposerLeft
from bailiwick.meetings.models import ServerRule
from bailiwick.meetings.terms import current_server_rule
from tests.apps.conftest import NOW
from tests.apps.test_server_rule import WHY, propose

pytestmark = pytest.mark.django_db


def in_force(staff: Account, superuser: Account) -> ServerRule:
    made = propose(staff)
    server_rule.approve(superuser.pk, made.pk, authority_prompted=False, now=NOW)
    assert current_server_rule() is not None
    return made


CHANGED: dict[str, dict[str, Any]] = {
    "wider": {"territories": ["CN", "HK", "KP"]},
    "turned_round": {"mode": "allow"},
    "undetermined_too": {"undetermined": "refuse"},
    "withdrawn_and_back": {"withdrawn_at": None},
}


@pytest.mark.parametrize("change", CHANGED)
def test_p3_a_server_wide_rule_changed_by_hand_keeps_nobody_out(
    staff: Account, superuser: Account, change: str
) -> None:
    made = in_force(staff, superuser)
    if change == "withdrawn_and_back":
        server_rule.withdraw(staff.pk, made.pk, NOW)
    ServerRule.objects.filter(pk=made.pk).update(**CHANGED[change])
    assert current_server_rule() is None
    assert queries.in_force() is None


def test_p3_a_server_wide_rule_put_there_by_hand_keeps_nobody_out(staff: Account, superuser: Account) -> None:
    ServerRule.objects.create(
        mode="deny", territories=["CN"], undetermined="admit", statement=WHY, authority_prompted=False,
        proposed_by=staff, proposed_at=NOW, approved_by=superuser, approved_at=NOW,
    )  # fmt: skip
    assert current_server_rule() is None
    assert WHY not in Client().get("/rules").content.decode()
    assert Client().get("/rules.json").json()["rules"] == []
    assert not Outbox.objects.filter(type="server_rule.changed").exists()


def test_p3_a_server_wide_rule_whose_entry_never_comes_into_the_log_keeps_nobody_out(
    staff: Account, superuser: Account
) -> None:
    """An outbox row that has an index already is never sequenced: nobody outside would read it."""
    made = in_force(staff, superuser)
    entry = bytes(Outbox.objects.get(type="server_rule.changed").entry)
    server_rule.withdraw(staff.pk, made.pk, NOW)
    ServerRule.objects.filter(pk=made.pk).update(withdrawn_at=None)
    Outbox.objects.create(type="server_rule.changed", entry=entry, index=10**6)
    assert current_server_rule() is None


def test_p5_what_a_former_administrator_proposed_is_not_approved(staff: Account, superuser: Account) -> None:
    made = propose(staff)
    RoleGrant.objects.filter(account=staff).delete()
    with pytest.raises(ProposerLeft):
        server_rule.approve(superuser.pk, made.pk, authority_prompted=False, now=NOW)


def test_a_proposal_changed_by_hand_into_none_is_not_approved(staff: Account, superuser: Account) -> None:
    made = propose(staff)
    ServerRule.objects.filter(pk=made.pk).update(mode="allow", territories=[])
    with pytest.raises(Exception, match="at least one country"):
        server_rule.approve(superuser.pk, made.pk, authority_prompted=False, now=NOW)
    assert current_server_rule() is None

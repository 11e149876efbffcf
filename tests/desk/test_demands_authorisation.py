"""Every role and every transition at the pages of demands, on rows that are there. The table is written apart
from the code; an address missing in it fails the test."""

from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bailiwick.accounts.models import Audit
from bailiwick.accounts.roles import Role
from bailiwick.desk.demands.urls import urlpatterns
from bailiwick.ledger.models import Outbox
from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeals, signers
from bailiwick.orders.models import (
    Appeal,
    Authority,
    AuthorityChange,
    Demand,
    Later,
    Restriction,
    Review,
    Signer,
    Target,
)
from tests.desk.conftest import with_totp
from tests.desk.kit_demands import REVIEW, Staff, browser
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.desk import Member, give, member, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db

READING: Final = {"intake", "reviewer", "approver", "appeals", "auditor"}
UNDOING: Final = {"reviewer", "approver", "appeals"}
PAGES: Final = {
    "desk_demands": READING,
    "desk_authorities": READING,
    "desk_authority": READING,
    "desk_answered": READING,
    "desk_restrictions": READING,
    "desk_new_demand": {"intake", "auditor"},
    "desk_demand": READING,
    "desk_documents": READING,
    "desk_letter": READING,
    "desk_letter_file": READING,
    "desk_answer": READING,
    "desk_demand_added": {"intake", "reviewer", "auditor"},
    "desk_review": READING,
    "desk_plan": READING,
    "desk_restriction": READING,
    "desk_signers": READING,
    "desk_signer": READING,
    "desk_appeals": {"appeals", "auditor"},
    "desk_appeal": {"appeals", "auditor"},
}
ACTS: Final = {
    "desk_propose_authority": {"intake", "reviewer"},
    "desk_approve_authority": {"approver"},
    "desk_discard_authority": {"intake", "reviewer", "approver"},
    "desk_change_authority": {"intake", "reviewer"},
    "desk_end_authority": {"intake", "reviewer"},
    "desk_approve_authority_change": {"approver"},
    "desk_discard_authority_change": {"intake", "reviewer", "approver"},
    "desk_receive_demand": {"intake"},
    "desk_supplement_demand": {"intake", "reviewer"},
    "desk_examine_demand": {"intake", "reviewer"},
    "desk_authority_informed": {"intake", "reviewer"},
    "desk_write_review": {"reviewer"},
    "desk_refuse_demand": {"reviewer"},
    "desk_explain_refusal": {"reviewer"},
    "desk_propose_restriction": {"reviewer"},
    "desk_sign_restriction": {"reviewer"},
    "desk_approve_restriction": {"approver"},
    "desk_discard_restriction": {"reviewer", "approver"},
    "desk_propose_again": {"reviewer"},
    "desk_suspend_restriction": UNDOING,
    "desk_withdraw_restriction": UNDOING,
    "desk_correct_restriction": UNDOING,
    "desk_propose_takedown": {"intake", "reviewer", "appeals"},
    "desk_approve_takedown": {"approver"},
    "desk_discard_takedown": {"intake", "reviewer", "approver", "appeals"},
    "desk_decide_appeal": {"appeals"},
    "desk_propose_signer": {"reviewer", "approver"},
    "desk_prove_signer": {"reviewer", "approver"},
    "desk_approve_signer": READING - {"auditor"},
    "desk_discard_signer": READING - {"auditor"},
    "desk_remove_signer": READING - {"auditor"},
}
SENT: Final = {
    "desk_propose_authority": {"name": "Office", "state": "CN", "kind": "court", "channels": "letter"},
    "desk_change_authority": {"name": "Office", "channels": "registered mail"},
    "desk_end_authority": {"reason": "abolished"},
    "desk_authority_informed": {"day": timezone.now().date().isoformat()},
    "desk_write_review": REVIEW,
    "desk_refuse_demand": {"reasons": ["not_necessary"]},
    "desk_explain_refusal": {"reasoning": "It asks for too much."},
    "desk_propose_again": {"law": "Act 5 art. 2", "reasons": ["defamation"], "until": "2026-11-23T00:00"},
    "desk_suspend_restriction": {"reason": "review"},
    "desk_withdraw_restriction": {"reason": "review"},
    "desk_correct_restriction": {"territories": "", "until": "2026-11-23T00:00"},
    "desk_decide_appeal": {"outcome": "rejected", "answer": "It is as it was decided before."},
    "desk_remove_signer": {"key": "0" * 64, "reason": "left"},
}
WHO: Final = [*sorted(Role), "nobody", "root", "root_administrator"]


@dataclass
class Rows:
    """One of each, none of them touched by whoever tries."""

    staff: Staff = field(default_factory=Staff)
    kwargs: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        by = self.staff.authority("CN")
        demand = self.staff.under_review(by, withhold(new_meeting()))
        granted = self.staff.granted(self.staff.under_review(by, withhold(new_meeting())))
        appeal, _ = appeals.file(granted.pk, "PRIVATE WORDS", Person(), timezone.now())
        holder = member(Role.APPROVER, signs=False)
        signer = signers.propose(holder.id, holder.passkey.pair.public, timezone.now())
        self.kwargs = {
            "authority_id": by.pk,
            "demand_id": demand.pk,
            "target_id": demand.targets.get().pk,
            "restriction_id": granted.pk,
            "appeal_id": appeal.pk,
            "signer_id": signer.pk,
        }

    def address(self, name: str) -> str:
        found = next(each for each in urlpatterns if each.name == name)
        return reverse(name, kwargs={key: self.kwargs[key] for key in found.pattern.converters})


@pytest.fixture
def rows(registry: Registry, settings: Any) -> Rows:  # noqa: F811 (fixture)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    return Rows()


def somebody(who: str) -> Member:
    made = member(superuser=who.startswith("root"), registered=False)
    with_totp(made.account)
    if who in set(Role):
        give(made.account, Role(who))
    elif who == "root_administrator":
        give(made.account, Role.ADMINISTRATOR)
    return made


def kept() -> object:
    tables = (
        Audit,
        Outbox,
        Authority,
        AuthorityChange,
        Demand,
        Target,
        Review,
        Restriction,
        Later,
        Appeal,
        Signer,
    )
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_every_address_of_demands_is_in_the_table() -> None:
    assert {each.name for each in urlpatterns} == PAGES.keys() | ACTS.keys()


@pytest.mark.parametrize("name", sorted(PAGES | ACTS))
def test_the_guard_lets_in_the_roles_of_the_table(name: str) -> None:
    found = next(each for each in urlpatterns if each.name == name)
    assert {role.value for role in found.callback.roles} == (PAGES | ACTS)[name]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_p5_a_page_opens_for_its_roles_and_no_other(name: str, rows: Rows) -> None:
    for who in WHO:
        answer = browser(somebody(who)).get(rows.address(name))
        assert answer.status_code == (200 if who in PAGES[name] else 403), who
        if "appeals" not in who and who != "auditor":
            assert "PRIVATE WORDS" not in answer.content.decode()


@pytest.mark.parametrize("name", sorted(ACTS))
def test_p5_a_transition_is_refused_to_every_other_role_and_changes_nothing(name: str, rows: Rows) -> None:
    for who in [each for each in WHO if each not in ACTS[name]]:
        client, before = browser(somebody(who)), kept()
        answer = client.post(rows.address(name), SENT.get(name, {}))
        assert answer.status_code == 403, who
        assert kept() == before, who


@pytest.mark.parametrize(
    ("name", "who"), [(name, who) for name, roles in sorted(ACTS.items()) for who in sorted(roles)]
)
def test_p5_a_transition_is_open_to_its_role(name: str, who: str, rows: Rows) -> None:
    """Done, or refused for what was sent or the state of things: never for the role."""
    answer = browser(somebody(who)).post(rows.address(name), SENT.get(name, {}))
    assert answer.status_code in {302, 404, 409, 422}


@pytest.mark.parametrize("name", sorted(ACTS))
def test_a_transition_is_no_page_and_a_cookie_alone_does_nothing(name: str, rows: Rows) -> None:
    who = somebody(sorted(ACTS[name])[0])
    assert browser(who).get(rows.address(name)).status_code == 405
    strict, before = Client(enforce_csrf_checks=True), kept()
    strict.cookies = browser(who).cookies
    assert strict.post(rows.address(name), SENT.get(name, {})).status_code == 403
    assert kept() == before


@pytest.mark.parametrize("name", sorted(PAGES | ACTS))
def test_who_is_not_signed_in_is_asked_to_sign_in(name: str, rows: Rows) -> None:
    address = rows.address(name)
    answer = Client().get(address) if name in PAGES else Client().post(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")

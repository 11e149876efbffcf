"""Every role and every transition. Who may is written here apart from the code; everybody else gets
`role_needed`, whatever the object's state, before anything is read or changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bailiwick.accounts.errors import RoleNeeded
from bailiwick.accounts.models import Audit
from bailiwick.accounts.roles import Role
from bailiwick.ledger.models import Outbox
from bailiwick.orders.actions import (
    appeals,
    authorities,
    granting,
    intake,
    later,
    originals,
    refusals,
    signers,
    takedowns,
)
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.actions.drafting import Plan
from bailiwick.orders.actions.informing import inform
from bailiwick.orders.actions.intake import Letter
from bailiwick.orders.actions.refusals import Why
from bailiwick.orders.errors import NoSigner, NoSuchDemand, NoSuchRestriction, UnknownPasskey
from bailiwick.orders.models import Outcome
from bailiwick.orders.papers.errors import OriginalGone
from bailiwick.orders.permissions import MAY, Act
from bailiwick.rules.territory import Code
from tests.orders.desk import NOW, ROLES, member
from tests.orders.kit import Registry
from tests.orders.passkey import Passkey

pytestmark = pytest.mark.django_db


@dataclass
class Transition:
    may: set[str]
    attempt: Callable[[Any], Any]


SOME = uuid4()
ASSERTION = Passkey().approve(b"text")
PLAN = Plan("Act 5", ("public_security",), NOW, NOW + timedelta(days=1))
UNDO = {"reviewer", "approver", "appeals"}
TRANSITIONS = {
    Act.PROPOSE_AUTHORITY: Transition(
        {"intake", "reviewer"},
        lambda who: authorities.propose(
            who, name="Office", state="CN", kind="court", channels="letter", now=NOW
        ),
    ),
    Act.APPROVE_AUTHORITY: Transition({"approver"}, lambda who: authorities.approve(who, SOME, NOW)),
    Act.DISCARD_AUTHORITY: Transition(
        {"intake", "reviewer", "approver"}, lambda who: authorities.discard(who, SOME, NOW)
    ),
    Act.CHANGE_AUTHORITY: Transition(
        {"intake", "reviewer"},
        lambda who: authorities.change(who, SOME, name="Office", channels="letter", now=NOW),
    ),
    Act.END_AUTHORITY: Transition(
        {"intake", "reviewer"}, lambda who: authorities.end(who, SOME, "abolished", NOW)
    ),
    Act.APPROVE_AUTHORITY_CHANGE: Transition(
        {"approver"}, lambda who: authorities.approve_change(who, SOME, NOW)
    ),
    Act.DISCARD_AUTHORITY_CHANGE: Transition(
        {"intake", "reviewer", "approver"}, lambda who: authorities.discard_change(who, SOME, NOW)
    ),
    Act.RECEIVE: Transition(
        {"intake"}, lambda who: intake.receive(who, Letter(state="CN", kind="court"), b"original", NOW)
    ),
    Act.EXAMINE: Transition({"intake", "reviewer"}, lambda who: intake.examine(who, SOME, NOW)),
    Act.INFORM: Transition({"intake", "reviewer"}, lambda who: inform(who, SOME, NOW.date(), NOW)),
    Act.REFUSE: Transition({"reviewer"}, lambda who: intake.refuse(who, SOME, ["secret"], NOW)),
    Act.EXPLAIN: Transition(
        {"reviewer"}, lambda who: refusals.explain(who, SOME, Why("It is too much."), NOW)
    ),
    Act.REVIEW: Transition(
        {"reviewer"},
        lambda who: granting.review(
            who, SOME, legality="x" * 30, necessity="x" * 30, proportionality="x" * 30, redacted=b"x", now=NOW
        ),
    ),
    Act.PROPOSE: Transition({"reviewer"}, lambda who: granting.propose(who, 0, PLAN, NOW)),
    Act.SIGN: Transition({"reviewer"}, lambda who: granting.sign(who, SOME, ASSERTION, NOW)),
    Act.DISCARD: Transition({"reviewer", "approver"}, lambda who: granting.discard(who, SOME, NOW)),
    Act.APPROVE: Transition({"approver"}, lambda who: granting.approve(who, SOME, ASSERTION, NOW)),
    Act.SUSPEND: Transition(UNDO, lambda who: later.suspend(who, SOME, "review", NOW)),
    Act.WITHDRAW: Transition(UNDO, lambda who: later.withdraw(who, SOME, "review", NOW)),
    Act.NARROW: Transition(
        UNDO, lambda who: later.narrow(who, SOME, NOW, territories=frozenset({Code("CN")}))
    ),
    Act.DECIDE_APPEAL: Transition(
        {"appeals"},
        lambda who: appeals.decide(who, SOME, Ruling(Outcome.REJECTED, "It is as it was decided."), NOW),
    ),
    Act.PROPOSE_TAKEDOWN: Transition(
        {"intake", "reviewer", "appeals"},
        lambda who: takedowns.propose(who, SOME, "0" * 64, "personal_data", NOW),
    ),
    Act.APPROVE_TAKEDOWN: Transition({"approver"}, lambda who: takedowns.approve(who, 1, NOW)),
    Act.DISCARD_TAKEDOWN: Transition({*UNDO, "intake"}, lambda who: takedowns.discard(who, 1, NOW)),
    Act.READ_ORIGINAL: Transition({*UNDO, "intake", "auditor"}, lambda who: originals.read(who, SOME, NOW)),
    Act.TAKE_ORIGINAL: Transition({*UNDO, "intake", "auditor"}, lambda who: originals.take(who, SOME, NOW)),
    Act.PROPOSE_SIGNER: Transition({"reviewer", "approver"}, lambda who: signers.propose(who, b"key", NOW)),
    Act.PROVE_SIGNER: Transition(
        {"reviewer", "approver"}, lambda who: signers.prove(who, SOME, ASSERTION, NOW)
    ),
    Act.APPROVE_SIGNER: Transition({*UNDO, "intake"}, lambda who: signers.approve(who, SOME, ASSERTION, NOW)),
    Act.DISCARD_SIGNER: Transition({*UNDO, "intake"}, lambda who: signers.discard(who, SOME, NOW)),
    Act.REMOVE_SIGNER: Transition({*UNDO, "intake"}, lambda who: signers.remove(who, "0" * 64, "lost", NOW)),
}


def test_every_transition_is_in_the_matrix() -> None:
    assert set(TRANSITIONS) == set(Act) == set(MAY)


def stands(registry: Registry, who: Any, act: Act) -> bool:
    """Whether the role check stood in the way."""
    try:
        TRANSITIONS[act].attempt(who)
    except RoleNeeded:
        return True
    except (NoSuchDemand, NoSuchRestriction, OriginalGone, UnknownPasskey, NoSigner):
        return False  # past the check; there is nothing there to work on
    return False


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("role", [*ROLES, "nobody", "superuser", "administrator_and_superuser"])
def test_p5_who_may(registry: Registry, role: str, act: Act) -> None:
    roles = {
        "nobody": (), "superuser": (), "administrator_and_superuser": (Role.ADMINISTRATOR,)
    }.get(role, (ROLES.get(role),))  # fmt: skip
    who = member(*roles, superuser="superuser" in role, registered=False)  # type: ignore[arg-type]
    assert stands(registry, who.id, act) is (role not in TRANSITIONS[act].may)
    if role not in TRANSITIONS[act].may:
        assert not Outbox.objects.exclude(type="signers.begun").exists()
        assert not Audit.objects.exists()


def test_p5_a_suspended_member_of_staff_may_nothing(registry: Registry) -> None:
    who = member(*(role for role in Role if role is not Role.AUDITOR), registered=False)
    who.account.is_active = False
    who.account.save()
    assert all(stands(registry, who.id, act) for act in Act)


def test_to_restrict_takes_two_people_whose_roles_the_table_keeps_apart() -> None:
    """One role alone never gets from a proposal to a restriction."""
    assert not MAY[Act.PROPOSE] & MAY[Act.APPROVE]
    assert not MAY[Act.SIGN] & MAY[Act.APPROVE]
    assert not MAY[Act.PROPOSE_AUTHORITY] & MAY[Act.APPROVE_AUTHORITY]
    assert not (MAY[Act.CHANGE_AUTHORITY] | MAY[Act.END_AUTHORITY]) & MAY[Act.APPROVE_AUTHORITY_CHANGE]
    reading = {Act.READ_ORIGINAL, Act.TAKE_ORIGINAL}
    assert all(Role.ADMINISTRATOR not in roles for roles in MAY.values())
    assert {act for act, roles in MAY.items() if Role.AUDITOR in roles} == reading

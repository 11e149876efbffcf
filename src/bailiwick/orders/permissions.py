"""Who may do what with demands: one table, asked by every action. A superuser without a role may nothing."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.conf import settings

from bailiwick.accounts.queries import require
from bailiwick.accounts.roles import Role
from bailiwick.orders.errors import DemandsOff


class Act(StrEnum):
    """Every transition there is; also the code in the audit trail."""

    PROPOSE_AUTHORITY = "authority.proposed"
    APPROVE_AUTHORITY = "authority.approved"
    DISCARD_AUTHORITY = "authority.discarded"
    CHANGE_AUTHORITY = "authority.change_proposed"
    END_AUTHORITY = "authority.end_proposed"
    APPROVE_AUTHORITY_CHANGE = "authority.change_approved"
    DISCARD_AUTHORITY_CHANGE = "authority.change_discarded"
    RECEIVE = "demand.received"
    EXAMINE = "demand.examined"
    INFORM = "authority.informed"
    REFUSE = "demand.refused"
    EXPLAIN = "refusal.explained"
    REVIEW = "demand.reviewed"
    PROPOSE = "restriction.proposed"
    SIGN = "restriction.signed"
    DISCARD = "restriction.discarded"
    APPROVE = "restriction.approved"
    SUSPEND = "restriction.suspended"
    WITHDRAW = "restriction.withdrawn"
    NARROW = "restriction.narrowed"
    DECIDE_APPEAL = "appeal.decided"
    PROPOSE_TAKEDOWN = "document.takedown_proposed"
    APPROVE_TAKEDOWN = "document.removed"
    DISCARD_TAKEDOWN = "document.takedown_discarded"
    READ_ORIGINAL = "original.read"
    TAKE_ORIGINAL = "original.taken"
    PROPOSE_SIGNER = "signer.proposed"
    PROVE_SIGNER = "signer.proven"
    APPROVE_SIGNER = "signer.approved"
    DISCARD_SIGNER = "signer.discarded"
    REMOVE_SIGNER = "signer.removed"


_UNDOING: Final = frozenset({Role.REVIEWER, Role.APPROVER, Role.APPEALS})
_HANDLING: Final = frozenset({Role.INTAKE, *_UNDOING})
_READING: Final = _HANDLING | {Role.AUDITOR}
_SIGNING: Final = frozenset({Role.REVIEWER, Role.APPROVER})

MAY: Final[Mapping[Act, frozenset[Role]]] = {
    Act.PROPOSE_AUTHORITY: frozenset({Role.INTAKE, Role.REVIEWER}),
    Act.APPROVE_AUTHORITY: frozenset({Role.APPROVER}),
    Act.DISCARD_AUTHORITY: frozenset({Role.INTAKE, Role.REVIEWER, Role.APPROVER}),
    Act.CHANGE_AUTHORITY: frozenset({Role.INTAKE, Role.REVIEWER}),
    Act.END_AUTHORITY: frozenset({Role.INTAKE, Role.REVIEWER}),
    Act.APPROVE_AUTHORITY_CHANGE: frozenset({Role.APPROVER}),
    Act.DISCARD_AUTHORITY_CHANGE: frozenset({Role.INTAKE, Role.REVIEWER, Role.APPROVER}),
    Act.RECEIVE: frozenset({Role.INTAKE}),
    Act.EXAMINE: frozenset({Role.INTAKE, Role.REVIEWER}),
    Act.INFORM: frozenset({Role.INTAKE, Role.REVIEWER}),
    Act.REFUSE: frozenset({Role.REVIEWER}),
    Act.EXPLAIN: frozenset({Role.REVIEWER}),
    Act.REVIEW: frozenset({Role.REVIEWER}),
    Act.PROPOSE: frozenset({Role.REVIEWER}),
    Act.SIGN: frozenset({Role.REVIEWER}),
    Act.DISCARD: frozenset({Role.REVIEWER, Role.APPROVER}),
    Act.APPROVE: frozenset({Role.APPROVER}),
    Act.SUSPEND: _UNDOING,
    Act.WITHDRAW: _UNDOING,
    Act.NARROW: _UNDOING,
    Act.DECIDE_APPEAL: frozenset({Role.APPEALS}),
    Act.PROPOSE_TAKEDOWN: frozenset({Role.INTAKE, Role.REVIEWER, Role.APPEALS}),
    Act.APPROVE_TAKEDOWN: frozenset({Role.APPROVER}),
    Act.DISCARD_TAKEDOWN: frozenset({Role.INTAKE, Role.REVIEWER, Role.APPROVER, Role.APPEALS}),
    Act.READ_ORIGINAL: _READING,
    Act.TAKE_ORIGINAL: _READING,
    Act.PROPOSE_SIGNER: _SIGNING,
    Act.PROVE_SIGNER: _SIGNING,
    Act.APPROVE_SIGNER: _HANDLING,
    Act.DISCARD_SIGNER: _HANDLING,
    Act.REMOVE_SIGNER: _HANDLING,
}
"""To undo takes one person, to restrict two. Administrators do none of it, and auditors only read."""


TOWARDS_GRANTING: Final = frozenset(
    {
        Act.PROPOSE_AUTHORITY,
        Act.APPROVE_AUTHORITY,
        Act.EXAMINE,
        Act.REVIEW,
        Act.PROPOSE,
        Act.SIGN,
        Act.APPROVE,
    }
)
"""What a server that takes no demands does not do. It still records what arrives and refuses it; to refuse,
to undo and to decide on objections is never blocked."""


def demands_taken() -> bool:
    """Whether the operator takes demands of authorities at all (BAILIWICK_DEMANDS)."""
    return bool(settings.ENV["DEMANDS"] == "on")


def is_open(act: Act) -> bool:
    """Whether anybody may do it on this server."""
    return act not in TOWARDS_GRANTING or demands_taken()


def check_may(actor: UUID, act: Act) -> None:
    """Nothing if the account holds a role that may. Raises RoleNeeded, superusers included; DemandsOff."""
    require(actor, *MAY[act])
    if not is_open(act):
        raise DemandsOff

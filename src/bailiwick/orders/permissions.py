"""Who may do what with demands: one table, asked by every action. A superuser without a role may nothing."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from bailiwick.accounts.queries import require
from bailiwick.accounts.roles import Role


class Act(StrEnum):
    """Every transition there is; also the code in the audit trail."""

    PROPOSE_AUTHORITY = "authority.proposed"
    APPROVE_AUTHORITY = "authority.approved"
    RECEIVE = "demand.received"
    EXAMINE = "demand.examined"
    REFUSE = "demand.refused"
    REVIEW = "demand.reviewed"
    PROPOSE = "restriction.proposed"
    SIGN = "restriction.signed"
    DISCARD = "restriction.discarded"
    APPROVE = "restriction.approved"
    SUSPEND = "restriction.suspended"
    WITHDRAW = "restriction.withdrawn"
    NARROW = "restriction.narrowed"
    DECIDE_APPEAL = "appeal.decided"


_UNDOING: Final = frozenset({Role.REVIEWER, Role.APPROVER, Role.APPEALS})

MAY: Final[Mapping[Act, frozenset[Role]]] = {
    Act.PROPOSE_AUTHORITY: frozenset({Role.INTAKE, Role.REVIEWER}),
    Act.APPROVE_AUTHORITY: frozenset({Role.APPROVER}),
    Act.RECEIVE: frozenset({Role.INTAKE}),
    Act.EXAMINE: frozenset({Role.INTAKE, Role.REVIEWER}),
    Act.REFUSE: frozenset({Role.REVIEWER}),
    Act.REVIEW: frozenset({Role.REVIEWER}),
    Act.PROPOSE: frozenset({Role.REVIEWER}),
    Act.SIGN: frozenset({Role.REVIEWER}),
    Act.DISCARD: frozenset({Role.REVIEWER, Role.APPROVER}),
    Act.APPROVE: frozenset({Role.APPROVER}),
    Act.SUSPEND: _UNDOING,
    Act.WITHDRAW: _UNDOING,
    Act.NARROW: _UNDOING,
    Act.DECIDE_APPEAL: frozenset({Role.APPEALS}),
}
"""To undo takes one person, to restrict two. Administrators and auditors do none of it."""


def check_may(actor: UUID, act: Act) -> None:
    """Nothing if the account holds a role that may. Raises RoleNeeded, superusers included."""
    require(actor, *MAY[act])

"""The rows of accounts and of those who work at the desk. Change them through `actions`, read them through
`queries`."""

from .account import Account, AccountManager
from .audit import Audit
from .roles import RoleGrant
from .suspension import (
    APPEAL_DUE,
    APPEAL_TIME,
    Ground,
    Outcome,
    Source,
    Suspension,
    SuspensionAppeal,
)

__all__ = [
    "APPEAL_DUE",
    "APPEAL_TIME",
    "Account",
    "AccountManager",
    "Audit",
    "Ground",
    "Outcome",
    "RoleGrant",
    "Source",
    "Suspension",
    "SuspensionAppeal",
]

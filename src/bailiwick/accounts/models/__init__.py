"""The rows of accounts and of those who work at the desk. Change them through `actions`, read them through
`queries`."""

from .account import Account, AccountManager
from .audit import Audit
from .roles import RoleGrant

__all__ = ["Account", "AccountManager", "Audit", "RoleGrant"]

"""What is refused about accounts and roles: one tree, stable codes, mapped to HTTP by web.problems."""

# ruff: noqa: N818 (named for what is wrong, as the other packages' errors are)

from typing import ClassVar


class AccountError(Exception):
    """A request that is not carried out. `code` is stable; `field` names what to correct, if anything."""

    code: ClassVar[str] = "account_error"
    field: str | None = None

    def __init__(self, text: str = "", *, field: str | None = None) -> None:
        super().__init__(text or self.code)
        self.field = field


class StaffOnly(AccountError):
    """The account holds no role at all."""

    code = "staff_only"


class RoleNeeded(AccountError):
    """The account does not hold the role that this takes."""

    code = "role_needed"


class SamePerson(AccountError):
    """Nobody confirms what they proposed (P5)."""

    code = "same_person"


class OwnRole(AccountError):
    """Nobody gives a role to themselves, and nobody confirms their own."""

    code = "own_role"


class RoleHeld(AccountError):
    """The account holds the role, or it is proposed already."""

    code = "role_held"


class RoleConflict(AccountError):
    """An auditor changes nothing, so holds no other role."""

    code = "role_conflict"


class NoSuchGrant(AccountError):
    """It is decided, discarded or ended already."""

    code = "no_such_grant"


class ProposerLeft(AccountError):
    """Whoever proposed it is no longer an administrator: it has to be proposed again."""

    code = "proposer_left"


class TooFewAdministrators(AccountError):
    """With fewer than two administrators nobody could be given a role any more."""

    code = "too_few_administrators"


class NoConfirmedAccount(AccountError):
    """No open account has an address that its owner confirmed and that is this one."""

    code = "no_confirmed_account"


class MalformedAudit(AccountError):
    """Not a code and an identifier: an act's subject is never a name or an address."""

    code = "malformed_audit"


class NoSuchAlarm(AccountError):
    """It was acknowledged already."""

    code = "no_such_alarm"

"""What is refused about accounts and roles: one tree, stable codes, mapped to HTTP by web.problems."""

# ruff: noqa: N818 (named for what is wrong, as the other packages' errors are)

from typing import ClassVar


class AccountError(Exception):
    """A request that is not carried out. `code` is stable; `field` names what to correct, if anything.

    The text is shown in forms: unless one is given, it is the first words of the class.
    """

    code: ClassVar[str] = "account_error"
    field: str | None = None

    def __init__(self, text: str = "", *, field: str | None = None) -> None:
        super().__init__(text or " ".join((self.__doc__ or self.code).split()))
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


class AuthorityBehindIt(AccountError):
    """A public authority is behind it: that is a demand, and never closes an account (P2)."""

    code = "authority_behind_suspension"


class SaidAuthority(AccountError):
    """Whoever answered that an authority prompted it does not answer otherwise about the same account."""

    code = "said_authority"


class IncompleteStatement(AccountError):
    """A statement of reasons has all its parts (DSA Art. 17(3)); `field` names the one that is missing."""

    code = "incomplete_statement"


class AlreadySuspended(AccountError):
    """The account is suspended, or it is proposed already."""

    code = "already_suspended"


class NoSuchSuspension(AccountError):
    """It is decided, discarded or ended already."""

    code = "no_such_suspension"


class NotYourCase(AccountError):
    """Who proposed or approved a suspension does not decide the appeal; nobody decides on themselves."""

    code = "not_your_case"


class AppealTooLate(AccountError):
    """Six months have passed."""

    code = "appeal_too_late"


class AlreadyAppealed(AccountError):
    """There is one appeal a suspension."""

    code = "already_appealed"


class WrongPassword(AccountError):
    """That is not your password."""

    code = "wrong_password"


class HoldsRole(AccountError):
    """Who holds a role does not vanish from one day to the next: two administrators take it away first."""

    code = "holds_role"

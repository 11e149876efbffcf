"""What can be wrong with a host's request: one tree, stable codes, mapped to HTTP by web.problems."""

# ruff: noqa: N818 (named for what is wrong, as the other packages' errors are)

from typing import ClassVar


class MeetingError(Exception):
    """A request that is not carried out. `code` is stable; `field` names what to correct, if anything."""

    code: ClassVar[str] = "meeting_error"
    field: str | None = None

    def __init__(self, text: str = "", *, field: str | None = None) -> None:
        super().__init__(text or self.code)
        self.field = field


class NoSuchMeeting(MeetingError):
    """No meeting has this link."""

    code = "no_such_meeting"


class NotYourMeeting(MeetingError):
    """The account neither hosts nor co-hosts it. Being staff does not help (P2)."""

    code = "not_your_meeting"


class HostOnly(MeetingError):
    """A co-host asks for what only the host may do."""

    code = "host_only"


class StaffOnly(MeetingError):
    """The account is not staff."""

    code = "staff_only"


class InProgress(MeetingError):
    """People are inside: the host ends the meeting first, from inside."""

    code = "in_progress"


class NotEnded(MeetingError):
    """Only a meeting that was ended is opened again."""

    code = "not_ended"


class InvalidField(MeetingError):
    """A field's value cannot be used."""

    code = "invalid_field"


class InvalidTime(InvalidField):
    """An unknown time zone, or a time without one."""

    code = "invalid_time"


class InvalidRecurrence(InvalidField):
    """A recurrence without a start, or with an end before it."""

    code = "invalid_recurrence"


class EmptyAllowList(InvalidField):
    """A rule that lets nobody in: no country allowed."""

    code = "no_territory"


class InvalidEmail(InvalidField):
    """Not an e-mail address."""

    code = "invalid_email"


class TooManyInvitations(MeetingError):
    """More invitations than a meeting may have."""

    code = "too_many_invitations"


class TooManyMails(MeetingError):
    """More mails to invited people than an account may send in a day."""

    code = "too_many_mails"


class TooManyTries(MeetingError):
    """Asked too often what tells something about somebody else."""

    code = "rate_limited"


class NoSuchInvitation(MeetingError):
    """It was never sent for this meeting, or is revoked."""

    code = "no_such_invitation"


class NoSuchBlock(MeetingError):
    """It was lifted already."""

    code = "no_such_block"


class UnknownAccount(InvalidField):
    """Nobody has an account with this e-mail address."""

    code = "unknown_account"


class HostIsNoCoHost(InvalidField):
    """The host needs no second role."""

    code = "host_is_no_co_host"


class NoSuchReport(MeetingError):
    """It is dealt with already."""

    code = "no_such_report"


class NoSuchRule(MeetingError):
    """The server-wide rule was withdrawn or decided already."""

    code = "no_such_rule"


class SamePerson(MeetingError):
    """Nobody approves what they proposed (P5)."""

    code = "same_person"


class ProposerLeft(MeetingError):
    """Whoever proposed it is no longer an administrator: it has to be proposed again."""

    code = "proposer_left"


class SaidPrompted(MeetingError):
    """Whoever answered that an authority prompted a server-wide rule does not answer otherwise soon after."""

    code = "said_prompted"


class AuthorityPrompted(MeetingError):
    """A public authority is behind it: that is a demand, and never becomes an access rule (P11)."""

    code = "authority_prompted"

"""Who may do what with a meeting on the host's pages. Staff, as such, may do nothing here (P2)."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from .errors import HostOnly, NoSuchMeeting, NotYourMeeting
from .models import Meeting, Role
from .presences import role_of


class Act(StrEnum):
    """What a request asks for."""

    VIEW = "view"
    EDIT = "edit"
    SET_RULE = "set_rule"
    INVITE = "invite"
    LIFT_BLOCK = "lift_block"
    CO_HOSTS = "co_hosts"
    RESIGN = "resign"
    DELETE = "delete"
    REOPEN = "reopen"


HOST_ONLY: Final = frozenset({Act.CO_HOSTS, Act.DELETE, Act.REOPEN})


def check_may(meeting: Meeting, account_id: UUID, act: Act) -> Role:
    """The role by which the account may do it.

    Raises:
        NotYourMeeting, HostOnly: it may not.
    """
    role = Role(role_of(meeting.host_id, meeting.pk, account_id))
    if role is Role.PARTICIPANT:
        raise NotYourMeeting
    if act in HOST_ONLY and role is not Role.HOST:
        raise HostOnly
    return role


def locked_for(slug: str, account_id: UUID, act: Act) -> Meeting:
    """The meeting, its row locked until the caller's transaction ends, if the account may do this to it."""
    meeting = Meeting.objects.select_for_update().filter(slug=slug).first()
    if meeting is None:
        raise NoSuchMeeting
    check_may(meeting, account_id, act)
    return meeting

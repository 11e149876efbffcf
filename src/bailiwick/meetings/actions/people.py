"""Co-hosts, invitations and blocks of a meeting."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from bailiwick.accounts import queries as accounts
from bailiwick.meetings import links
from bailiwick.meetings.authority import Act, locked_for
from bailiwick.meetings.errors import (
    HostIsNoCoHost,
    InvalidEmail,
    NoSuchBlock,
    NoSuchInvitation,
    TooManyInvitations,
    UnknownAccount,
)
from bailiwick.meetings.invitations import cancellations
from bailiwick.meetings.models import Block, CoHost, Invitation, Meeting, Presence, PresenceState, Role
from bailiwick.notices.actions import send_after_commit

from .change import changed

MOST_INVITATIONS: Final = 500
LONGEST_EMAIL: Final = 254  # RFC 5321 section 4.5.3.1.3, without the brackets


def add_co_host(slug: str, account_id: UUID, email: str) -> None:
    """Make the account with this address a co-host, at once if it is inside.

    Only where its owner has confirmed the address: anybody may have signed up with somebody else's.
    """
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.CO_HOSTS)
        if email.strip().lower() == meeting.host.email.lower():
            raise HostIsNoCoHost("the host is the host already", field="email")
        found = accounts.by_confirmed_email(email)
        if found is None:
            raise UnknownAccount(
                "nobody here has confirmed this address; whoever is inside can be made co-host there",
                field="email",
            )
        label = email.strip().lower()
        CoHost.objects.get_or_create(meeting=meeting, account=found, defaults={"label": label})
        _give_role(meeting, found.pk, Role.CO_HOST)


def remove_co_host(slug: str, account_id: UUID, handle: UUID) -> bool:
    """Take the role away, at once if they are inside; removing twice is no error. Whether it was one's own.

    A co-host may put their own down: nobody was asked whether they want it.
    """
    with transaction.atomic():
        row = CoHost.objects.filter(meeting__slug=slug, handle=handle).first()
        own = row is not None and row.account_id == account_id
        meeting = locked_for(slug, account_id, Act.RESIGN if own else Act.CO_HOSTS)
        if row is not None and row.delete()[0]:
            _give_role(meeting, row.account_id, Role.PARTICIPANT)
    return own


def _give_role(meeting: Meeting, account_id: UUID, role: Role) -> None:
    inside = Presence.objects.filter(meeting=meeting, account_id=account_id)
    inside.exclude(state=PresenceState.ENDED).update(role=role)
    changed(meeting.pk)


def _checked(emails: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(email.strip().lower() for email in emails))
    for email in wanted:
        try:
            validate_email(email if len(email) <= LONGEST_EMAIL else "")
        except ValidationError:
            raise InvalidEmail(f"{email[:80]} is not an e-mail address", field="emails") from None
    return wanted


def invite(
    slug: str, account_id: UUID, emails: Sequence[str], *, exempt: bool, now: datetime
) -> list[Invitation]:
    """Invitations for these addresses, new or renewed; `invitations.send` mails them after the commit.

    Somebody already invited keeps their link, unless it was revoked: then they get another one.
    """
    wanted = _checked(emails)
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.INVITE)
        known = {row.email: row for row in Invitation.objects.filter(meeting=meeting)}
        if len(known.keys() | set(wanted)) > MOST_INVITATIONS:
            raise TooManyInvitations(f"a meeting has at most {MOST_INVITATIONS} invitations", field="emails")
        invited = [_invite(meeting, known.get(email), email) for email in wanted]
        for row in invited:
            _set_exempt(row, exempt)
        changed(meeting.pk)
    return invited


def _invite(meeting: Meeting, known: Invitation | None, email: str) -> Invitation:
    row = known or Invitation(meeting=meeting, email=email)
    if row.revoked_at is not None:
        # another link, which nobody was sent yet
        row.revoked_at = row.sent_at = None
    row.token_digest = links.digest(links.token(row))
    row.save()
    return row


def set_exempt(slug: str, account_id: UUID, invitation_id: UUID, *, exempt: bool) -> None:
    """Whether the meeting's rule applies to whoever brings this link; those inside included."""
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.INVITE)
        _set_exempt(_invitation(meeting, invitation_id), exempt)
        changed(meeting.pk)


def _set_exempt(row: Invitation, exempt: bool) -> None:
    # whoever is inside by this link follows: the gate reads the exemption from the invitation
    row.exempt = exempt
    row.save(update_fields=["exempt"])


def revoke(slug: str, account_id: UUID, invitation_id: UUID, now: datetime) -> None:
    """The personal link stops working, and with it the exemption of whoever came in by it.

    The row stays: a block may name it, and must not go with it (P8). Its digest becomes one that no token
    has, so that nothing that looks tokens up can forget to ask whether it was revoked. Whoever got it by mail
    is told, so that no calendar keeps a link that is dead.
    """
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.INVITE)
        row = _invitation(meeting, invitation_id)
        _set_exempt(row, exempt=False)
        meeting.ics_sequence += 1
        meeting.save(update_fields=["ics_sequence"])
        send_after_commit(*cancellations(meeting, now, row.pk))
        row.revoked_at = now
        row.generation += 1
        row.token_digest = links.digest(secrets.token_urlsafe(32))
        row.save(update_fields=["revoked_at", "generation", "token_digest"])
        changed(meeting.pk)


def _invitation(meeting: Meeting, invitation_id: UUID) -> Invitation:
    row = Invitation.objects.filter(meeting=meeting, pk=invitation_id, revoked_at__isnull=True).first()
    if row is None:
        raise NoSuchInvitation
    return row


def lift_block(slug: str, account_id: UUID, block_id: UUID) -> None:
    """The person can come back the same second (P7)."""
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.LIFT_BLOCK)
        done, _ = Block.objects.filter(meeting=meeting, pk=block_id).delete()
        if not done:
            raise NoSuchBlock
        changed(meeting.pk)

"""Co-hosts, invitations and blocks of a meeting."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from bailiwick.meetings import links, queries
from bailiwick.meetings.actions import people as actions
from bailiwick.meetings.authority import Act
from bailiwick.meetings.errors import TooManyMails
from bailiwick.meetings.invitations import send
from bailiwick.meetings.queries import Invitation
from bailiwick.web.tries import take_naming

from .auth import account_id, signed_in
from .schemas import CoHostIn, InvitationOut, InvitationPatch, InvitationsIn, PeopleOut

router = Router(auth=signed_in)


def _invitation(row: Invitation) -> dict[str, Any]:
    link = links.personal(settings.PUBLIC_URL, row)
    return {"id": row.pk, "email": row.email, "exempt": row.exempt, "sent_at": row.sent_at, "link": link}


@router.get("/{slug}/people", response=PeopleOut)
def read(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Everybody with a place of their own in the meeting's settings. Not who attends: nothing lists that."""
    meeting = queries.for_act(slug, account_id(request), Act.INVITE).meeting
    return {
        "co_hosts": [
            {"id": row.handle, "label": row.label, "you": row.account_id == account_id(request)}
            for row in queries.co_hosts(meeting)
        ],
        "invitations": [_invitation(row) for row in queries.invitations(meeting)],
        "blocks": [
            {
                "id": row.pk,
                "label": row.label,
                "lobby_only": row.lobby_only,
                "scope": row.scope,
                "reason": row.reason,
                "created_at": row.created_at,
                "expires_at": row.expires_at,
            }
            for row in queries.blocks(meeting, timezone.now())
        ],
    }


@router.post("/{slug}/co-hosts", response={204: None})
def add_co_host(request: HttpRequest, slug: str, given: CoHostIn) -> Status[None]:
    """Make an account a co-host (host)."""
    take_naming(request, account_id(request))
    actions.add_co_host(slug, account_id(request), given.email)
    return Status(204, None)


@router.delete("/{slug}/co-hosts/{co_host}", response={204: None})
def remove_co_host(request: HttpRequest, slug: str, co_host: UUID) -> Status[None]:
    """Take the role away (host); a co-host their own."""
    actions.remove_co_host(slug, account_id(request), co_host)
    return Status(204, None)


@router.post("/{slug}/invitations", response={201: list[InvitationOut]})
def invite(request: HttpRequest, slug: str, given: InvitationsIn) -> Status[Any]:
    """Invite people by mail, or (`send` false) only make their links. `sent_at` says who was mailed: an
    account mails only so many a day, and nobody the same within an hour. 429 where nothing more can be mailed
    today; the links are made all the same."""
    now = timezone.now()
    rows = actions.invite(slug, account_id(request), given.emails, exempt=given.exempt, now=now)
    meeting = queries.for_act(slug, account_id(request), Act.INVITE).meeting
    if given.send:
        sent = send(meeting, [row.pk for row in rows], now, by=account_id(request))
        if sent.held and not sent.sent:
            raise TooManyMails
    wanted = {row.pk for row in rows}
    return Status(201, [_invitation(row) for row in queries.invitations(meeting) if row.pk in wanted])


@router.patch("/{slug}/invitations/{invitation}", response={204: None})
def change_invitation(
    request: HttpRequest, slug: str, invitation: UUID, given: InvitationPatch
) -> Status[None]:
    """Exempt somebody invited from the rule, or no longer."""
    actions.set_exempt(slug, account_id(request), invitation, exempt=given.exempt)
    return Status(204, None)


@router.delete("/{slug}/invitations/{invitation}", response={204: None})
def revoke(request: HttpRequest, slug: str, invitation: UUID) -> Status[None]:
    """Make a personal link useless, and end the exemption of whoever came in by it."""
    actions.revoke(slug, account_id(request), invitation, timezone.now())
    return Status(204, None)


@router.delete("/{slug}/blocks/{block}", response={204: None})
def lift_block(request: HttpRequest, slug: str, block: UUID) -> Status[None]:
    """Let somebody come back, at once (P7)."""
    actions.lift_block(slug, account_id(request), block)
    return Status(204, None)

"""An account's meetings: what is kept of them, and what becomes of them when the account is deleted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from bailiwick.accounts.personal import Consequence, Part, register
from bailiwick.accounts.queries import Account
from bailiwick.notices.actions import Mail, send_after_commit

from .actions.change import changed
from .actions.schedule import remove
from .errors import InProgress
from .models import Block, CoHost, HostRule, Invitation, Mailed, Meeting, Presence


def take_part() -> None:
    """Called once, when the app is ready."""
    register(Part("meetings", export, erase, consequences))


def export(account_id: UUID) -> dict[str, Any]:
    """Meetings they host, with what they put there; where they are co-host; whom hosts keep out.

    Of other people: only the addresses they invited themselves.
    """
    hosted = Meeting.objects.filter(host_id=account_id).order_by("created_at")
    shown = Presence.objects.filter(account_id=account_id).exclude(state="ended")
    return {
        "hosted": [_meeting(row) for row in hosted],
        "co_host_of": list(CoHost.objects.filter(account_id=account_id).values("meeting__title", "label")),
        "kept_out_of": list(
            Block.objects.filter(account_id=account_id).values(
                "meeting__title", "created_at", "expires_at", "reason"
            )
        ),
        "mails_to_invited": Mailed.objects.filter(account_id=account_id).values("day", "count").first(),
        "inside_now": list(shown.values("meeting__title", "display_name", "joined_at")),
    }


def _meeting(row: Meeting) -> dict[str, Any]:
    rule = HostRule.objects.filter(meeting=row)
    invited = Invitation.objects.filter(meeting=row)
    return {
        "title": row.title,
        "description": row.description,
        "link": f"{settings.PUBLIC_URL}/m/{row.slug}",
        "starts_at": row.starts_at,
        "duration_minutes": row.duration_minutes,
        "time_zone": row.time_zone,
        "recurrence": row.recurrence,
        "waiting_room": row.waiting_room,
        "locked": row.locked,
        "maximum": row.maximum,
        "on_host_leave": row.on_host_leave,
        "created_at": row.created_at,
        "ended_at": row.ended_at,
        "country_rule": rule.values("mode", "territories", "undetermined", "set_at").first(),
        "invitations": list(invited.values("email", "exempt", "sent_at", "revoked_at")),
    }


def consequences(account_id: UUID) -> Sequence[Consequence]:
    """Of each meeting they host."""
    return [_consequence(row) for row in Meeting.objects.filter(host_id=account_id)]


def _consequence(row: Meeting) -> Consequence:
    if _is_in_progress(row):
        return Consequence("in_progress", row.title)
    heir = _heir(row)
    return Consequence("handed_over", row.title, heir.label) if heir else Consequence("deleted", row.title)


def erase(account_id: UUID, now: datetime) -> None:
    """A meeting with a co-host named by address goes on as theirs; the others are deleted.

    Raises:
        InProgress: people are inside one of them. Its host ends it from inside, or waits (P2).
    """
    hosted = list(Meeting.objects.select_for_update().filter(host_id=account_id))
    if any(map(_is_in_progress, hosted)):
        raise InProgress
    for row in hosted:
        heir = _heir(row)
        if heir is None:
            remove(row, now)
        else:
            _hand_over(row, heir.account)


def _hand_over(row: Meeting, heir: Account) -> None:
    Meeting.objects.filter(pk=row.pk).update(host=heir)
    CoHost.objects.filter(meeting=row, account=heir).delete()
    changed(row.pk)
    text = _("Its host deleted their account. You were co-host, so “%(title)s” is yours now.")
    link = f"{settings.PUBLIC_URL}/meetings/{row.slug}/"
    subject = f"[{settings.SITE_NAME}] " + _("A meeting is yours now")
    send_after_commit(Mail(heir.email, subject, f"{text % {'title': row.title}}\n\n{link}\n"))


def _is_in_progress(row: Meeting) -> bool:
    """As for deleting a meeting: media of people who just left must be gone, too."""
    return Presence.objects.filter(meeting=row, media_gone_at__isnull=True).exists()


def _heir(row: Meeting) -> CoHost | None:
    """Whoever has been co-host longest and can sign in, of those named by their address. A host is named to
    whoever is invited: who was made co-host inside, by the name shown there, would be found out (P9)."""
    known = CoHost.objects.filter(meeting=row, label=F("account__email"))
    found: Iterable[CoHost] = known.filter(account__is_active=True)
    return min(found, key=lambda each: each.pk, default=None)

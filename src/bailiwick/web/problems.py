"""Every problem the server answers with: its stable code, status, and what it says. One page each."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.utils.translation import gettext_lazy as _

from .desk_problems import DESK
from .order_problems import ORDERS


@dataclass(frozen=True, slots=True)
class Problem:
    """`title` names it in a few words, `text` says what happened and what can be done."""

    code: str
    status: int
    title: str
    text: str


def _all(*problems: tuple[str, int, object, object]) -> dict[str, Problem]:
    return {code: Problem(code, status, title, text) for code, status, title, text in problems}  # type: ignore[arg-type]  # lazy texts


PROBLEMS: Final = _all(
    # at a meeting's door and inside (docs/reference/protocol.md)
    (
        "bad_request",
        400,
        _("The request cannot be understood"),
        _("It is malformed or incomplete. Nothing was changed."),
    ),
    (
        "refused_by_rule",
        403,
        _("An access rule keeps you out"),
        _(
            "The host of the meeting, or the organisation that runs this server, lets people in by the"
            " country they are in. What counts is the country of the network you come from: behind a VPN,"
            " in a company's network or roaming with a telephone that may not be the one you are in. The"
            " answer says who set the rule. Ask them if you think you should be let in; a host can invite you"
            " personally and exempt you."
        ),
    ),
    (
        "blocked",
        403,
        _("The host removed you"),
        _(
            "Somebody who runs the meeting removed you and does not let you back in."
            " They can lift that at any time."
        ),
    ),
    (
        "removed",
        403,
        _("The host removed you"),
        _("Somebody who runs the meeting asked you to leave. You may come back through the waiting room."),
    ),
    (
        "locked",
        403,
        _("The meeting is locked"),
        _("The host lets nobody else in at the moment. Those inside can unlock it."),
    ),
    (
        "turned_away",
        403,
        _("You were not let in"),
        _("Somebody who runs the meeting turned you away from the waiting room."),
    ),
    (
        "no_such_meeting",
        404,
        _("There is no such meeting"),
        _("Check the link, or ask whoever sent it to you."),
    ),
    (
        "full",
        409,
        _("The meeting is full"),
        _("It has as many participants as its host allows. Try again when somebody has left."),
    ),
    (
        "ended",
        410,
        _("The meeting has ended"),
        _("Its host ended it for everybody. The host can open it again."),
    ),
    (
        "rate_limited",
        429,
        _("Too many tries"),
        _("There were too many requests in a short time. Wait a moment, then try again."),
    ),
    (
        "withheld",
        451,
        _("Withheld for legal reasons"),
        _(
            "An authority has restricted this meeting for people in its own territory. The answer names the"
            " authority, the law, where and until when it applies, and how to appeal."
        ),
    ),
    (
        "unavailable",
        503,
        _("Nothing can be decided right now"),
        _("A part of this server does not answer. Nobody is let in on guesswork; try again in a moment."),
    ),
    (
        "bad_grant",
        401,
        _("Please join again"),
        _("The way in was used before, or is too old. It is good once, and for a minute."),
    ),
    (
        "connection_lost",
        401,
        _("Please join again"),
        _("The connection was lost for too long to go on with it."),
    ),
    (
        "cross_origin",
        403,
        _("Another site cannot ask for that"),
        _("Meetings are joined, and objections sent, from this server’s own pages only."),
    ),
    ("method_not_allowed", 405, _("Not asked in that way"), _("This address takes another method.")),
    ("too_large", 413, _("The request is too large"), _("Shorten it and send it again.")),
    # the host's pages and the API
    (
        "not_signed_in",
        401,
        _("You are not signed in"),
        _("This needs an account. Sign in and try again."),
    ),
    (
        "csrf_failed",
        403,
        _("The form is too old"),
        _("For your safety the request was not carried out. Load the page again and repeat it."),
    ),
    (
        "not_your_meeting",
        403,
        _("This is not your meeting"),
        _("Only its host and co-hosts can see or change this. Staff of this server cannot."),
    ),
    (
        "host_only",
        403,
        _("Only the host can do that"),
        _("Co-hosts can do most things, but not this one."),
    ),
    (
        "not_found",
        404,
        _("There is no such page"),
        _("The address may be mistyped, or what was here is gone."),
    ),
    (
        "not_in_log",
        404,
        _("Not in the public log"),
        _(
            "The log has no such entry, tile or document, or not yet: what is appended is there once its"
            " checkpoint is published."
        ),
    ),
    (
        "log_unavailable",
        503,
        _("The public log does not go on"),
        _(
            "Something contradicts what was signed before, or cannot be read. Rather than go on from there,"
            " the log stands still until the people who run this server have looked. They have been told."
        ),
    ),
    (
        "no_such_invitation",
        404,
        _("There is no such invitation"),
        _("It was revoked, perhaps by a co-host."),
    ),
    (
        "no_such_block",
        404,
        _("Nobody is kept out by that"),
        _("It was lifted already."),
    ),
    (
        "in_progress",
        409,
        _("People are inside"),
        _("End the meeting from inside first, then delete it."),
    ),
    (
        "not_ended",
        409,
        _("The meeting has not ended"),
        _("There is nothing to open again."),
    ),
    (
        "too_many_mails",
        429,
        _("No more mails today"),
        _(
            "An account sends only so many mails to people it invites in a day. Tomorrow there is room again."
            " Until then you can copy the personal links and send them yourself."
        ),
    ),
    (
        "too_many_invitations",
        409,
        _("Too many invitations"),
        _("Revoke some first, or share the link for guests."),
    ),
    (
        "too_few_present",
        409,
        _("Too few people are inside"),
        _(
            "A dry run needs people from ten or more different networks inside: with fewer, its answer would"
            " tell where somebody is."
        ),
    ),
    (
        "too_many_dry_runs",
        429,
        _("Too many dry runs"),
        _("Comparing many dry runs would tell where somebody is. Try again in a few minutes."),
    ),
    (
        "invalid",
        422,
        _("Something needs correcting"),
        _("The answer names the fields and what is wrong with each."),
    ),
    (
        "invalid_field",
        422,
        _("A value cannot be used"),
        _("The answer names the field and what it takes."),
    ),
    (
        "invalid_time",
        422,
        _("The time cannot be used"),
        _("Give a time with a time zone that is known here."),
    ),
    (
        "invalid_recurrence",
        422,
        _("The recurrence cannot be used"),
        _("A recurring meeting needs a first time, and an end after it."),
    ),
    (
        "invalid_email",
        422,
        _("Not an e-mail address"),
        _("Give addresses like name@example.org, one to a line."),
    ),
    (
        "no_territory",
        422,
        _("The rule would let nobody in"),
        _("Choose at least one country that may come in, or lock the meeting instead."),
    ),
    (
        "unknown_territory",
        422,
        _("Not a country code"),
        _("Codes are ISO 3166-1 alpha-2, in capitals, or XK."),
    ),
    (
        "unknown_account",
        422,
        _("Nobody has confirmed this address"),
        _(
            "Co-hosts need an account on this server whose e-mail address is confirmed; ask them to make one,"
            " then add them. Whoever is in the meeting can be made co-host there."
        ),
    ),
    (
        "host_is_no_co_host",
        422,
        _("The host is the host already"),
        _("There is no need to add them."),
    ),
    *DESK,
    *ORDERS,
    (
        "server_error",
        500,
        _("Something went wrong here"),
        _(
            "It is our fault, not yours, and was logged. Try again; if it stays, tell whoever runs this"
            " server."
        ),
    ),
)


def problem(code: str) -> Problem:
    """The problem with this code; an unlisted one is a fault of ours."""
    return PROBLEMS.get(code) or PROBLEMS["server_error"]


def body(code: str, *, detail: str = "", **extra: object) -> dict[str, object]:
    """An RFC 9457 problem."""
    found = problem(code)
    return {
        "type": f"/problems/{found.code}",
        "title": str(found.title),
        "status": int(HTTPStatus(found.status)),
        "detail": detail or str(found.text),
        "code": found.code,
        **extra,
    }

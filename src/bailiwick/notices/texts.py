"""What each alarm says, and what to do: titles and advice by code."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class AlarmText:
    """A line for lists and subjects, and what to do about it."""

    title: str
    advice: str


ALARMS: Final[dict[str, AlarmText]] = {
    "location_unavailable": AlarmText(
        "Nobody can be located",
        "The location table is missing, damaged or not the active one. Everybody counts as undetermined, so"
        " each meeting's rule does what its host chose for that. Run “bailiwick geo status”, then"
        " “bailiwick geo build”.",
    ),
    "location_stale": AlarmText(
        "The location table is old",
        "A source is older than this server allows and counts as disagreeing. Run “bailiwick geo build”.",
    ),
    "location_old": AlarmText(
        "A location source is more than sixty days old",
        "Countries of networks change by about a tenth of a percent a month. Run “bailiwick geo build”, or"
        " give it fresher files.",
    ),
    "proxy_chain": AlarmText(
        "Addresses behind the proxy cannot be read",
        "Requests come through a proxy whose forwarding header is missing or broken. Check"
        " BAILIWICK_TRUSTED_PROXIES and the proxy's settings.",
    ),
    "eject_unfinished": AlarmText(
        "Somebody removed may still be connected",
        "The media server did not confirm that a removed participant's media is gone. It is tried again until"
        " it does. If this stays, look at the media server.",
    ),
    "gate_reconcile_failed": AlarmText(
        "Changed rules are not carried out",
        "The loop that decides again on everybody inside fails, and is tried again every second. Those at the"
        " door are still decided on. Look at the log for “gate_loop_failed”, and at the database.",
    ),
    "gate_lease_failed": AlarmText(
        "A node cannot say that it is alive",
        "Its lease is not renewed, so another node may take its meetings over. Look at the database.",
    ),
    "gate_sweep_failed": AlarmText(
        "What a crash left is not swept up",
        "The sweep fails and is tried again. Look at the log for “gate_loop_failed” and at the media server.",
    ),
    "gate_watch_failed": AlarmText(
        "The server cannot look after itself",
        "Looking for what is wrong fails. Look at the log for “gate_loop_failed”.",
    ),
    "media_down": AlarmText(
        "The media server does not answer",
        "Meetings are interrupted until it is back; people rejoin by themselves. Look at its log.",
    ),
    "mail_failed": AlarmText(
        "Mail cannot be sent",
        "The mail server refused or did not answer. Check BAILIWICK_SMTP_URL. Invitations that were not sent"
        " are marked on their meeting's page.",
    ),
}


def text_of(code: str) -> AlarmText:
    """The alarm's text; an unlisted code is shown as it is rather than hidden."""
    return ALARMS.get(code) or AlarmText(code, "See the server's log for the event of this name.")

"""What somebody is told who does not get in, or is put out: RFC 9457, the same object at the door, in the
socket and on the page. No object names a place: only who set the rule, and that the place seen is the
network exit's."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from bailiwick.gate.ending import Ending, EndReason
from bailiwick.gate.grounds import Grounds
from bailiwick.orders.receipts import issue
from bailiwick.rules.access import RuleSetter
from bailiwick.rules.territory import Code, name

from .protocol import Close

PLACE: Final = (
    "The country is that of the network through which you reach this server. With a VPN, a travel SIM or a "
    "company network it can differ from where you are."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document; `close` is the WebSocket's close code that goes with it. `links`: relation and
    target, for the Link header."""

    code: str
    status: int
    title: str
    detail: str
    close: int = Close.REFUSED
    extra: dict[str, Any] = field(default_factory=dict)
    retry_after: int | None = None
    links: tuple[tuple[str, str], ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.extra,
        }


_HOST_RULE: Final = Problem(
    "refused_by_rule",
    403,
    "You cannot join this meeting from the country you connect from",
    "The host of this meeting decides from which countries people can join it. " + PLACE,
    extra={"setter": "host", "place": "network_exit"},
)
_SERVER_RULE: Final = Problem(
    "refused_by_rule",
    403,
    "You cannot join meetings here from the country you connect from",
    "The organisation that runs this server decides from which countries people can join meetings on it; its "
    "rule is published at /rules. " + PLACE,
    extra={"setter": "server", "place": "network_exit", "rules_url": "/rules"},
)
_BY_REASON: Final = {
    EndReason.BLOCKED: Problem(
        "blocked",
        403,
        "The host removed you from this meeting",
        "The host, or a co-host, decided that you cannot come back. If that is a mistake, ask the host.",
        extra={"setter": "host"},
    ),
    EndReason.REMOVED: Problem(
        "removed",
        403,
        "The host removed you from this meeting",
        "You can ask to come back: you will be in the waiting room until somebody lets you in.",
        extra={"setter": "host", "may_return": True},
    ),
    EndReason.TURNED_AWAY: Problem(
        "turned_away", 403, "You were not let in", "The host did not let you in from the waiting room.",
        extra={"setter": "host"},
    ),
    EndReason.LOCKED: Problem(
        "locked", 403, "This meeting is locked", "The host locked the meeting: nobody else can come in now.",
        extra={"setter": "host"}, retry_after=60,
    ),
    EndReason.FULL: Problem(
        "full", 409, "This meeting is full",
        "As many people are inside as its host allows. Try again when somebody has left.",
        retry_after=30,
    ),
    EndReason.NO_SUCH_MEETING: Problem(
        "no_such_meeting", 404, "There is no such meeting",
        "The link may be incomplete, or the meeting is gone.",
        close=Close.ENDED,
    ),
    EndReason.ENDED: Problem(
        "ended", 410, "The meeting has ended", "The host ended this meeting.", close=Close.ENDED
    ),
    EndReason.BAD_GRANT: Problem(
        "bad_grant", 401, "Please join again", "This way in was used before, or is too old.",
        close=Close.BAD_GRANT,
    ),
    EndReason.CONNECTION_LOST: Problem(
        "connection_lost", 401, "Please join again", "The connection was lost for too long.",
        close=Close.BAD_GRANT,
    ),
}  # fmt: skip

BAD_REQUEST: Final = Problem(
    "bad_request", 400, "This request cannot be read", "See /docs for what is expected."
)
CROSS_ORIGIN: Final = Problem(
    "cross_origin", 403, "Another site cannot ask for that", "Open the meeting's own page."
)
TOO_LARGE: Final = Problem("too_large", 413, "This request is too large", "A join is a few hundred bytes.")
METHOD: Final = Problem("method_not_allowed", 405, "Only POST", "Join with POST.")


def of_ending(ending: Ending) -> Problem:
    """The problem an ending is told as."""
    if ending.reason is EndReason.RULE:
        return _SERVER_RULE if ending.setter is RuleSetter.SERVER else _HOST_RULE
    if ending.reason is EndReason.WITHHELD:
        return _withheld(ending)
    if ending.reason is EndReason.BLOCKED and ending.until is not None:
        return _blocked_until(ending.until)
    return _BY_REASON.get(ending.reason, _BY_REASON[EndReason.BAD_GRANT])


def _blocked_until(moment: datetime) -> Problem:
    """A block that ends by itself: the person is told when."""
    blocked, until = _BY_REASON[EndReason.BLOCKED], f"{moment:%Y-%m-%d %H:%M} UTC"
    detail = (
        f"The host, or a co-host, decided that you cannot come back before {until}. "
        "If that is a mistake, ask the host."
    )
    return replace(blocked, detail=detail, extra={**blocked.extra, "expires_at": _instant(moment)})


APPEAL: Final = "/appeal"
REGISTER: Final = "/register"


def _withheld(ending: Ending) -> Problem:
    """451 (RFC 7725): who demanded it, under which law, where, from and until when, how to appeal, and where
    to check that all of this is public. `blocked-by` is us, who carry it out, not the authority. The receipt
    is made here, for this person, and kept nowhere."""
    described = REGISTER if not ending.grounds else _page(ending.grounds[0])
    receipt = {} if ending.receipt is None else {"receipt": issue(ending.receipt)}
    return Problem(
        "withheld",
        451,
        "Withheld for legal reasons",
        "A legal order keeps this meeting from people whose network connection comes from one place. It goes "
        "on for everyone else. This is not a decision of the host. " + PLACE,
        close=Close.WITHHELD,
        extra={
            "restrictions": [_restriction(grounds) for grounds in ending.grounds],
            "ids": list(ending.restrictions),
            "appeal_url": APPEAL,
            "register_url": described,
            "place": "network_exit",
            **receipt,
        },
        links=(("blocked-by", settings.PUBLIC_URL), ("describedby", described), ("help", APPEAL)),
    )


def _restriction(grounds: Grounds) -> dict[str, Any]:
    """All that is told of one restriction, as the log has it."""
    return {
        "restriction": grounds.restriction,
        "demand": grounds.demand,
        "authority": {"name": grounds.authority, "state": grounds.state, "kind": grounds.kind},
        "legal_basis": grounds.law,
        "reasons": list(grounds.reasons),
        "territory": list(grounds.territories),
        "territory_names": [name(Code(code)) for code in grounds.territories],
        "effective_from": _instant(grounds.effective_from),
        "expires_at": _instant(grounds.expires_at),
        "document_url": f"/log/documents/{grounds.document}",
        "register_url": _page(grounds),
        "target": {
            "commitment": grounds.target.commitment,
            "salt": grounds.target.salt,
            "meeting": grounds.target.meeting,
        },
        "log": {
            "origin": grounds.origin,
            "index": grounds.index,
            "checkpoint": grounds.size,
            "proof_url": f"/log/proof/{grounds.index}",
            "verify_url": _verify(grounds),
        },
    }


def _verify(grounds: Grounds) -> str:
    """The page that verifies the entry and that it is about this meeting. What shows that stands behind a
    `#`, which no browser sends to anybody."""
    target = grounds.target
    return f"/log/verify?entry={grounds.index}#meeting={target.meeting}&salt={target.salt}"


def _page(grounds: Grounds) -> str:
    return f"{REGISTER}/restrictions/{grounds.restriction}"


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def rate_limited(seconds: float) -> Problem:
    """Too many tries from one network exit."""
    wait = max(1, int(seconds + 0.999))
    return Problem(
        "rate_limited", 429, "Too many tries",
        f"Please wait {wait} seconds and try again.", close=Close.RATE_LIMITED, retry_after=wait,
    )  # fmt: skip


def unavailable() -> Problem:
    """Nothing can be decided now."""
    return Problem(
        "unavailable", 503, "Nobody can be let in at this moment",
        "The server cannot decide just now. It tries again by itself.", close=Close.GOING_AWAY, retry_after=2,
    )  # fmt: skip

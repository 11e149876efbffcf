"""How these pages say closed vocabularies and places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, get_args

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bailiwick.ledger.vocabulary import AuthorityKind, Reason
from bailiwick.notices.wording import language
from bailiwick.orders.desk_queries import (
    Asked,
    Channel,
    Demand,
    DemandState,
    LaterKind,
    Outcome,
    Restriction,
    Step,
)
from bailiwick.orders.permissions import Act, demands_taken
from bailiwick.rules.territory import CODES

STATES: Final[Mapping[str, Any]] = {
    DemandState.RECEIVED: _("received"),
    DemandState.INCOMPLETE: _("incomplete"),
    DemandState.UNDER_REVIEW: _("under review"),
    DemandState.REFUSED: _("refused"),
    DemandState.GRANTED: _("granted in full"),
    DemandState.NARROWED: _("narrowed"),
}
NEXT: Final[Mapping[str, Any]] = {
    DemandState.RECEIVED: _("Next: examine whether it says all it must"),
    DemandState.INCOMPLETE: _("Next: examine what the authority added"),
    DemandState.UNDER_REVIEW: _("Next: review it, and refuse it or propose the narrowest restriction"),
}
NEXT_AT_THE_AUTHORITY: Final = _("Waits for the authority: its time does not run")
NEXT_SIGNATURES: Final = _("Next: the signatures of a proposed restriction")
NEXT_WITHOUT_DEMANDS: Final = _("Next: refuse it")
CHANNELS: Final = (
    (Channel.OFFICIAL.value, _("In writing, by an official channel of the authority")),
    (Channel.OTHER_WRITING.value, _("In writing, but not by such a channel: recorded and refused")),
    (Channel.VERBAL.value, _("Spoken or informal: recorded and refused")),
)
ASKED: Final[Mapping[str, Any]] = {
    Asked.WITHHOLD: _("Withhold a meeting"),
    Asked.END_MEETING: _("End a meeting"),
    Asked.CLOSE_ACCOUNT: _("Close an account"),
    Asked.OTHER: _("Something else"),
}
REFUSALS: Final = (
    ("beyond_territory", _("Reaches beyond the authority’s territory")),
    ("conflicts_with_human_rights", _("Conflicts with human rights")),
    ("incomplete", _("Incomplete")),
    ("names_no_law", _("Names no law")),
    ("not_authentic", _("Not shown to be authentic")),
    ("not_competent", _("The authority is not competent")),
    ("not_necessary", _("Not necessary")),
    ("not_possible_here", _("Not possible here")),
    ("not_proportionate", _("Not proportionate")),
    ("secret", _("Was to be kept secret")),
    ("withdrawn_by_authority", _("Withdrawn by the authority")),
)
REMOVALS: Final = (
    ("personal_data", _("It says who somebody is")),
    ("unlawful", _("It must not be published by law")),
    ("mistake", _("It is not what was to be published")),
)
ENDINGS: Final = (
    ("review", _("After review")),
    ("error_found", _("Because of an error")),
    ("appeal", _("On appeal")),
    ("authority_request", _("At the authority’s request")),
    ("court_order", _("By a court’s order")),
)
ENDED: Final = (
    ("abolished", _("There is no such authority any more")),
    ("duplicate", _("It is here twice")),
    ("error_found", _("It was added in error")),
)
"""Why no more demands of an authority are reviewed."""
OUTCOMES: Final = (
    (Outcome.REJECTED.value, _("Rejected: the restriction stands as it is")),
    (Outcome.CORRECTED.value, _("The restriction is narrowed")),
    (Outcome.WITHDRAWN.value, _("The restriction is annulled")),
    (Outcome.EXEMPTED.value, _("This person is exempt from it")),
)
NEEDED: Final[Mapping[str, Any]] = {
    "reference": _("its reference number"),
    "contact": _("who is to be contacted"),
    "law": _("the legal basis: instrument and provision"),
    "law_url": _("an address at which that law can be read"),
    "statement": _("a statement of reasons"),
    "territories": _("the territory, no larger than strictly necessary"),
    "redress_provider": _("what this server can do against it"),
    "redress_recipient": _("what those affected can do against it"),
    "language": _("its language"),
    "issued_on": _("the day it was issued"),
    "ends_at": _("an end date"),
    "targets": _("the exact meetings or accounts"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """In words, whether it is over, whether it was suspended, and whether it keeps people out now."""

    said: Any
    over: bool = False
    suspended: bool = False
    enforced: bool = False


STEPS: Final[Mapping[str, Any]] = {
    Act.PROPOSE_AUTHORITY: _("Proposed"),
    Act.APPROVE_AUTHORITY: _("Approved by the second person"),
    Act.CHANGE_AUTHORITY: _("A change proposed"),
    Act.END_AUTHORITY: _("Its end proposed"),
    Act.APPROVE_AUTHORITY_CHANGE: _("What was proposed, approved by the second person"),
    Act.DISCARD_AUTHORITY_CHANGE: _("What was proposed, discarded"),
    Act.RECEIVE: _("Recorded"),
    Act.EXAMINE: _("Examined, or added to"),
    Act.INFORM: _("Noted that the authority was told"),
    Act.REFUSE: _("Refused, all or part"),
    Act.EXPLAIN: _("Reasons or its text published"),
    Act.REVIEW: _("Reviewed in writing"),
    Act.PROPOSE: _("Proposed"),
    Act.SIGN: _("Signed by the first person"),
    Act.DISCARD: _("Discarded"),
    Act.APPROVE: _("Approved by the second person"),
    Act.SUSPEND: _("Suspended"),
    Act.WITHDRAW: _("Withdrawn"),
    Act.NARROW: _("Narrowed"),
    Act.DECIDE_APPEAL: _("Appeal decided"),
    Act.PROPOSE_TAKEDOWN: _("That a document be taken down, proposed"),
    Act.APPROVE_TAKEDOWN: _("A document taken down by the second person"),
    Act.DISCARD_TAKEDOWN: _("That a document be taken down, discarded"),
    Act.READ_ORIGINAL: _("The letter read"),
    Act.TAKE_ORIGINAL: _("The letter saved as a file"),
    Act.PROVE_SIGNER: _("Shown by its holder"),
    Act.PROPOSE_SIGNER: _("Proposed"),
    Act.APPROVE_SIGNER: _("Approved"),
    Act.REMOVE_SIGNER: _("Removed"),
    Act.DISCARD_SIGNER: _("Discarded"),
}
"""Acts of the audit trail as a history says them."""


@dataclass(frozen=True, slots=True)
class Said:
    """An act of the audit trail, in words."""

    at: datetime
    actor: str
    said: Any


def history(steps: Iterable[Step]) -> list[Said]:
    """The same steps, in words."""
    return [Said(each.at, each.actor, STEPS.get(each.code, each.code)) for each in steps]


def kinds() -> list[tuple[str, str]]:
    """Sorts of authority."""
    return [(code, language("en").word("kind", code)) for code in sorted(get_args(AuthorityKind))]


def reasons() -> list[tuple[str, str]]:
    """Grounds for a restriction."""
    return [(code, language("en").word("reason", code)) for code in sorted(get_args(Reason))]


def places(codes: Iterable[str]) -> str:
    """Neutral names with their codes, in one line; what is no code, as it stands there."""
    return ", ".join(_place(code) for code in sorted(codes))


def _place(code: str) -> str:
    return f"{language('en').territory(code)} ({code})" if code in CODES else code


def whose(row: Demand) -> str:
    """Its authority's name; of one that is not added here, what it says it is."""
    if row.authority is not None:
        return row.authority.name
    kind, place = language("en").word("kind", row.kind), language("en").territory(row.state)
    return _("Not added here: %(kind)s, %(place)s") % {"kind": kind, "place": place}


def standing(row: Restriction, now: datetime) -> Standing:
    """Where an approved restriction stands, by what was decided and the clock. `row` with its `later`."""
    kinds = {each.kind for each in row.later.all()}
    ends = min([row.expires_at, *(each.expires_at for each in row.later.all() if each.expires_at)])
    if LaterKind.WITHDRAWN in kinds:
        return Standing(_("withdrawn"), over=True)
    if ends <= now:
        return Standing(_("ended by the clock"), over=True)
    if LaterKind.SUSPENDED in kinds:
        return Standing(_("suspended: keeps nobody out"), suspended=True)
    if not demands_taken():
        return Standing(_("not enforced: this server takes no demands"))
    if not row.proof:
        return Standing(_("no proof yet: not enforced"))
    return Standing(_("in force"), enforced=True) if row.effective_from <= now else Standing(_("to come"))


def span(length: timedelta) -> str:
    """A length of time in one unit, rounded down: days from two on, else hours, else minutes."""
    minutes = int(length.total_seconds() // 60)
    if minutes >= 2 * 24 * 60:
        return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}
    if minutes >= 60:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    if minutes < 1:
        return str(_("less than a minute"))
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def moment(when: datetime | None) -> str:
    """A time as these pages write it; empty for none."""
    return "" if when is None else f"{when:%-d %B %Y, %H:%M} UTC"

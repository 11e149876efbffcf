"""How these pages say closed vocabularies and places."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, get_args

from django.utils.translation import gettext_lazy as _

from bailiwick.ledger.vocabulary import AuthorityKind, Reason
from bailiwick.notices.wording import language
from bailiwick.orders.desk_queries import Asked, Channel, DemandState, Outcome

STATES: Final[Mapping[str, Any]] = {
    DemandState.RECEIVED: _("received"),
    DemandState.INCOMPLETE: _("incomplete: back at the authority"),
    DemandState.UNDER_REVIEW: _("under review"),
    DemandState.REFUSED: _("refused"),
    DemandState.GRANTED: _("granted in full"),
    DemandState.NARROWED: _("narrowed"),
}
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
ENDINGS: Final = (
    ("review", _("After review")),
    ("error_found", _("Because of an error")),
    ("appeal", _("On appeal")),
    ("authority_request", _("At the authority’s request")),
    ("court_order", _("By a court’s order")),
)
OUTCOMES: Final = (
    (Outcome.REJECTED.value, _("Rejected: the restriction stands as it is")),
    (Outcome.CORRECTED.value, _("The restriction is narrowed")),
    (Outcome.WITHDRAWN.value, _("The restriction is annulled")),
    (Outcome.EXEMPTED.value, _("This person is exempt from it")),
)
NEEDED: Final[Mapping[str, Any]] = {
    "authority": _("an authority that two people added here"),
    "reference": _("its reference number"),
    "contact": _("who is to be contacted"),
    "law": _("the legal basis"),
    "statement": _("a statement of reasons"),
    "territories": _("the territory, no larger than strictly necessary"),
    "redress": _("what can be done against it"),
    "language": _("its language"),
    "issued_on": _("the day it was issued"),
    "ends_at": _("an end date"),
    "targets": _("the exact meetings or accounts"),
}


def kinds() -> list[tuple[str, str]]:
    """Sorts of authority."""
    return [(code, language("en").word("kind", code)) for code in sorted(get_args(AuthorityKind))]


def reasons() -> list[tuple[str, str]]:
    """Grounds for a restriction."""
    return [(code, language("en").word("reason", code)) for code in sorted(get_args(Reason))]


def places(codes: Iterable[str]) -> str:
    """Neutral names with their codes, in one line."""
    return ", ".join(f"{language('en').territory(code)} ({code})" for code in sorted(codes))


def moment(when: datetime | None) -> str:
    """A time as these pages write it; empty for none."""
    return "" if when is None else f"{when:%-d %B %Y, %H:%M} UTC"

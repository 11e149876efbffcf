"""How the register says things: names of places and authorities, closed vocabularies."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _

from bailiwick.notices.wording import language
from bailiwick.signing.errors import Fault

STANDINGS: Final = {
    "to_come": _("not yet in force"),
    "in_force": _("in force"),
    "dormant": _("not enforced: no demands are taken"),
    "suspended": _("suspended"),
    "withdrawn": _("withdrawn"),
    "expired": _("ended"),
}
OUTCOMES: Final = {
    "open": _("under review"),
    "received": _("received"),
    "incomplete": _("incomplete: sent back"),
    "under_review": _("under review"),
    "refused": _("refused"),
    "granted": _("granted"),
    "granted_in_part": _("granted in part"),
}
MISSING: Final = {
    "contact": _("a contact"),
    "ends_at": _("an end"),
    "issued_on": _("its date"),
    "language": _("its language"),
    "law": _("a law"),
    "law_url": _("where that law can be read"),
    "redress_provider": _("how this server can object"),
    "redress_recipient": _("how those affected can object"),
    "reference": _("a reference"),
    "statement": _("reasons"),
    "targets": _("what it means exactly"),
    "territories": _("a territory"),
}
ASKED: Final = {
    "close_account": _("to close an account"),
    "end_meeting": _("to end a meeting"),
    "other": _("something else"),
    "withhold": _("to withhold a meeting"),
}
REFUSALS: Final = {
    "beyond_territory": _("reaches beyond the authority’s territory"),
    "conflicts_with_human_rights": _("conflicts with human rights"),
    "incomplete": _("incomplete"),
    "names_no_law": _("names no law"),
    "not_authentic": _("not shown to be authentic"),
    "not_competent": _("the authority is not competent"),
    "not_necessary": _("not necessary"),
    "not_possible_here": _("not possible here"),
    "not_proportionate": _("not proportionate"),
    "secret": _("was to be kept secret"),
    "withdrawn_by_authority": _("withdrawn by the authority"),
}
ENDED: Final = {
    "abolished": _("there is no such authority any more"),
    "duplicate": _("it was here twice"),
    "error_found": _("it was added in error"),
}
ENDINGS: Final = {
    "appeal": _("on appeal"),
    "authority_request": _("at the authority’s request"),
    "court_order": _("by a court’s order"),
    "error_found": _("because of an error"),
    "review": _("after review"),
}
APPEALS: Final = {
    "exemption_granted": _("a person was exempted"),
    "rejected": _("rejected"),
    "restriction_corrected": _("the restriction was narrowed"),
    "restriction_withdrawn": _("the restriction was withdrawn"),
}
GROUNDS: Final = {
    "abuse_of_others": _("abuse of others"),
    "compromised": _("taken over by somebody else"),
    "fraud": _("fraud"),
    "spam": _("spam"),
}

FAULTS: Final = {
    Fault.MALFORMED: _("it is not written as its type says"),
    Fault.WITHOUT_APPROVALS: _("it does not carry two approvals"),
    Fault.ONE_KEY_TWICE: _("both approvals are by one key"),
    Fault.NOT_SIGNED: _("an approval is no signature over this entry"),
    Fault.NO_SIGNER: _("a key that approved was not among those that may sign at this point"),
    Fault.KEY_USED_BEFORE: _("that key was among those that may sign before; a removed key never comes back"),
    Fault.KEY_UNSUPPORTED: _("it is a key of a kind that cannot be checked"),
    Fault.NOT_BY_THE_LOG: _("the log’s own key did not sign it"),
    Fault.NOT_LATER: _("it is not later than the one before, so it may be that one again"),
}


def place(code: str) -> str:
    """The neutral name of a code, or of a supranational body."""
    return language("en").territory(code)


def places(codes: Iterable[str]) -> list[str]:
    """Sorted neutral names."""
    return sorted(map(place, codes))


def kind(code: str) -> str:
    """What sort of authority."""
    return language("en").word("kind", code)


def reason(code: str) -> str:
    """Why something was restricted."""
    return language("en").word("reason", code)


def whose(name: str, state: str, of_kind: str) -> str:
    """The authority's name where its description is published, else what it is and whose."""
    return name or f"{place(state)}: {kind(of_kind)}"

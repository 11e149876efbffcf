"""The register's pages. They need no script, and say nothing that is not in the log."""

from datetime import datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bailiwick.ledger import queries
from bailiwick.register import decisions, policies, words
from bailiwick.register.authorities import Authority
from bailiwick.register.book import Book, Demand, Restriction, Standing, open_book
from bailiwick.register.frame import show
from bailiwick.register.maps import drawing
from bailiwick.register.signers import approvals
from bailiwick.rules.territory import CODES, Code, own_territory_source

MOST_PAST: Final = 50
"""Shown on the first page; the others stand on a page of their own."""
_CURRENT: Final = (Standing.IN_FORCE, Standing.TO_COME, Standing.DORMANT)
"""Not ended: objections are possible."""
_PAST: Final = (Standing.SUSPENDED, Standing.WITHDRAWN, Standing.EXPIRED)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Whether demands are taken, what is in force and what was, policies, rules, reports."""
    book, now = open_book(), timezone.now()
    current = book.standing(now, *_CURRENT)
    past = book.standing(now, *_PAST)
    reach = {code for each in book.standing(now, Standing.IN_FORCE) for code in each.territories}
    return show(request, "index", book, {
        "current": [_summary(book, each, now) for each in current],
        "past": [_summary(book, each, now) for each in past[:MOST_PAST]],
        "more": max(0, len(past) - MOST_PAST),
        "map": drawing(reach),
        "reach": words.places(reach),
        "switched": book.takes_demands,
        "policy": book.policy(policies.REVIEW),
        "rule": book.rule,
        "rule_places": words.places(book.rule.entry.territories) if book.rule else (),
        "reports": list(reversed(book.reports)),
    })  # fmt: skip


@require_safe
def past(request: HttpRequest) -> HttpResponse:
    """Every restriction that is no longer in force."""
    book, now = open_book(), timezone.now()
    found = [_summary(book, each, now) for each in book.standing(now, *_PAST)]
    return show(request, "past", book, {"past": found})


@require_safe
def restriction(request: HttpRequest, name: str) -> HttpResponse:
    """All that the log says of one restriction."""
    book, now = open_book(), timezone.now()
    found = book.restrictions.get(name)
    if found is None:
        raise Http404
    demand = next((each for each in book.demands if found in each.restrictions), None)
    return show(request, "restriction", book, {
        **_summary(book, found, now),
        "map": drawing(found.territories),
        "source": _reach_source(found.entry.state),
        "demand": None if demand is None else _demand(book, demand, now),
        "history": [_event(each) for each in found.later],
        "appeals": [_decided(each) for each in found.decided],
        "chain": [_summary(book, each, now) for each in book.chain(found)],
        "has_document": queries.document(found.entry.document) is not None,
        "decision": found.decision,
        "approvals": approvals(book, found),
    })  # fmt: skip


@require_safe
def demands(request: HttpRequest) -> HttpResponse:
    """Every demand, and what came of it."""
    book, now = open_book(), timezone.now()
    found = [_demand(book, each, now) for each in reversed(book.demands)]
    authorities = [_authority(each) for each in reversed([*book.authorities.values()])]
    return show(request, "demands", book, {"demands": found, "authorities": authorities})


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """The policy for demands that is in force, and its versions."""
    return _text(request, policies.REVIEW, _("Policy for demands"))


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The same of the terms of use."""
    return _text(request, policies.TERMS, _("Terms of use"))


def _text(request: HttpRequest, kind: str, title: str) -> HttpResponse:
    book = open_book()
    current = book.policy(kind)
    found = queries.document(current.entry.document) if current else None
    versions = [each for each in reversed(book.policies) if each.entry.policy == kind]
    blocks = list(policies.blocks(found[0].decode("utf-8", "replace"))) if found else []
    context = {"title": title, "current": current, "blocks": blocks, "versions": versions}
    return show(request, "policy", book, context)


def _summary(book: Book, found: Restriction, now: datetime) -> dict[str, Any]:
    entry, standing = found.entry, book.stands(found, now)
    return {
        "restriction": found,
        "entry": entry,
        "index": found.approved.index,
        "authority": book.whose(entry.authority, entry.state, entry.kind),
        "whose": f"{words.kind(entry.kind)}, {words.place(entry.state)}",
        "places": words.places(found.territories),
        "reasons": [words.reason(each) for each in entry.reasons],
        "standing": standing.value,
        "standing_text": words.STANDINGS[standing.value],
        "is_current": standing in _CURRENT,
        "renewals": len(book.chain(found)) - 1,
    }


def _event(each: Any) -> dict[str, Any]:
    """A later entry in words."""
    entry = each.entry
    reason = words.ENDINGS.get(getattr(entry, "reason", ""), "")
    changes = [
        ("territories", ", ".join(words.places(getattr(entry, "territories", None) or ()))),
        ("until", getattr(entry, "until", None)),
    ]
    kept = [(name, value) for name, value in changes if value]
    what = entry.type.partition(".")[2]
    return {"index": each.index, "at": entry.at, "what": what, "reason": reason, "changes": kept}


def _decided(each: Any) -> dict[str, Any]:
    entry = each.entry
    outcome = words.APPEALS[entry.outcome]
    return {"index": each.index, "day": entry.day, "outcome": outcome, "document": entry.document}


def _authority(each: Authority) -> dict[str, Any]:
    entry = each.entry
    return {
        "name": words.whose(each.name, entry.state, entry.kind),
        "state": words.place(entry.state),
        "kind": words.kind(entry.kind),
        "document": each.document,
        "index": each.index,
        "changed": [change.index for change in each.changed],
        "ended": each.ended,
        "why_ended": words.ENDED[each.ended.entry.reason] if each.ended else "",
    }


def _demand(book: Book, found: Demand, now: datetime) -> dict[str, Any]:
    entry = found.received.entry
    refused = [
        {"index": each.index, "day": each.entry.day, "document": each.entry.document,
         "reasons": [words.REFUSALS[reason] for reason in each.entry.reasons]}
        for each in found.refused
    ]  # fmt: skip
    return {
        "index": found.received.index,
        "day": entry.day,
        "authority": words.whose(found.authority.name if found.authority else "", found.state, found.kind),
        "whose": f"{words.kind(found.kind)}, {words.place(found.state)}",
        "outcome": found.outcome,
        "outcome_text": words.OUTCOMES[found.stage],
        "sent_back": _sent_back(found),
        "parts": [
            {"index": each.index, "asked": words.ASKED[each.entry.asked],
             "reasons": [words.REFUSALS[reason] for reason in each.entry.reasons]}
            for each in found.parts
        ],
        "entries": found.later,
        "refused": refused,
        "why": decisions.refusal(found.why),
        "granted": [
            {"id": each.id, "standing": words.STANDINGS[book.stands(each, now).value]}
            for each in found.restrictions
        ],
    }  # fmt: skip


def _sent_back(found: Demand) -> list[dict[str, Any]]:
    """Each time it went back to the authority, and for what."""
    return [
        {"index": each.index, "day": each.entry.day,
         "missing": [words.MISSING[name] for name in each.entry.missing]}
        for each in found.examined if each.entry.missing
    ]  # fmt: skip


def _reach_source(state: str) -> str:
    """The law by which an authority of this state reaches what it reaches."""
    return own_territory_source(Code(state)).removesuffix(". P1") if state in CODES else ""

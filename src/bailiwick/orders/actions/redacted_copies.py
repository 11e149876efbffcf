"""The copy of a demand that everybody may read: text, or pictures we made, each named by its hash."""

import unicodedata
from datetime import datetime
from typing import Final

from bailiwick.ledger import actions as ledger
from bailiwick.orders.models import Demand, Review
from bailiwick.orders.papers.kinds import Kind, Paper

from .takedowns import published

_UNSEEN: Final = frozenset({"Cf", "Cn", "Co"})
_WRITTEN: Final = frozenset("\u200c\u200d\u200e\u200f\u061c")


def publish(demand: Demand, paper: Paper, now: datetime) -> dict[str, object]:
    """In the caller's transaction: publish it, and what a review keeps of it. Never the file as it came: a
    text's words, or a document's pixels."""
    if paper.kind is Kind.TEXT:
        names, pages = [published(_seen(paper.text).encode(), now)], []
    else:
        names = pages = [published(page, now) for page in paper.pages]
    _withdraw_former(demand, set(names))
    return {"redacted": names[0], "pages": pages}


def _seen(text: str) -> str:
    """The text without characters that show nothing and could carry a name all the same (Unicode's formats,
    tags among them, private use, unassigned); joiners and marks of direction are part of spelling."""
    kept = (each for each in text if each in _WRITTEN or unicodedata.category(each) not in _UNSEEN)
    return "".join(kept)


def _withdraw_former(demand: Demand, kept: set[str]) -> None:
    """No longer serve the copy that this one replaces: a name may have been left in it. What a proposal or a
    restriction already points to stays, and so does what another demand's copy has in common with it."""
    former = Review.objects.filter(demand=demand).first()
    if former is None or demand.restrictions.exists():
        return
    for name in {former.redacted, *former.pages} - kept:
        if not _used_elsewhere(demand, name):
            ledger.remove_document(name)


def _used_elsewhere(demand: Demand, name: str) -> bool:
    others = Review.objects.exclude(demand=demand)
    if any(name == row.redacted or name in row.pages for row in others.only("redacted", "pages")):
        return True
    refused = Demand.objects.exclude(pk=demand.pk).exclude(refusal_document="")
    return any(name in copy for copy in refused.values_list("refusal_copy", flat=True))

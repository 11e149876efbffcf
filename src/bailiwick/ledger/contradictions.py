"""Which witnesses contradict this log: on the head's row, so that no process and no restart forgets it.

Each is named by the digest of its key: what an operator calls it may change, and may be no text.
"""

from hashlib import sha256

from django.db import transaction

from bailiwick.ledger.models import Head
from bailiwick.tlog.policy import Witness


def mark_of(witness: Witness) -> str:
    """What stands for a witness on the head's row."""
    return sha256(witness.key.vkey.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def marks() -> frozenset[str]:
    """Those that contradicted and have not agreed since. One query."""
    row = Head.objects.filter(id=1).values_list("refused_by", flat=True).first()
    return frozenset((row or "").split())


def contradicts(witness: Witness, code: str) -> None:
    """Stop everybody: from here on nothing is appended or published."""
    with transaction.atomic():
        known = _held()
        Head.objects.filter(id=1).update(refused=code, refused_by=_text(known | {mark_of(witness)}))


def agrees(witness: Witness) -> None:
    """It stands by the head again. Whether that is enough, `publishing` decides."""
    mark = mark_of(witness)
    if mark not in marks():
        return
    with transaction.atomic():
        Head.objects.filter(id=1).update(refused_by=_text(_held() - {mark}))


def forget() -> None:
    """Go on."""
    Head.objects.filter(id=1).exclude(refused="").update(refused="", refused_by="")


def _held() -> frozenset[str]:
    """The same, held until the caller's transaction ends."""
    row = Head.objects.select_for_update().filter(id=1).values_list("refused_by", flat=True).first()
    return frozenset((row or "").split())


def _text(found: frozenset[str]) -> str:
    return " ".join(sorted(found))

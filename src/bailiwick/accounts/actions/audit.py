"""The internal audit trail: every act of the staff, in the transaction of what it tells."""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.errors import MalformedAudit
from bailiwick.accounts.models import Audit
from bailiwick.ledger.errors import OutsideTransaction

_CODE: Final = re.compile(r"[a-z_]+\.[a-z_]+", re.ASCII)
_SUBJECT: Final = re.compile(r"[A-Za-z0-9_:./-]{0,120}", re.ASCII)
CODE_SIZE: Final = 48


def audit(actor: UUID | None, code: str, subject: str, now: datetime) -> None:
    """Record that `actor` (None: the command line, or the server itself) did `code` to `subject`.

    `code` is noun.verb ("role.confirmed"), `subject` a kind and an id ("account:4f0c…"); both without spaces
    and without "@", so that no name and no e-mail address gets in by mistake.

    Raises:
        OutsideTransaction: an act and its trace are kept together, or neither.
        MalformedAudit.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("an act is recorded in the transaction that carries it out")
    if not _CODE.fullmatch(code) or len(code) > CODE_SIZE or not _SUBJECT.fullmatch(subject):
        raise MalformedAudit("an act is a code and an identifier")
    Audit.objects.create(at=now, actor=actor, code=code, subject=subject)

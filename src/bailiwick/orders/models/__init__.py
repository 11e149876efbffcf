"""The rows of demands and what was granted of them. Change them through `actions`, read them through
`queries`. Nothing is enforced because a row says so: the gate wants the log's proof (P3)."""

from .original import Original, OriginalPage
from .parties import (
    Answer,
    Asked,
    Authority,
    AuthorityChange,
    ChangeKind,
    Channel,
    Demand,
    DemandState,
    Target,
)
from .restriction import Approval, Exemption, Later, LaterKind, Restriction
from .review import Appeal, Outcome, Review
from .signature import Signature
from .signer import Signer, SignerApproval
from .takedown import Takedown

__all__ = [
    "Answer",
    "Appeal",
    "Approval",
    "Asked",
    "Authority",
    "AuthorityChange",
    "ChangeKind",
    "Channel",
    "Demand",
    "DemandState",
    "Exemption",
    "Later",
    "LaterKind",
    "Original",
    "OriginalPage",
    "Outcome",
    "Restriction",
    "Review",
    "Signature",
    "Signer",
    "SignerApproval",
    "Takedown",
    "Target",
]

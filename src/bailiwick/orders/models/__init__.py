"""The rows of demands and what was granted of them. Change them through `actions`, read them through
`queries`. Nothing is enforced because a row says so: the gate wants the log's proof (P3)."""

from .parties import Authority, Demand
from .restriction import Approval, Exemption, Later, LaterKind, Restriction

__all__ = ["Approval", "Authority", "Demand", "Exemption", "Later", "LaterKind", "Restriction"]

"""The rows of meetings. Change them through `actions`, read them through `queries`."""

from .meeting import CoHost, HostRule, Invitation, LeavePolicy, Mailed, Meeting
from .people import Block, Node, Presence, PresenceState, Role
from .report import Abuse, Handling, Report
from .server import ServerRule, ServerState

__all__ = [
    "Abuse",
    "Block",
    "CoHost",
    "Handling",
    "HostRule",
    "Invitation",
    "LeavePolicy",
    "Mailed",
    "Meeting",
    "Node",
    "Presence",
    "PresenceState",
    "Report",
    "Role",
    "ServerRule",
    "ServerState",
]

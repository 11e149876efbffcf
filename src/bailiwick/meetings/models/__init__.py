"""The rows of meetings. Change them through `actions`, read them through `queries`."""

from .meeting import CoHost, HostRule, Invitation, LeavePolicy, Meeting
from .people import Block, Node, Presence, PresenceState, Role
from .server import ServerRule, ServerState

__all__ = [
    "Block",
    "CoHost",
    "HostRule",
    "Invitation",
    "LeavePolicy",
    "Meeting",
    "Node",
    "Presence",
    "PresenceState",
    "Role",
    "ServerRule",
    "ServerState",
]

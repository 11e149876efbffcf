"""Synthetic participants that use a server as people's browsers do: join, WebSocket protocol, WebRTC.

Imports nothing else of ours, so it is also a second reading of docs/reference/protocol.md.
"""

from .people import Person, Sends, assign, interleave
from .report import ParticipantReport, Report, StreamReport, WindowReport
from .swarm import Swarm, SwarmError
from .wire import Progress

__all__ = [
    "ParticipantReport",
    "Person",
    "Progress",
    "Report",
    "Sends",
    "StreamReport",
    "Swarm",
    "SwarmError",
    "WindowReport",
    "assign",
    "interleave",
]

"""The media port in memory, for tests: no process, no socket, no packet.

``World`` is the media server; each ``DoubleMedia`` is one node's connection to it. Faults are ordered
beforehand (``World.fail``, ``hold``, ``hung``, ``crash``), and ``World.hears`` answers whose media would
reach whom. Held to the same contract suite as Janus (tests/contracts).
"""

from bailiwick.media.double.node import DoubleMedia, DoubleSession
from bailiwick.media.double.sdp import answer_to, offer_of, sdp_text
from bailiwick.media.double.world import World

__all__ = ["DoubleMedia", "DoubleSession", "World", "answer_to", "offer_of", "sdp_text"]

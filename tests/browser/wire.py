"""What passes on loopback between the media server and one browser's ports: counted at the socket, not in
the page. Needs CAP_NET_RAW (root)."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.browser.person import Person

RECORD_PEERS = """
(() => {
  const Original = window.RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Original {
    constructor(...args) { super(...args); window.peers.push(this); }
  };
})();
"""
"""Keeps the page's peer connections, so that a test can ask them what the page does not tell."""

_PORTS = """async () => {
  const ports = [];
  for (const peer of window.peers) {
    if (peer.connectionState === 'closed') continue;
    for (const one of (await peer.getStats()).values()) {
      if (one.type === 'local-candidate' && one.port) ports.push(one.port);
    }
  }
  return ports;
}"""
_BY_SSRC = """async () => {
  const found = [];
  for (const peer of window.peers) {
    if (peer.connectionState === 'closed') continue;
    for (const one of (await peer.getStats()).values()) {
      if (one.type === 'inbound-rtp') found.push([one.ssrc, one.packetsReceived, one.packetsLost]);
    }
  }
  return found;
}"""


def media_ports(person: Person) -> frozenset[int]:
    """The UDP ports of the person's open peer connections."""
    return frozenset(person.page.evaluate(_PORTS))


def inbound(person: Person) -> dict[int, tuple[int, int]]:
    """Received and lost so far, by SSRC, of all that arrives at the person."""
    return {ssrc: (received, lost) for ssrc, received, lost in person.page.evaluate(_BY_SSRC)}


_ALL = 0x0003
"""ETH_P_ALL: IPv4 and IPv6."""
_TIMESTAMPS: Final = 35
"""SO_TIMESTAMPNS: a timespec with every packet. Linux; the socket module does not name it."""


class Tap:
    """Times (seconds since the epoch, by the kernel: this process may be late to read) of UDP packets to and
    from some ports, as they pass the loopback interface."""

    def __init__(self, ports: frozenset[int]) -> None:
        self._ports = ports
        self.sent_to: list[float] = []
        self.came_from: list[float] = []
        self._stop = threading.Event()
        self._raw = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL))
        self._raw.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        self._raw.bind(("lo", 0))
        self._raw.settimeout(0.1)
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self._raw.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                packet, extra, _flags, origin = self._raw.recvmsg(128, 64)
            except TimeoutError:
                continue
            # loopback shows each packet twice, leaving and arriving: count arrivals
            if origin[2] != socket.PACKET_OUTGOING:
                seconds, nanoseconds = struct.unpack("@ll", extra[0][2])
                self._note(packet, seconds + nanoseconds / 1e9)

    def _note(self, packet: bytes, at_time: float) -> None:
        version = packet[0] >> 4
        protocol, at = (packet[9], (packet[0] & 15) * 4) if version == 4 else (packet[6], 40)
        if protocol != socket.IPPROTO_UDP:
            return
        source, target = struct.unpack_from("!HH", packet, at)
        if target in self._ports:
            self.sent_to.append(at_time)
        if source in self._ports:
            self.came_from.append(at_time)


@contextmanager
def tap(ports: frozenset[int]) -> Iterator[Tap]:
    """Listen while the block runs."""
    listener = Tap(ports)
    listener.start()
    try:
        yield listener
    finally:
        listener.stop()

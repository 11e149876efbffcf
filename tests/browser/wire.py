"""What passes on loopback between the media server and one browser's ports: counted at the socket, not in
the page. Needs CAP_NET_RAW (root)."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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


def udp_dropped() -> int:
    """UDP packets that had arrived, so far, and found no room with their receiver: the machine's loss, by
    who is too busy to read, and no sender's. Linux counts them."""
    packets = Path("/proc/net/snmp").read_text(encoding="ascii").splitlines()
    names, values = (line.split() for line in packets if line.startswith("Udp:"))
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text(encoding="ascii").splitlines())
    return int(values[names.index("RcvbufErrors")]) + int(six.get("Udp6RcvbufErrors", 0))


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
        self.media_to: list[float] = []
        """Of those, sound and pictures: not what keeps up or ends a connection."""
        self.came_from: list[float] = []
        self._stop = threading.Event()
        self._raw = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL))
        self._raw.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        self._raw.bind(("lo", 0))
        self._raw.settimeout(0.1)
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def silent_for(self) -> float:
        """Seconds since the last packet, either way."""
        return time.time() - max([0.0, *self.sent_to[-1:], *self.came_from[-1:]])

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
            if _is_media(packet[at + 8 : at + 10]):
                self.media_to.append(at_time)
        if source in self._ports:
            self.came_from.append(at_time)


def _is_media(begins: bytes) -> bool:
    """RTP, by its first two bytes; not RTCP, STUN or DTLS (RFC 7983, RFC 5761)."""
    return len(begins) == 2 and 128 <= begins[0] <= 191 and not 192 <= begins[1] <= 223


@contextmanager
def tap(ports: frozenset[int]) -> Iterator[Tap]:
    """Listen while the block runs."""
    listener = Tap(ports)
    listener.start()
    try:
        yield listener
    finally:
        listener.stop()

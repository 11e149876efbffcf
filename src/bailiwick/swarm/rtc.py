"""A WebRTC peer that costs little: hundreds fit into one process.

ICE and DTLS-SRTP are aioice's and aiortc's; above them there is no PeerConnection, no jitter buffer and no
codec. What is sent was encoded before (``loops``); what comes in is counted by RTP header as it leaves the
socket and never decrypted. Imports nothing else of ours: benchmarks and tests use it against a bare Janus
too.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import aioice
import aioice.ice
import aioice.stun
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcicetransport import RTCIceTransport
from aiortc.rtp import RTCP_PSFB_FIR, RTCP_PSFB_PLI, RtcpPacket, RtcpPsfbPacket

from bailiwick.swarm.pacer import Outgoing, Pacer, SendTrack
from bailiwick.swarm.sdp import OPUS, VP8, MediaLine, TransportParameters, parse, write
from bailiwick.swarm.tally import Tally

CONNECT_SECONDS = 10.0
SETTLE_SECONDS = 0.015
RECEIVE_QUEUE = 4 * 2**20
"""Bytes for each socket."""

# Browsers repeat a connectivity check that gets no answer after some 50 ms; aioice would after 500. The
# first one is often lost: it overtakes the SDP that tells the media server about us.
aioice.stun.RETRY_RTO = 0.1


class _Ice(aioice.Connection):
    """Counts RTP at the socket and hands on the rest. Also stands in for aiortc's RTCIceTransport."""

    def __init__(self, *, controlling: bool) -> None:
        super().__init__(ice_controlling=controlling, use_ipv6=False)
        self.on_rtp: Callable[[bytes, float], None] = lambda _packet, _at: None
        self.datagrams = 0
        self.last_datagram = 0.0
        self.octets = 0
        self.state = "new"
        self._recv = self.recv
        self._send = self.send

    @property
    def role(self) -> str:
        return "controlling" if self.ice_controlling else "controlled"

    def request_received(
        self, message: aioice.stun.Message, addr: tuple[str, int], protocol: aioice.ice.StunProtocol
    ) -> None:
        self.datagrams += 1
        self.last_datagram = time.monotonic()
        super().request_received(message, addr, protocol)

    async def gather_candidates(self) -> None:
        await super().gather_candidates()
        for protocol in self._protocols:
            self._sort_out(protocol)
            _make_room(protocol.transport.get_extra_info("socket"))

    def _sort_out(self, protocol: aioice.ice.StunProtocol) -> None:
        """Tell STUN from media by the first byte (RFC 7983). aioice tries to read everything as STUN, which
        takes time and, once in some hundred thousand packets, looks like STUN and raises."""
        stun = protocol.datagram_received

        def received(data: bytes | str, addr: tuple[Any, ...]) -> None:
            packet = cast(bytes, data)
            if packet and packet[0] < 4:
                stun(packet, addr)
            elif packet:
                self.data_received(packet, 1)

        protocol.datagram_received = received  # type: ignore[method-assign]  # asyncio looks it up each time

    def data_received(self, data: bytes, component: int) -> None:
        now = time.monotonic()
        self.datagrams += 1
        self.last_datagram = now
        self.octets += len(data)
        # RTP: version 2 in the first byte, a payload type that is not RTCP's in the second (RFC 5761).
        if 127 < data[0] < 192 and not 192 <= data[1] <= 223:
            self.on_rtp(data, now)
        else:
            super().data_received(data, component)


def _make_room(sock: socket.socket) -> None:
    """A longer queue for what comes in: a packet we are too slow to read would look like one that was
    lost."""
    force = getattr(socket, "SO_RCVBUFFORCE", 33)
    try:
        sock.setsockopt(socket.SOL_SOCKET, force, RECEIVE_QUEUE)
    except PermissionError:
        # Beyond the system's limit only root may go.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_QUEUE)


class _Dtls(RTCDtlsTransport):
    """Tells who asks for a key frame; no other RTCP is of interest."""

    def __init__(self, ice: _Ice, certificate: RTCCertificate) -> None:
        super().__init__(cast(RTCIceTransport, ice), [certificate])
        self.on_key_frame_wanted: Callable[[int], None] = lambda _ssrc: None

    def act_as(self, role: str) -> None:
        """``client`` or ``server`` of the handshake."""
        self._set_role(role)

    async def send_packet(self, packet: bytes) -> None:
        """Encrypt and send one RTP or RTCP packet; ConnectionError when not connected."""
        await self._send_rtp(packet)

    async def _handle_rtcp_data(self, data: bytes) -> None:
        for packet in RtcpPacket.parse(data):
            if isinstance(packet, RtcpPsfbPacket) and packet.fmt in {RTCP_PSFB_PLI, RTCP_PSFB_FIR}:
                self.on_key_frame_wanted(packet.media_ssrc)


class Transport:
    """One connection to the media server; all m-lines of a leg are bundled on it."""

    def __init__(self, *, controlling: bool) -> None:
        self._ice = _Ice(controlling=controlling)
        # A certificate of its own each: a media server may tell a new connection from an old one by it.
        self._dtls = _Dtls(self._ice, RTCCertificate.generateCertificate())

    @property
    def datagrams(self) -> int:
        """All that the media server sent us of its own accord: RTP, RTCP, DTLS, connectivity checks."""
        return self._ice.datagrams

    @property
    def last_datagram(self) -> float:
        return self._ice.last_datagram

    @property
    def octets(self) -> int:
        """Of the datagrams, without connectivity checks."""
        return self._ice.octets

    @property
    def addresses(self) -> tuple[str, ...]:
        """Our own, once there are sockets."""
        return tuple(candidate.host for candidate in self._ice.local_candidates)

    @property
    def connected(self) -> bool:
        return self._dtls.state == "connected"

    def listen(self, rtp: Callable[[bytes, float], None], key_frame_wanted: Callable[[int], None]) -> None:
        """``rtp``: each packet, still encrypted, and when it came. ``key_frame_wanted``: the SSRC asked."""
        self._ice.on_rtp = rtp
        self._dtls.on_key_frame_wanted = key_frame_wanted

    async def local(self, setup: str) -> TransportParameters:
        """Our own parameters; opens the sockets at the first call."""
        await self._ice.gather_candidates()
        fingerprints = self._dtls.getLocalParameters().fingerprints
        return TransportParameters(
            ufrag=self._ice.local_username,
            pwd=self._ice.local_password,
            fingerprints=tuple(item for item in fingerprints if item.algorithm == "sha-256"),
            setup=setup,
        )

    async def connect(self, remote: TransportParameters, *, client: bool) -> None:
        """ICE, then DTLS as its client or server. ConnectionError or TimeoutError if it does not come
        about."""
        async with asyncio.timeout(CONNECT_SECONDS):
            self._ice.remote_username, self._ice.remote_password = remote.ufrag, remote.pwd
            for candidate in remote.candidates:
                await self._ice.add_remote_candidate(candidate)
            await self._ice.add_remote_candidate(None)
            await self._ice.connect()
            self._dtls.act_as("client" if client else "server")
            if client:
                # The other side may still be settling ICE and drop our first flight. Browsers repeat it
                # after 50 ms, OpenSSL after a second.
                await asyncio.sleep(SETTLE_SECONDS)
            await self._dtls.start(RTCDtlsParameters(fingerprints=list(remote.fingerprints)))
        if not self.connected:
            raise ConnectionError("the DTLS handshake failed")

    async def send(self, packet: bytes) -> None:
        """ConnectionError once the connection has ended."""
        await self._dtls.send_packet(packet)

    async def close(self) -> None:
        """End the connection and tell the other side."""
        await self._dtls.stop()
        await self._ice.close()

    async def vanish(self) -> None:
        """End it as a power cut would."""
        await self._ice.close()


class Publisher:
    """The sending leg: one Transport, any number of tracks.

    ``offer`` → signalling → ``accept``. Change ``tracks`` by ``add`` and ``drop``, then ``offer`` again.
    """

    def __init__(self, pacer: Pacer, tracks: Sequence[SendTrack]) -> None:
        self.transport = Transport(controlling=True)
        self.transport.listen(lambda _packet, _at: None, self._key_frame_wanted)
        self._pacer = pacer
        self._connecting = asyncio.Lock()
        self._lines: list[SendTrack | None] = list(tracks)
        self._shape: list[tuple[str, str]] = [(track.media, track.mid) for track in tracks]
        self._outgoing: dict[str, list[Outgoing]] = {}
        self._version = 0

    def add(self, track: SendTrack) -> None:
        self._lines.append(track)
        self._shape.append((track.media, track.mid))

    def drop(self, mid: str) -> None:
        """Stop sending this track; its m-line stays, inactive."""
        place = [name for _, name in self._shape].index(mid)
        self._lines[place] = None
        self._pacer.discard(self._outgoing.pop(mid, []))

    async def offer(self) -> str:
        self._version += 1
        return write(
            await self.transport.local("actpass"),
            [self._line(n) for n in range(len(self._lines))],
            self._version,
        )

    async def accept(self, answer: str) -> None:
        """Connect at the first answer; begin to send the tracks that are new. A second answer that arrives
        while the first one's connection is being made waits for it."""
        remote = parse(answer)
        async with self._connecting:
            if not self.transport.connected:
                await self.transport.connect(remote.transport, client=remote.transport.setup == "passive")
        for track in self._lines:
            if track is not None and track.mid not in self._outgoing:
                self._outgoing[track.mid] = track.outgoing(self.transport.send)
                self._pacer.add(self._outgoing[track.mid])

    def pause(self, mid: str) -> None:
        self._pacer.discard(self._outgoing[mid])

    def resume(self, mid: str) -> None:
        self._pacer.add(self._outgoing[mid])

    async def close(self) -> None:
        for outgoing in self._outgoing.values():
            self._pacer.discard(outgoing)
        await self.transport.close()

    async def vanish(self) -> None:
        for outgoing in self._outgoing.values():
            self._pacer.discard(outgoing)
        await self.transport.vanish()

    def sent(self, mid: str) -> int:
        """Packets of this track so far, all simulcast layers together."""
        return sum(outgoing.sent for outgoing in self._outgoing[mid])

    @property
    def packets_sent(self) -> int:
        """Packets of all tracks so far."""
        return sum(self.sent(mid) for mid in self._outgoing)

    def _line(self, place: int) -> MediaLine:
        media, mid = self._shape[place]
        track = self._lines[place]
        codecs = {OPUS: "opus"} if media == "audio" else {VP8: "vp8"}
        if track is None:
            return MediaLine(media=media, mid=mid, direction="inactive", codecs=codecs)
        return MediaLine(
            media=media,
            mid=mid,
            direction="sendonly",
            codecs=codecs,
            ssrcs=track.ssrcs,
            rids=track.rids,
            formats={OPUS: "minptime=10;useinbandfec=1"} if media == "audio" else {},
        )

    def _key_frame_wanted(self, ssrc: int) -> None:
        for outgoing in self._outgoing.values():
            for layer in outgoing:
                if layer.ssrc == ssrc:
                    layer.rewind()


class Subscriber:
    """The receiving leg. ``answer`` each offer; the connection comes up by itself after the first answer
    has been handed to the media server."""

    def __init__(self) -> None:
        self.transport = Transport(controlling=False)
        self.transport.listen(self._received, lambda _ssrc: None)
        self._tallies: dict[int, Tally] = {}
        self._ssrcs: dict[str, int] = {}
        self._connecting: asyncio.Task[None] | None = None
        self._version = 0

    async def answer(self, offer: str) -> str:
        remote = parse(offer)
        self._version += 1
        self._ssrcs = {line.mid: line.ssrcs[0] for line in remote.media if line.ssrcs}
        text = write(
            await self.transport.local("active"), [_answering(line) for line in remote.media], self._version
        )
        if self._connecting is None:
            self._connecting = asyncio.create_task(self.transport.connect(remote.transport, client=True))
        return text

    async def connected(self) -> None:
        """Wait for the connection; ConnectionError or TimeoutError if it fails, or there was no offer yet."""
        if self._connecting is None:
            raise ConnectionError("no offer yet")
        await asyncio.shield(self._connecting)

    def tally(self, mid: str) -> Tally:
        """What arrived on an m-line of the last offer; empty if nothing did. KeyError for an m-line
        unknown."""
        return self._tallies.setdefault(self._ssrcs[mid], Tally())

    def begin(self, mid: str) -> Tally:
        """A new tally for an m-line of the last offer, which carries another stream from now on."""
        tally = self._tallies[self._ssrcs[mid]] = Tally()
        return tally

    @property
    def packets(self) -> int:
        """RTP packets on all m-lines, ever."""
        return sum(tally.received for tally in self._tallies.values())

    @property
    def last_packet(self) -> float:
        """When the last RTP packet came (monotonic clock); 0 if none did."""
        return max((tally.last for tally in self._tallies.values()), default=0.0)

    async def close(self) -> None:
        await self._stop_connecting()
        await self.transport.close()

    async def vanish(self) -> None:
        await self._stop_connecting()
        await self.transport.vanish()

    async def _stop_connecting(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)

    def _received(self, packet: bytes, at: float) -> None:
        ssrc = int.from_bytes(packet[8:12], "big")
        tally = self._tallies.get(ssrc)
        if tally is None:
            tally = self._tallies[ssrc] = Tally()
        tally.packet(int.from_bytes(packet[2:4], "big"), at)


def _answering(line: MediaLine) -> MediaLine:
    receiving = line.direction in {"sendonly", "sendrecv"}
    return MediaLine(
        media=line.media,
        mid=line.mid,
        direction="recvonly" if receiving else "inactive",
        codecs=line.codecs,
        formats=line.formats,
    )

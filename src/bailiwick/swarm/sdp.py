"""As much SDP (RFC 8866, RFC 9429) as a synthetic participant needs: write an offer, read an answer, answer
an offer.

One BUNDLE group, rtcp-mux, Opus and VP8.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aioice import Candidate
from aiortc.rtcdtlstransport import RTCDtlsFingerprint

OPUS, VP8 = 111, 96
"""Payload types in our own offers."""
LEVEL_EXTENSION, MID_EXTENSION, RID_EXTENSION, TWCC_EXTENSION = 1, 4, 10, 3
EXTENSIONS = {
    LEVEL_EXTENSION: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    TWCC_EXTENSION: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    MID_EXTENSION: "urn:ietf:params:rtp-hdrext:sdes:mid",
    RID_EXTENSION: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
}


@dataclass(frozen=True, slots=True)
class TransportParameters:
    """ICE and DTLS parameters of one side. ``setup``: DTLS role as in the SDP (RFC 8842)."""

    ufrag: str
    pwd: str
    fingerprints: tuple[RTCDtlsFingerprint, ...]
    setup: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaLine:
    """One m-line. ``media``: audio or video. ``direction``: of the side that wrote it. ``codecs``: payload
    type to encoding name, lower case. ``ssrcs``: what it announces to send. ``rids``: simulcast layers,
    largest first."""

    media: str
    mid: str
    direction: str
    codecs: dict[int, str]
    ssrcs: tuple[int, ...] = ()
    rids: tuple[str, ...] = ()
    formats: dict[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Description:
    transport: TransportParameters
    media: tuple[MediaLine, ...]


def parse(text: str) -> Description:
    """Read an offer or answer of a media server. ValueError if it has no ICE or DTLS parameters."""
    head, *blocks = re.split(r"^m=", text.replace("\r\n", "\n"), flags=re.MULTILINE)
    if not blocks:
        raise ValueError("an SDP without m-lines")
    return Description(
        transport=_transport(head, blocks[0], text),
        media=tuple(_media_line(block) for block in blocks),
    )


def _transport(head: str, first: str, text: str) -> TransportParameters:
    ufrag, pwd, setup = (
        _attribute(first, name) or _attribute(head, name) for name in ("ice-ufrag", "ice-pwd", "setup")
    )
    fingerprints = _attributes(first, "fingerprint") or _attributes(head, "fingerprint")
    if not ufrag or not pwd or not fingerprints:
        raise ValueError("an SDP without ICE or DTLS parameters")
    pairs = (value.split(" ", 1) for value in fingerprints)
    candidates = dict.fromkeys(_attributes(text, "candidate"))
    return TransportParameters(
        ufrag=ufrag,
        pwd=pwd,
        fingerprints=tuple(RTCDtlsFingerprint(algorithm=name, value=value) for name, value in pairs),
        setup=setup or "actpass",
        candidates=tuple(Candidate.from_sdp(line) for line in candidates),
    )


def _media_line(block: str) -> MediaLine:
    words = block.split("\n", 1)[0].split()
    codecs = {}
    for value in _attributes(block, "rtpmap"):
        number, name = value.split(" ", 1)
        codecs[int(number)] = name.split("/")[0].lower()
    directions = [
        name for name in ("sendrecv", "sendonly", "recvonly", "inactive") if f"a={name}\n" in block + "\n"
    ]
    return MediaLine(
        media=words[0],
        mid=_attribute(block, "mid") or "",
        direction=directions[0] if directions and words[1] != "0" else "inactive",
        codecs=codecs,
        ssrcs=tuple(dict.fromkeys(int(value.split()[0]) for value in _attributes(block, "ssrc"))),
        formats=dict(_format(value) for value in _attributes(block, "fmtp")),
    )


def _format(value: str) -> tuple[int, str]:
    number, _, rest = value.partition(" ")
    return int(number), rest


def _attributes(block: str, name: str) -> list[str]:
    return re.findall(rf"^a={name}:(.*)$", block, flags=re.MULTILINE)


def _attribute(block: str, name: str) -> str | None:
    return next(iter(_attributes(block, name)), None)


def write(transport: TransportParameters, media: Sequence[MediaLine], version: int) -> str:
    """An SDP as a browser writes it, without candidates: the media server learns them from our checks."""
    lines = ["v=0", f"o=- 4611731400430051336 {version} IN IP4 0.0.0.0", "s=-", "t=0 0"]
    lines.append("a=group:BUNDLE " + " ".join(line.mid for line in media if line.direction != "rejected"))
    for line in media:
        lines += _lines(line, transport)
    return "\r\n".join(lines) + "\r\n"


def _lines(line: MediaLine, transport: TransportParameters) -> list[str]:
    lines = [
        f"m={line.media} 9 UDP/TLS/RTP/SAVPF {' '.join(str(number) for number in line.codecs)}",
        "c=IN IP4 0.0.0.0",
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.pwd}",
        *(f"a=fingerprint:{item.algorithm} {item.value}" for item in transport.fingerprints),
        f"a=setup:{transport.setup}",
        f"a=mid:{line.mid}",
        f"a={line.direction}",
        "a=rtcp-mux",
    ]
    for number, name in line.codecs.items():
        lines.append(f"a=rtpmap:{number} {name}/{'48000/2' if name == 'opus' else '90000'}")
        lines += _feedback(number, name)
    for number, parameters in (line.formats or {}).items():
        lines.append(f"a=fmtp:{number} {parameters}")
    if line.direction == "sendonly":
        lines += _sending(line)
    return lines


def _feedback(number: int, name: str) -> list[str]:
    if name == "opus":
        return []
    return [f"a=rtcp-fb:{number} {what}" for what in ("nack", "nack pli", "goog-remb")]


def _sending(line: MediaLine) -> list[str]:
    wanted = [MID_EXTENSION, LEVEL_EXTENSION if line.media == "audio" else RID_EXTENSION]
    lines = [f"a=extmap:{number} {EXTENSIONS[number]}" for number in wanted]
    if line.rids:
        lines += [f"a=rid:{rid} send" for rid in line.rids]
        return [*lines, "a=simulcast:send " + ";".join(line.rids)]
    return lines + [f"a=ssrc:{ssrc} cname:swarm" for ssrc in line.ssrcs]

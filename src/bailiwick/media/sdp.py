"""The boundary for session descriptions (RFC 8866, RFC 9429) that come from clients.

``check_sdp`` does not repair: it copies the lines it knows, in a form it has checked, and leaves out the
rest. So neither a candidate nor any other address reaches the media server or its log (P9), and its parser,
which is C, sees only well-formed input.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bailiwick.media.port import Fault, MediaError, Mid, Sdp, Track

MAX_SOUNDS = 100
MAX_PICTURES = 50
"""Streams of either kind one participant receives at the same time."""
MAX_SECTIONS = MAX_SOUNDS + MAX_PICTURES
"""m-lines: an answer has one for each stream. One that is empty again carries only its own kind later."""
MAX_LENGTH = MAX_SECTIONS * 1_500
MAX_LINES = MAX_SECTIONS * 40
"""With room to spare: Chromium's answer has up to 1,200 characters and 27 lines for each m-line."""
MAX_LINE = 1_000
MAX_TRACKS = 8
"""Tracks one participant publishes at the same time."""

_DIRECTIONS = {"sendrecv", "sendonly", "recvonly", "inactive"}
_FLAGS = _DIRECTIONS | {"rtcp-mux", "rtcp-rsize", "extmap-allow-mixed"}
_VALUED = {
    "extmap",
    "fingerprint",
    "fmtp",
    "group",
    "ice-options",
    "ice-pwd",
    "ice-ufrag",
    "mid",
    "msid",
    "msid-semantic",
    "rid",
    "rtcp-fb",
    "rtpmap",
    "setup",
    "simulcast",
    "ssrc",
    "ssrc-group",
}
_PATTERNS = {
    # Janus takes no longer mids.
    "mid": re.compile(r"[A-Za-z0-9_-]{1,16}"),
    "ice-ufrag": re.compile(r"[A-Za-z0-9+/]{4,256}"),
    "ice-pwd": re.compile(r"[A-Za-z0-9+/]{22,256}"),
    "fingerprint": re.compile(r"[a-z0-9-]{1,20} [0-9A-Fa-f:]{1,200}"),
    "setup": re.compile(r"actpass|active|passive"),
}
_ORIGIN = re.compile(r"(mozilla[\w.-]{0,64})?\S* (\d{1,20}) (\d{1,20}) IN IP[46] \S+")
_MEDIA = re.compile(r"(audio|video) (\d{1,5})(?:/\d+)? (UDP/TLS/RTP/SAVPF|RTP/SAVPF)((?: \d{1,3}){1,64})")


@dataclass(frozen=True, slots=True)
class Section:
    """One m-line. ``sends``: its writer sends on it."""

    mid: Mid
    media: str
    sends: bool


def check_sdp(text: str) -> Sdp:
    """The SDP without any address, and without what no media server of ours understands. Raises BAD_SDP."""
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(text) > MAX_LENGTH or len(lines) > MAX_LINES or max(map(len, lines)) > MAX_LINE:
        raise _bad("too large")
    if not text.isascii() or not all(line.isprintable() for line in lines):
        raise _bad("characters")
    head, *sections = _split(lines)
    if len(head) < 2 or head[0] != "v=0":
        raise _bad("version")
    if not 1 <= len(sections) <= MAX_SECTIONS:
        raise _bad("m-lines")
    checked = [*_head(head), *(line for section in sections for line in _section(section))]
    mids = [line for line in checked if line.startswith("a=mid:")]
    if len(set(mids)) != len(mids):
        raise _bad("mid")
    if not any(line.startswith("a=fingerprint:") for line in checked):
        raise _bad("fingerprint")
    return Sdp("\r\n".join(checked) + "\r\n")


def sections(sdp: Sdp) -> tuple[Section, ...]:
    """The m-lines in order."""
    found = []
    for lines in _split(sdp.removesuffix("\r\n").split("\r\n"))[1:]:
        direction = next((line[2:] for line in lines if line[2:] in _DIRECTIONS), "sendrecv")
        media, port = lines[0][2:].split()[:2]
        mid = next((line[6:] for line in lines if line.startswith("a=mid:")), "")
        found.append(Section(Mid(mid), media, port != "0" and direction in {"sendrecv", "sendonly"}))
    return tuple(found)


def fingerprint(sdp: Sdp) -> str:
    """The DTLS fingerprints, as one string: another PeerConnection has others."""
    return " ".join(sorted(set(re.findall(r"^a=fingerprint:([^\r\n]*)", sdp, flags=re.MULTILINE))))


def check_tracks(offer: Sdp, tracks: Sequence[Track]) -> None:
    """Raises BAD_TRACKS unless the tracks declared are exactly the m-lines that send, of the same media
    type."""
    declared = {track.mid: track.kind.media for track in tracks}
    sending = {section.mid: section.media for section in sections(offer) if section.sends}
    if len(tracks) > MAX_TRACKS or len(declared) != len(tracks):
        raise MediaError(Fault.BAD_TRACKS, "number")
    if declared != sending:
        raise MediaError(Fault.BAD_TRACKS, "not as in the offer")


def check_answer(offer: Sdp, answer: Sdp) -> None:
    """Raises BAD_SDP unless the answer has the offer's m-lines in the same order."""
    asked, given = sections(offer), sections(answer)
    if len(asked) != len(given) or any(not _answers(*pair) for pair in zip(asked, given, strict=True)):
        raise _bad("not an answer to this offer")


def _answers(asked: Section, given: Section) -> bool:
    """A rejected m-line may have lost its mid."""
    return asked.media == given.media and given.mid in {asked.mid, ""}


def _split(lines: Sequence[str]) -> list[list[str]]:
    """The session part, then one part for each m-line."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            parts.append([])
        parts[-1].append(line)
    return parts


def _head(lines: Sequence[str]) -> Iterator[str]:
    origin = _ORIGIN.fullmatch(lines[1].removeprefix("o=")) if lines[1].startswith("o=") else None
    if origin is None:
        raise _bad("origin")
    name, session, version = origin.groups()
    yield "v=0"
    # Firefox is told by this name, and served its own dialect.
    yield f"o={name or '-'} {session} {version} IN IP4 0.0.0.0"
    yield from ("s=-", "t=0 0")
    yield from _attributes(lines)


def _section(lines: Sequence[str]) -> Iterator[str]:
    media = _MEDIA.fullmatch(lines[0].removeprefix("m="))
    if media is None:
        raise _bad("m-line")
    kind, port, protocol, formats = media.groups()
    # With max-bundle, port 0 says "only bundled" (RFC 9143); the media server would read "rejected".
    rejected = int(port) == 0 and "a=bundle-only" not in lines
    yield f"m={kind} {0 if rejected else 9} {protocol}{formats}"
    yield "c=IN IP4 0.0.0.0"
    if not rejected and not any(line.startswith("a=mid:") for line in lines):
        raise _bad("mid")
    yield from _attributes(lines)


def _attributes(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        name, colon, value = line[2:].partition(":")
        if not line.startswith("a="):
            continue
        if not colon:
            if name in _FLAGS:
                yield line
        elif name in _VALUED:
            pattern = _PATTERNS.get(name)
            if not value or (pattern is not None and pattern.fullmatch(value) is None):
                raise _bad(name)
            yield line


def _bad(what: str) -> MediaError:
    return MediaError(Fault.BAD_SDP, what)

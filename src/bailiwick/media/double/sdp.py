"""Small SDPs, for tests that need some."""

from collections.abc import Iterable, Sequence

from bailiwick.media.port import Sdp, Track
from bailiwick.media.sdp import check_sdp, sections


def sdp_text(lines: Iterable[tuple[str, str, str]], fingerprint_: str = "AA:BB", version: int = 1) -> Sdp:
    """A small SDP: (mid, ``audio`` or ``video``, direction) for each m-line."""
    text = (
        f"v=0\r\no=- 1 {version} IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 {fingerprint_}\r\n"
    )
    for mid, media, direction in lines:
        text += f"m={media} 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na={direction}\r\n"
    return check_sdp(text)


def offer_of(tracks: Sequence[Track], fingerprint_: str = "AA:BB") -> Sdp:
    """What a client that sends these tracks offers."""
    return sdp_text([(track.mid, track.kind.media, "sendonly") for track in tracks], fingerprint_)


def answer_to(offer: Sdp) -> Sdp:
    """A client's answer to ``Offer.sdp``."""
    return sdp_text([(s.mid, s.media, "recvonly" if s.sends else "inactive") for s in sections(offer)])

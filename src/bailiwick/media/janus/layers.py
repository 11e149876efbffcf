"""Which simulcast layer each m-line is to carry, and which it does carry.

Janus changes layers at a key frame only and asks the publisher for one only once; browsers ignore such a
request within 300 ms of the last one (libwebrtc, ``EncoderRtcpFeedback``). Without asking again a picture
could stay black, or small, until somebody else's request.
"""

from collections.abc import Collection, Mapping, Sequence

from bailiwick.media.port import Layer, Mid, StreamId

PRESS_SECONDS = (0.4, 0.8, 1.6, 3.2)
"""When to ask again, each after the one before. A layer that is not there by then is not being sent."""


class LayerWatch:
    def __init__(self) -> None:
        self._streams: dict[Mid, StreamId] = {}
        self._wanted: dict[Mid, Layer] = {}
        self._carried: dict[Mid, int] = {}

    def watch(self, streams: Mapping[Mid, StreamId], simulcast: Collection[Mid]) -> None:
        """The m-lines there are now. What an m-line carried before means nothing for a new stream on it."""
        kept = {mid for mid in simulcast if self._streams.get(mid) == streams[mid]}
        self._streams = {mid: streams[mid] for mid in simulcast}
        self._wanted = {mid: self._wanted[mid] if mid in kept else Layer(mid, 0) for mid in simulcast}
        self._carried = {mid: layer for mid, layer in self._carried.items() if mid in kept}

    def choose(self, layers: Sequence[Layer]) -> None:
        self._wanted |= {layer.mid: layer for layer in layers if layer.mid in self._wanted}

    def carries(self, mid: Mid, substream: int) -> None:
        """Janus said so."""
        self._carried[mid] = substream

    def lagging(self) -> list[Layer]:
        """What was chosen and is not carried."""
        running = (layer for layer in self._wanted.values() if layer.substream is not None)
        return [layer for layer in running if self._carried.get(layer.mid) != layer.substream]

"""Asking witnesses for cosignatures: the client's side of c2sp.org/tlog-witness, `add-checkpoint`.

What a witness answers is not believed: it is limited in size and time, parsed strictly, and its cosignature
is verified with the key that the policy has for it.
"""

import http.client
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from bailiwick.ledger.errors import (
    LogForked,
    WitnessAnswerUnusable,
    WitnessContradicts,
    WitnessError,
    WitnessRefused,
    WitnessUnreachable,
)
from bailiwick.tlog.encoding import decimal, to_base64
from bailiwick.tlog.errors import MalformedCheckpoint, TlogError
from bailiwick.tlog.hashing import Hash
from bailiwick.tlog.notes import Note, Signature, parse_signatures, signed_by
from bailiwick.tlog.policy import Witness

SECONDS: Final = 10.0
"""How long a witness may take for one answer."""
MAX_ANSWER: Final = 16_384
LAST: Final = 253_402_300_799
"""The last second of the year 9999 (POSIX): what comes later is no date to anybody who reads it."""
SIZE_TYPE: Final = "text/x.tlog.size"
_PIECE: Final = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP: at most MAX_ANSWER bytes of body."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Behind:
    """The witness has another size than it was told; ask again with a proof from that one."""

    size: int


Post: TypeAlias = Callable[[str, bytes], Answer]
"""(URL, body) -> the answer. Raises WitnessUnreachable, WitnessAnswerUnusable."""


def request(old: int, proof: Sequence[Hash], note: bytes) -> bytes:
    """The body of add-checkpoint: tlog-witness, "add-checkpoint"."""
    lines = [f"old {old}", *map(to_base64, proof), "", ""]
    return "\n".join(lines).encode() + note


def read(answer: Answer, witness: Witness, text: str) -> Signature | Behind:
    """The verified cosignature over a checkpoint's text, or the size the witness has: "add-checkpoint".

    Raises:
        WitnessContradicts: our checkpoint does not continue what it has seen.
        WitnessRefused, WitnessUnreachable, WitnessAnswerUnusable.
    """
    match answer.status:
        case 200:
            return _cosignature(answer.body, witness, text)
        case 409:
            return Behind(_size(answer))
        case 422:
            raise WitnessContradicts(LogForked.code)
        case 400 | 403 | 404:
            raise WitnessRefused(f"it answered {answer.status}")
        case _:
            raise WitnessUnreachable(f"it answered {answer.status}")


def _cosignature(body: bytes, witness: Witness, text: str) -> Signature:
    try:
        found = parse_signatures(body.decode("utf-8"))
        ours = tuple(signature for signature in found if signature.is_by(witness.key))
        if not signed_by(Note(text, ours), [witness.key]):
            raise WitnessAnswerUnusable("its answer has no cosignature by its key")
    except (TlogError, UnicodeDecodeError) as error:
        raise WitnessAnswerUnusable("its cosignature cannot be read or does not verify") from error
    if time_of(ours[-1]) > LAST:
        raise WitnessAnswerUnusable("it cosigned at no time there is")  # milliseconds, for instance
    return ours[-1]


def _size(answer: Answer) -> int:
    if answer.content_type.partition(";")[0].strip().lower() != SIZE_TYPE:
        raise WitnessAnswerUnusable("a conflict without the witness's size")
    try:
        return decimal(answer.body.decode("ascii").removesuffix("\n"), MalformedCheckpoint)
    except (TlogError, UnicodeDecodeError) as error:
        raise WitnessAnswerUnusable("a conflict whose size is no number") from error


def time_of(signature: Signature) -> int:
    """When the witness cosigned, POSIX seconds: the first 8 bytes of the payload (tlog-cosignature)."""
    return int.from_bytes(signature.payload[:8], "big")


class Asking:
    """Requests on their way, each in a thread of its own that no shutdown waits for. Threads do HTTP only."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._came: SimpleQueue[tuple[Witness, Answer | WitnessError] | None] = SimpleQueue()
        self._out: set[str] = set()

    def start(self, witness: Witness, body: bytes) -> None:
        """Send a request to a witness."""
        self._out.add(witness.name)
        Thread(target=self._send, args=(witness, body), name=f"ask {witness.name}", daemon=True).start()

    def _send(self, witness: Witness, body: bytes) -> None:
        url = f"{witness.url.rstrip('/')}/add-checkpoint"
        try:
            self._came.put((witness, self._post(url, body)))
        except WitnessError as error:
            self._came.put((witness, error))
        except Exception as error:  # noqa: BLE001 (a thread's error would be lost; the class says enough)
            self._came.put((witness, WitnessUnreachable(type(error).__name__)))

    def next(self, deadline: float) -> tuple[Witness, Answer | WitnessError] | None:
        """The next answer, or what went wrong; None once all have answered or the deadline (monotonic) is
        past."""
        if not self._out:
            return None
        try:
            came = self._came.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            return None
        if came is not None:
            self._out.discard(came[0].name)
        return came

    def give_up(self) -> None:
        """Have `next` answer None at once. From any thread."""
        self._came.put(None)

    @property
    def silent(self) -> frozenset[str]:
        """Names of those who have not answered."""
        return frozenset(self._out)


def post(url: str, body: bytes) -> Answer:
    """POST over HTTP or HTTPS, without redirects. WitnessUnreachable, WitnessAnswerUnusable."""
    deadline = time.monotonic() + SECONDS
    try:
        with closing(_connection(url)) as connection:
            connection.request(
                "POST", urlsplit(url).path, body, {"Content-Type": "text/plain; charset=utf-8"}
            )
            # closed apart: a response that ends the connection has taken its socket over
            with closing(connection.getresponse()) as response:
                content_type = response.headers.get("Content-Type") or ""
                return Answer(response.status, content_type, _body(response, deadline))
    except (OSError, http.client.HTTPException, ValueError) as error:
        # the texts of these name hosts and addresses: the class is enough
        raise WitnessUnreachable(type(error).__name__) from None


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=SECONDS, context=context)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)


def _body(response: http.client.HTTPResponse, deadline: float) -> bytes:
    data = b""
    while piece := response.read1(_PIECE):
        data += piece
        if len(data) > MAX_ANSWER:
            raise WitnessAnswerUnusable("its answer is too long")
        if time.monotonic() > deadline:
            raise WitnessUnreachable("its answer took too long")
    return data

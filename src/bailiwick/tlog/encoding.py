"""Base64 and decimal numbers, each in its one canonical spelling."""

import binascii
import re

from bailiwick.tlog.errors import MalformedHash, TlogError
from bailiwick.tlog.hashing import MAX_SIZE, Hash, check_hash

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def to_base64(data: bytes) -> str:
    """The data in the standard alphabet, padded: RFC 4648, section 4."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str, error: type[TlogError]) -> bytes:
    """The data; `error` for other alphabets, white space, no padding, loose bits: RFC 4648, 3.3 and 3.5."""
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error) as cause:
        raise error("not standard Base64") from cause
    if to_base64(data) != text:
        raise error("not Base64 in its canonical spelling")
    return data


def hash_from_base64(text: str) -> Hash:
    """The 32 bytes of a hash; MalformedHash for anything else."""
    return check_hash(from_base64(text, MalformedHash))


def decimal(text: str, error: type[TlogError]) -> int:
    """A number to 2^63-1, ASCII digits, no leading zeroes, or `error`: tlog-checkpoint, "Note text"."""
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_SIZE:
        raise error("a number is decimal, without leading zeroes, and at most 2^63-1")
    return int(text)

"""The last defence of P9: nothing that looks like an address, a link or a secret leaves in a log line.

The first defence is not to log such things: event names are static, and what goes with them are numbers and
identifiers. This one is for what comes from elsewhere: libraries' messages, texts of exceptions. It may mask
too much (a version of four numbers); it cannot know a packed address written in hexadecimal, which looks like
any other identifier.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

ADDRESS: Final = "<address>"
SAFE: Final = frozenset({"127.0.0.1", "0.0.0.0", "::1", "::"})  # noqa: S104 - names nobody
PRIVATE_KEYS: Final = frozenset(
    [
        *("addr", "address", "candidate", "client", "host_header", "ip", "packed", "peer", "peername"),
        *("remote", "remote_addr", "sdp", "user_agent"),
        *("countries", "country", "location", "majority", "territories", "territory", "unanimous", "votes"),
        *("authorization", "cookie", "cookies", "grant", "headers", "invitation", "password", "resume"),
        *("secret", "session_key", "slug", "token"),
        *("display_name", "email", "mail", "recipient"),
    ]
)
"""Names under which nothing is ever logged, whatever it looks like."""

NUMBER_KEYS: Final = frozenset({"feed", "revision", "decided_revision", "bytes", "size", "pid", "thread"})
"""Names of numbers that may be as large as an address and are none."""

_V4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\d)(?!\.\d)")
_V6 = re.compile(r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*(?:%\w+)?")
_DIGITS = re.compile(r"(?<![\w.-])\d{8,39}(?![\w-])(?!\.\d)")
_BYTES = re.compile(r"""\bb'(?:[^'\\]|\\.)*'|\bb"(?:[^"\\]|\\.)*\"""")
_DETAIL = re.compile(r"(?:DETAIL|CONTEXT): .*", re.DOTALL)
"""PostgreSQL quotes the row that it refuses: names, titles, digests, whatever lines they have."""
_PASSWORD = re.compile(r"://[^/\s@\"']{1,256}@")
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,9}")
_LINK = re.compile(r"(/m/|/api/meetings/|(?<!bailiwick)/meetings/)[A-Za-z0-9_-]+")
_SLUG = re.compile(r"(?<![\w-])[a-z]{4}-[a-z]{4}-[a-z]{4}(?![\w-])")
_FRAGMENT = re.compile(r"#i=[^\s\"'&]+")
# 22 characters are 128 bits in base64. Identifiers of ours are hexadecimal: no capitals.
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*[\d-])[A-Za-z0-9_-]{22,}(?![\w-])")


def text(value: str) -> str:
    """`value` without what looks like an address, a link, an e-mail address or a token."""
    value = _DETAIL.sub("<row>", value)
    value = _PASSWORD.sub("://<removed>@", value)
    value = _EMAIL.sub("<email>", value)
    value = _LINK.sub(r"\1<slug>", value)
    value = _SLUG.sub("<slug>", value)
    value = _FRAGMENT.sub("#i=<token>", value)
    value = _BYTES.sub("<bytes>", value)
    value = _V6.sub(_v6, value)
    value = _V4.sub(_v4, value)
    value = _TOKEN.sub("<token>", value)
    return _DIGITS.sub(lambda match: ADDRESS if like_address(int(match[0])) else match[0], value)


def _v4(match: re.Match[str]) -> str:
    return match[0] if match[0] in SAFE else ADDRESS


def _v6(match: re.Match[str]) -> str:
    """Two colons in a row, or seven in all: not a time of day, not a word and a colon."""
    found = match[0].rstrip(".")
    if found in SAFE or not ("::" in found or found.count(":") >= 7):
        return match[0]
    return ADDRESS + match[0][len(found) :]


def like_address(number: int) -> bool:
    """Whether it could be an IPv4 address, an IPv4-mapped one or an IPv6 one, as an integer."""
    return 2**24 <= number < 2**32 or 0xFFFF_0000_0000 <= number < 2**48 or number >= 2**96


def value(given: Any) -> Any:
    """`given` made fit for a log line; what is no plain data becomes text."""
    match given:
        case None | bool():
            return given
        case int():
            return ADDRESS if like_address(given) else given
        case float():
            return given
        case str():
            return text(given)
        case Mapping():
            return event(given)
        case list() | tuple() | set() | frozenset():
            return [value(item) for item in given]
        case bytes() | bytearray() | memoryview():
            return "<bytes>"
        case _:
            return text(str(given))


def event(given: Mapping[Any, Any]) -> dict[str, Any]:
    """A log line's fields, fit to be written."""
    return {text(str(key)): _field(str(key), item) for key, item in given.items()}


def _field(key: str, item: Any) -> Any:
    if key.lower() in PRIVATE_KEYS:
        return "<removed>"
    if key in NUMBER_KEYS and isinstance(item, int):
        return item
    return value(item)

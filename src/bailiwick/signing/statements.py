"""Entries as bytes, read without the application: their one canonical form, and what of it is signed."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

from .errors import Fault, Unapproved

_SIGNATURES: Final = frozenset({"approvals", "approved_at", "signature", "signatures"})
"""And when the second of them was given, which nobody could sign before."""


def parse(data: bytes) -> dict[str, Any]:
    """The fields of an entry in its canonical form. Unapproved (malformed): it is in no such form."""
    try:
        fields = json.loads(data.decode("utf-8"))
        if isinstance(fields, dict) and canonical(fields) == data:
            return fields
    except (ValueError, RecursionError):
        pass
    raise Unapproved(Fault.MALFORMED)


def signed_text(fields: Mapping[str, Any]) -> bytes:
    """What is signed of an entry: its canonical bytes without its signatures."""
    return canonical({name: value for name, value in fields.items() if name not in _SIGNATURES})


def canonical(fields: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8: docs/reference/log-entries.md, "Form"."""
    return json.dumps(
        fields, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def from_base64url(text: object) -> bytes:
    """Without padding, in its one spelling (RFC 7515, 2). Unapproved (malformed): it is none."""
    try:
        data = urlsafe_b64decode(f"{text}{'=' * (-len(text) % 4)}") if isinstance(text, str) else b""
    except ValueError:
        data = b""
    if not data or to_base64url(data) != text:
        raise Unapproved(Fault.MALFORMED)
    return data


def to_base64url(data: bytes) -> str:
    """Without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()

"""Feeds of the log's entries, the youngest first: Atom (RFC 4287) and JSON Feed 1.1."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from xml.etree import ElementTree as ET

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from bailiwick.ledger import queries
from bailiwick.ledger.configuration import configured
from bailiwick.ledger.entries import Entry, RestrictionApproved, encode, parse
from bailiwick.register.answers import FOR_MINUTES, public, respond
from bailiwick.register.words import kind, places

LATEST: Final = 50
_ATOM: Final = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as a feed shows it."""

    index: int
    entry: Entry

    @property
    def url(self) -> str:
        """Where it is checked; also its id."""
        return f"{settings.PUBLIC_URL}/log/verify?entry={self.index}"

    @property
    def page(self) -> str:
        """Where the register explains it."""
        found = getattr(self.entry, "restriction", None)
        return f"{settings.PUBLIC_URL}/register/restrictions/{found}" if found else self.url

    @property
    def moment(self) -> datetime:
        """Its time; midnight (UTC) of its day where it has only that."""
        at = getattr(self.entry, "approved_at", None) or getattr(self.entry, "at", None)
        if isinstance(at, datetime):
            return at
        day: date = getattr(self.entry, "day", None) or getattr(self.entry, "last")  # noqa: B009
        return datetime.combine(day, time(), UTC)

    @property
    def title(self) -> str:
        """The type, and of a restriction who and where."""
        if isinstance(self.entry, RestrictionApproved):
            where = ", ".join(places(self.entry.territories))
            return f"{self.entry.type}: {kind(self.entry.kind)} of {self.entry.state}, {where}"
        return f"{self.entry.type}, entry {self.index}"

    @property
    def text(self) -> str:
        """The entry itself, on lines of its own."""
        return json.dumps(json.loads(encode(self.entry)), indent=1, ensure_ascii=False)


def items() -> Iterator[Item]:
    """The latest published entries."""
    row = queries.published()
    size = 0 if row is None else row.size
    for index in range(size - 1, max(-1, size - 1 - LATEST), -1):
        data = queries.entry(index)
        if data is not None:
            yield Item(index, parse(data))


@public
def as_json(request: HttpRequest) -> HttpResponseBase:
    """JSON Feed 1.1."""
    data = json.dumps(_json(list(items())), ensure_ascii=False).encode()
    return respond(request, data, "application/feed+json", FOR_MINUTES)


def _json(found: list[Item]) -> dict[str, Any]:
    site = settings.PUBLIC_URL
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(),
        "home_page_url": f"{site}/register",
        "feed_url": f"{site}/register/feed.json",
        "items": [
            {
                "id": each.url,
                "url": each.page,
                "title": each.title,
                "content_text": each.text,
                "date_published": _instant(each.moment),
                "_bailiwick": {"index": each.index, "entry": json.loads(encode(each.entry))},
            }
            for each in found
        ],
    }


@public
def as_atom(request: HttpRequest) -> HttpResponseBase:
    """Atom."""
    return respond(request, _atom(list(items())), "application/atom+xml; charset=utf-8", FOR_MINUTES)


def _atom(found: list[Item]) -> bytes:
    site = settings.PUBLIC_URL
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "id", f"{site}/register/feed.atom")
    _add(feed, "title", _title())
    _add(
        feed,
        "updated",
        _instant(max((each.moment for each in found), default=datetime.fromtimestamp(0, UTC))),
    )
    _add(_add(feed, "author"), "name", configured().origin)
    _add(feed, "link", rel="self", href=f"{site}/register/feed.atom")
    _add(feed, "link", rel="alternate", href=f"{site}/register")
    for each in found:
        entry = _add(feed, "entry")
        _add(entry, "id", each.url)
        _add(entry, "title", each.title)
        _add(entry, "updated", _instant(each.moment))
        _add(entry, "link", rel="alternate", href=each.page)
        _add(entry, "content", each.text, type="text")
    made: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return made


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, tag, attributes)
    made.text = text or None
    return made


def _title() -> str:
    return f"Public log of {configured().origin}"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

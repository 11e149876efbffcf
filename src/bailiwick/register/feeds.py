"""Feeds of the log's entries, the youngest first: Atom (RFC 4287) and JSON Feed 1.1. What is older stands in
archives of a fixed number of entries each, which lead from one to the next and never change (RFC 5005)."""

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
from bailiwick.ledger.entries import Entry, encode, understood
from bailiwick.register.answers import FOR_MINUTES, NotInLog, public, respond
from bailiwick.register.titles import title

LATEST: Final = 50
_HISTORY: Final = "http://purl.org/syndication/history/1.0"
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
        """What it says, in words."""
        return title(self.entry)

    @property
    def text(self) -> str:
        """The entry itself, on lines of its own."""
        return json.dumps(json.loads(encode(self.entry)), indent=1, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Pages:
    """The latest entries, or an archive: the `page`th `LATEST` of them. `older`, `newer`: the archives before
    and after; only full ones are archives."""

    items: tuple[Item, ...]
    page: int | None
    older: int | None
    newer: int | None


def pages(request: HttpRequest) -> Pages:
    """What was asked for, of the published entries. NotInLog: there is no such archive."""
    row = queries.published()
    size = 0 if row is None else row.size
    asked = request.GET.get("page")
    if asked is None:
        return Pages(
            tuple(_items(max(0, size - LATEST), size)), None, _archive(size // LATEST - 1, size), None
        )
    page = _archive(int(asked), size) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    if page is None:
        raise NotInLog
    found = tuple(_items(page * LATEST, (page + 1) * LATEST))
    return Pages(found, page, _archive(page - 1, size), _archive(page + 1, size))


def _archive(page: int, size: int) -> int | None:
    return page if page >= 0 and (page + 1) * LATEST <= size else None


def _items(first: int, end: int) -> Iterator[Item]:
    """Bytes that somebody put into the log by hand and that say nothing are no item: they must not take the
    others away. Whoever reads the log itself sees them."""
    for index in range(end - 1, first - 1, -1):
        entry = understood(queries.entry(index) or b"")
        if entry is not None:
            yield Item(index, entry)


def _address(name: str, page: int | None) -> str:
    query = "" if page is None else f"?page={page}"
    return f"{settings.PUBLIC_URL}/register/{name}{query}"


@public
def as_json(request: HttpRequest) -> HttpResponseBase:
    """JSON Feed 1.1."""
    data = json.dumps(_json(pages(request)), ensure_ascii=False).encode()
    return respond(request, data, "application/feed+json", FOR_MINUTES)


def _json(found: Pages) -> dict[str, Any]:
    site = settings.PUBLIC_URL
    older = {} if found.older is None else {"next_url": _address("feed.json", found.older)}
    return older | {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(),
        "home_page_url": f"{site}/register",
        "feed_url": _address("feed.json", found.page),
        "items": [
            {
                "id": each.url,
                "url": each.page,
                "title": each.title,
                "content_text": each.text,
                "date_published": _instant(each.moment),
                "_bailiwick": {"index": each.index, "entry": json.loads(encode(each.entry))},
            }
            for each in found.items
        ],
    }


@public
def as_atom(request: HttpRequest) -> HttpResponseBase:
    """Atom."""
    return respond(request, _atom(pages(request)), "application/atom+xml; charset=utf-8", FOR_MINUTES)


def _atom(found: Pages) -> bytes:
    site = settings.PUBLIC_URL
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "id", _address("feed.atom", found.page))
    _add(feed, "title", _title())
    _add(
        feed,
        "updated",
        _instant(max((each.moment for each in found.items), default=datetime.fromtimestamp(0, UTC))),
    )
    _add(_add(feed, "author"), "name", configured().origin)
    _add(feed, "link", rel="self", href=_address("feed.atom", found.page))
    _lead_on(feed, found)
    _add(feed, "link", rel="alternate", href=f"{site}/register")
    for each in found.items:
        entry = _add(feed, "entry")
        _add(entry, "id", each.url)
        _add(entry, "title", each.title)
        _add(entry, "updated", _instant(each.moment))
        _add(entry, "link", rel="alternate", href=each.page)
        _add(entry, "content", each.text, type="text")
    made: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return made


def _lead_on(feed: ET.Element, found: Pages) -> None:
    """RFC 5005, 4: archives, and how to get from one to the next."""
    if found.page is not None:
        _add(feed, f"{{{_HISTORY}}}archive")
        _add(feed, "link", rel="current", href=_address("feed.atom", None))
    for rel, page in (("prev-archive", found.older), ("next-archive", found.newer)):
        if page is not None:
            _add(feed, "link", rel=rel, href=_address("feed.atom", page))


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, tag, attributes)
    made.text = text or None
    return made


def _title() -> str:
    return f"Public log of {configured().origin}"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Tags of our templates."""

from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bailiwick.geo.catalogue import SOURCES, Source
from bailiwick.meetings.queries import Meeting, zone
from bailiwick.web import sentences
from bailiwick.web.assets import assets

register = template.Library()


@register.simple_tag
def client(entry: str) -> SafeString:
    """The link and script elements of a client entry."""
    found = assets(entry)
    if found is None:
        return format_html('<p class="unbuilt">{}</p>', "This server's pages are not built. Run bin/setup.")
    links = format_html_join("\n", '<link rel="stylesheet" href="{}">', ((href,) for href in found.styles))
    return format_html('{}\n<script type="module" src="{}"></script>', links, found.script)


@register.simple_tag
def location_sources() -> tuple[Source, ...]:
    """Whom every page owes a line that shows what comes of their data: a dry run, the rules at the door."""
    return SOURCES


@register.filter
def rule_sentence(rule: object) -> str:
    """What a rule's row does, in words."""
    return sentences.of_row(rule)


@register.filter
def territory_names(codes: list[str]) -> list[str]:
    """Display names, sorted."""
    return sentences.names(codes)


@register.filter
def in_zone(moment: datetime, name: str) -> datetime:
    """The moment on the wall clock of that time zone."""
    return moment.astimezone(zone(name))


@register.filter
def ends(start: datetime, minutes: int) -> datetime:
    """When something that starts then and takes so long is over, on the same clock."""
    return (start.astimezone(zone("UTC")) + timedelta(minutes=minutes)).astimezone(start.tzinfo)


@register.filter
def repeats(meeting: Meeting) -> str:
    """How a meeting recurs, in words; empty if it does not."""
    return sentences.repeats(meeting)

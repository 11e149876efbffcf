"""Addresses of the pages and the API. The room's own (`/m/<slug>/join`, `/ws`) are live's."""

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from .api import api
from .views import home, meetings, own_data, people, published, room, rule, suspended


class Slug(StringConverter):
    """A meeting's part of its address: longer or odder ones are no meeting's."""

    regex = "[a-z0-9-]{1,32}"


register_converter(Slug, "meeting")

_meeting: list[URLPattern | URLResolver] = [
    path("", meetings.overview, name="meeting"),
    path("edit", meetings.edit, name="edit_meeting"),
    path("reopen", meetings.reopen, name="reopen_meeting"),
    path("delete", meetings.delete, name="delete_meeting"),
    path("calendar.ics", meetings.calendar_file, name="calendar"),
    path("rule", rule.edit, name="rule"),
    path("rule/clear", rule.clear, name="clear_rule"),
    path("people", people.listing, name="people"),
    path("people/co-hosts", people.add_co_host, name="add_co_host"),
    path("people/co-hosts/remove", people.remove_co_host, name="remove_co_host"),
    path("people/invitations", people.invite, name="invite"),
    path("people/invitations/again", people.send_again, name="send_again"),
    path("people/invitations/exempt", people.set_exempt, name="set_exempt"),
    path("people/invitations/revoke", people.revoke, name="revoke_invitation"),
    path("people/blocks/lift", people.lift_block, name="lift_block"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.landing, name="landing"),
    path("profile", home.profile, name="profile"),
    path("accounts/data", own_data.data, name="account_data"),
    path("accounts/data/export", own_data.export, name="export_account"),
    path("accounts/data/delete", own_data.delete, name="delete_account"),
    path("accounts/suspended", suspended.suspended, name="suspended"),
    path("accounts/", include("allauth.urls")),
    path("m/<meeting:slug>", room.room, name="room"),
    path("meetings/", meetings.listing, name="meetings"),
    path("meetings/new", meetings.new, name="new_meeting"),
    path("meetings/<meeting:slug>/", include(_meeting)),
    path("rules", published.published, name="rules"),
    path("rules.json", published.published_json, name="rules_json"),
    path("problems/", home.problems, name="problems"),
    path("problems/<slug:code>", home.problem, name="problem"),
    path("api/", api.urls),
]

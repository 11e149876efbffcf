"""The JSON API: all that the host's pages do with a meeting, for programs and the room. See /api/docs."""

from ninja import NinjaAPI

from . import meetings, people, rule, territories
from .docs import Pages
from .errors import register

api = NinjaAPI(
    title="Bailiwick",
    version="1",
    urls_namespace="api",
    docs=Pages(),
    description=(
        "Sign in with the session cookie; requests that change something also carry the X-CSRFToken header."
        " Errors are application/problem+json (RFC 9457) with a stable `code`; /problems/ explains"
        " each of them."
    ),
)
register(api)
api.add_router("/meetings", meetings.router, tags=["meetings"])
api.add_router("/meetings", rule.router, tags=["access rule"])
api.add_router("/meetings", people.router, tags=["people"])
api.add_router("/territories", territories.router, tags=["territories"])

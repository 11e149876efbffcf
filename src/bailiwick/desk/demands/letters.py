"""The letter a demand came as. Its own bytes are saved and never shown here; what is shown is its text, or
pictures that were made of it. Each reading is in the audit trail."""

from base64 import b64encode
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.actions import originals
from bailiwick.orders.permissions import MAY, Act

from .guard import SECTION, page

_HEADERS: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@page(*MAY[Act.READ_ORIGINAL])
def shown(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """All of it on one page, so that one reading is one line of the audit trail."""
    row = queries.demand(demand_id)
    letter = originals.read(member.id, demand_id, timezone.now())
    pictures = [f"data:image/png;base64,{b64encode(each).decode()}" for each in letter.pages]
    context = {"row": row, "letter": letter, "pictures": pictures}
    return show(request, member, "desk/demands/letter.html", SECTION, context)


@page(*MAY[Act.TAKE_ORIGINAL])
def taken(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """The bytes as they arrived, as a file that no browser opens by itself."""
    data = originals.take(member.id, demand_id, timezone.now())
    headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="letter-{demand_id.hex[:8]}"'}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)

"""What arrived, and what is due."""

from django.http import HttpRequest, HttpResponse

from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member, page
from bailiwick.desk.frame import show


@page(Role.INTAKE, Role.REVIEWER, Role.APPROVER, Role.APPEALS)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """The queue."""
    return show(request, member, "desk/demands/queue.html", "desk_demands", {})

"""What an account may ask only so often, since each answer says something about somebody else."""

from uuid import UUID

from allauth.core import ratelimit
from django.http import HttpRequest

from bailiwick.meetings.errors import TooManyTries


def take_naming(request: HttpRequest, account_id: UUID) -> None:
    """One try at naming a co-host: the answer says whether an address has an account here. TooManyTries."""
    if not ratelimit.consume(request, action="name_co_host", key=f"co-host-{account_id}"):
        raise TooManyTries

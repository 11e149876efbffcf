"""That the authority was told its demand arrived (DSA Art. 9): the day, for the half-yearly report. What it
is told is what arrived, and later what was granted and cut; never whether anybody was there."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, NotPossibleNow
from bailiwick.orders.models import Demand
from bailiwick.orders.permissions import Act, check_may


def inform(actor: UUID, demand_id: UUID, day: date, now: datetime) -> None:
    """Write down when the authority was told; once, and it stays.

    Raises:
        RoleNeeded, NoSuchDemand; InvalidOrder: before it arrived, or still to come; NotPossibleNow: it is
        written down already.
    """
    check_may(actor, Act.INFORM)
    with transaction.atomic():
        rows = Demand.objects.filter(pk=demand_id)
        received = rows.values_list("received_on", flat=True).first()
        if received is None:
            raise NoSuchDemand
        if not received <= day <= now.date():
            raise InvalidOrder("day")
        if rows.filter(informed_on__isnull=True).update(informed_on=day) != 1:
            raise NotPossibleNow
        audit(actor, Act.INFORM, f"demand:{demand_id}", now)

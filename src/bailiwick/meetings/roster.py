"""Who is in a meeting, read whole whenever anything about it changes: as rows, without building models."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from . import statements
from .models import Presence
from .presences import Person


@dataclass(frozen=True, slots=True)
class Present:
    """An active or waiting presence. `streams`: the media lines published, each with `mid` and `kind`."""

    pk: UUID
    state: str
    person: Person
    display_name: str = field(repr=False)
    let_in: bool
    generation: int
    node_id: UUID | None
    away: bool
    mutes: int
    feed: int | None
    streams: list[dict[str, str]]
    microphone_on: bool
    camera_on: bool
    hand_raised_at: datetime | None

    @property
    def role(self) -> str:
        """The role they have in the meeting."""
        return self.person.role

    @property
    def account_id(self) -> UUID | None:
        """The account they are signed in with."""
        return self.person.account_id


def present(meeting_id: UUID) -> list[Present]:
    """Active and waiting presences, longest inside first."""
    values = [statements.prepared(Presence, "meeting", meeting_id)]
    return [_present(*row) for row in statements.fetch_all(statements.people_present(), values)]


def _present(
    presence_id: Any,
    state: str,
    role: str,
    account_id: Any,
    invitation_id: Any,
    device_digest: str,
    display_name: str,
    let_in: Any,
    generation: int,
    node_id: Any,
    away: Any,
    mutes: int,
    feed: int | None,
    streams: Any,
    microphone_on: Any,
    camera_on: Any,
    hand_raised_at: datetime | None,
    exempt: Any,
) -> Present:
    return Present(
        pk=statements.uuid_of(presence_id),
        state=state,
        person=Person(
            account_id=_uuid(account_id),
            invitation_id=_uuid(invitation_id),
            device_digest=device_digest,
            exempt=bool(exempt),
            role=role,
        ),
        display_name=display_name,
        let_in=bool(let_in),
        generation=generation,
        node_id=_uuid(node_id),
        away=bool(away),
        mutes=mutes,
        feed=feed,
        streams=statements.json_of(streams),
        microphone_on=bool(microphone_on),
        camera_on=bool(camera_on),
        hand_raised_at=statements.time_of(hand_raised_at),
    )


def _uuid(value: Any) -> UUID | None:
    return None if value is None else statements.uuid_of(value)

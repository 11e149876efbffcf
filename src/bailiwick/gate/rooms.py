"""What a meeting's room is called on the media server."""

from uuid import UUID

from bailiwick.media.port import RoomId


def room_of(meeting_id: UUID) -> RoomId:
    """The same on every node; it tells nothing that the meeting's link or title would."""
    return RoomId(meeting_id.hex)

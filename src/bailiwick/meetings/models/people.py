"""Who is in a meeting now, and who may not come back. No row holds an address or a place (P9)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from bailiwick.rules.decision import BlockScope

from .meeting import Invitation, Meeting
from .report import Abuse


class Role(models.TextChoices):
    """What a presence may do. The caretaker is not a role: it follows from who is inside."""

    HOST = "host", "Host"
    CO_HOST = "co_host", "Co-host"
    PARTICIPANT = "participant", "Participant"


class PresenceState(models.TextChoices):
    """`granted`: decided, the grant not yet used; `waiting`: in the waiting room; `active`: inside."""

    GRANTED = "granted"
    WAITING = "waiting"
    ACTIVE = "active"
    ENDED = "ended"


class Node(models.Model):
    """A web process that holds connections, while its lease lasts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lease_until = models.DateTimeField()
    table = models.CharField(max_length=64, blank=True, help_text="Hash of its location table, hex")

    def __str__(self) -> str:
        return f"node {self.pk}"


class Presence(models.Model):
    """One participant being in one meeting now, from the grant to the end of their media.

    Ended presences whose media is gone and who were told are deleted by the sweep: this is no
    attendance list. `display_name` is emptied when the presence ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="presences")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    invitation = models.ForeignKey(
        Invitation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    device_digest = models.CharField(
        max_length=64, blank=True, help_text="HMAC of the device cookie for this meeting only"
    )
    display_name = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.PARTICIPANT)
    state = models.CharField(max_length=8, choices=PresenceState.choices, default=PresenceState.GRANTED)
    let_in = models.BooleanField(default=False)

    grant_digest = models.CharField(max_length=64, unique=True)
    grant_expires_at = models.DateTimeField()
    resume_digest = models.CharField(max_length=64, blank=True)
    generation = models.PositiveIntegerField(default=0)
    decided_revision = models.PositiveBigIntegerField()
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.SET_NULL, related_name="presences")
    unheld_since = models.DateTimeField(null=True, blank=True, help_text="Since when no connection holds it")
    resumable_until = models.DateTimeField(null=True, blank=True, help_text="While no connection holds it")
    away = models.BooleanField(default=False, help_text="Unheld for so long that its media was destroyed")

    media_session = models.CharField(max_length=64, blank=True)
    streams = models.JSONField(default=list)
    feed = models.BigIntegerField(null=True, blank=True)
    microphone_on = models.BooleanField(default=False)
    camera_on = models.BooleanField(default=False)
    mutes = models.PositiveIntegerField(default=0, help_text="How often a host muted them")
    hand_raised_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=24, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    media_gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False)
                | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="presence_ended_iff_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(media_gone_at__isnull=True) | Q(state="ended"), name="media_gone_only_when_ended"
            ),
        )
        indexes = (
            models.Index(fields=("meeting", "state"), name="presence_meeting_state"),
            models.Index(fields=("node", "state"), name="presence_node_state"),
            models.Index(
                fields=("ended_at",), condition=Q(media_gone_at__isnull=True), name="presence_to_sweep"
            ),
        )

    def __str__(self) -> str:
        return f"presence {self.pk}"


class Block(models.Model):
    """A host's lasting "no" to an account, an invitation or a device; never to a name or an address.

    `lobby_only`: they were removed, not blocked, and may come back through the waiting room. `scope`: for one
    time of a recurring meeting (then it ends before the next), or for every time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="blocks")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    invitation = models.ForeignKey(
        Invitation, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    device_digest = models.CharField(max_length=64, blank=True)
    label = models.CharField(max_length=80, blank=True, help_text="The name shown when blocked, for the host")
    lobby_only = models.BooleanField(default=False)
    scope = models.CharField(
        max_length=8,
        choices=[(scope.value, scope.value) for scope in BlockScope],
        default=BlockScope.SERIES.value,
    )
    reason = models.CharField(
        max_length=24, default="removed", help_text="One of Abuse, or that none was given"
    )
    actor = models.CharField(max_length=12, choices=Role.choices)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(account__isnull=False) | Q(invitation__isnull=False) | ~Q(device_digest=""),
                name="block_names_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"block {self.pk}"

    @property
    def why(self) -> str:
        """The reason in words; empty if none was given."""
        return str(Abuse(self.reason).label) if self.reason in Abuse.values else ""

"""A meeting, its host's access rule, and who was invited to it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

MAXIMUM_LIMIT = 300


class LeavePolicy(models.TextChoices):
    """What the host chose beforehand to happen when they leave (DESIGN.md, "The host leaves")."""

    CONTINUE = "continue", "The meeting goes on"
    HAND_OVER = "hand_over", "Hand over to a co-host, or to whoever has been here longest"
    END = "end", "The meeting ends"


class Meeting(models.Model):
    """One meeting with one public link; may recur.

    `revision` grows in every transaction that could change a decision about somebody inside: the access
    rule, a block, an exemption, a restriction. Every presence carries the revision it was decided on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=32, unique=True)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="meetings")
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    starts_at = models.DateTimeField(null=True, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(default=60)
    time_zone = models.CharField(max_length=64, default="UTC")
    recurrence = models.CharField(max_length=200, blank=True, help_text="RFC 5545 RRULE, without DTSTART")
    ics_sequence = models.PositiveIntegerField(default=0, help_text="RFC 5545 SEQUENCE: grows with the time")

    revision = models.PositiveBigIntegerField(default=1)
    roster_revision = models.PositiveBigIntegerField(default=1, help_text="Grows with what people see")
    waiting_room = models.BooleanField(default=False)
    locked = models.BooleanField(default=False)
    maximum = models.PositiveSmallIntegerField(default=100)
    on_host_leave = models.CharField(max_length=12, choices=LeavePolicy.choices, default=LeavePolicy.CONTINUE)
    refused_count = models.PositiveIntegerField(default=0)
    withheld_count = models.PositiveIntegerField(default=0, help_text="Grows when a restriction takes effect")
    reported_count = models.PositiveIntegerField(default=0, help_text="Grows when somebody reports abuse")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("starts_at", "created_at")
        constraints = (
            models.CheckConstraint(
                condition=Q(maximum__gte=2, maximum__lte=MAXIMUM_LIMIT), name="meeting_maximum_range"
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="meeting_revision_positive"),
        )

    def __str__(self) -> str:
        return f"meeting {self.pk}"


class HostRule(models.Model):
    """The host's access rule. No row: everybody may come in from anywhere."""

    meeting = models.OneToOneField(
        Meeting, primary_key=True, on_delete=models.CASCADE, related_name="host_rule"
    )
    mode = models.CharField(max_length=5, choices=(("allow", "Allow only"), ("deny", "Deny")))
    territories = models.JSONField(default=list, help_text="Sorted ISO 3166-1 alpha-2 codes, or XK")
    undetermined = models.CharField(
        max_length=12, choices=(("admit", "Admit"), ("waiting_room", "Waiting room"), ("refuse", "Refuse"))
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(mode__in=("allow", "deny")), name="host_rule_mode"),
            models.CheckConstraint(
                condition=Q(undetermined__in=("admit", "waiting_room", "refuse")),
                name="host_rule_undetermined",
            ),
        )

    def __str__(self) -> str:
        return f"access rule of meeting {self.meeting_id}"


class CoHost(models.Model):
    """Somebody who may do in the meeting what its host may, except end it by leaving or edit co-hosts.

    `label`: what whoever named them knew them by, the address typed in or the name shown inside. Nobody is
    told more than that: a host could else learn whose account a participant's is, and from `handle`, which is
    this meeting's alone, whether the same comes to another.
    """

    handle = models.UUIDField(default=uuid.uuid4, editable=False)
    label = models.CharField(max_length=254, blank=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="co_hosts")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("meeting", "account"), name="co_host_once"),)

    def __str__(self) -> str:
        return f"co-host of meeting {self.meeting_id}"


class Invitation(models.Model):
    """A personal link. `exempt`: the host's rule does not apply to whoever brings it (roster exemption).

    A revoked one keeps its row, since a block may name it, but no token has its digest any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    token_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the link's token, hex")
    generation = models.PositiveIntegerField(default=1, help_text="Which link of this invitation is good")
    exempt = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("email",)
        constraints = (models.UniqueConstraint(fields=("meeting", "email"), name="invited_once"),)

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Mailed(models.Model):
    """How many mails to invited people an account has sent on the last day on which it sent any (UTC)."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"mails of account {self.account_id}"


def bump(meetings: models.QuerySet[Meeting]) -> int:
    """Raise the revision of `meetings`, inside the caller's transaction; the number of rows."""
    return meetings.update(revision=F("revision") + 1)

"""The written answers of a review, and appeals."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from bailiwick.meetings.models import Invitation

from .parties import Demand
from .restriction import Restriction


class Review(models.Model):
    """Whether a demand is lawful, necessary and proportionate: in writing, published with what is granted."""

    demand = models.OneToOneField(Demand, primary_key=True, on_delete=models.CASCADE, related_name="review")
    legality = models.TextField(max_length=5000)
    necessity = models.TextField(max_length=5000)
    proportionality = models.TextField(max_length=5000)
    redacted = models.CharField(max_length=64, help_text="SHA-256 of the published, redacted copy")
    pages = models.JSONField(default=list, help_text="Of all its pages, if it is pictures")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"review of demand {self.demand_id}"


class Outcome(models.TextChoices):
    """How an appeal ended, in the log's words."""

    REJECTED = "rejected"
    CORRECTED = "restriction_corrected"
    WITHDRAWN = "restriction_withdrawn"
    EXEMPTED = "exemption_granted"


class Appeal(models.Model):
    """Somebody objects. Who it is, nobody here asks: the one who has the token, of which only the digest is
    kept. The three keys are what an exemption would be bound to; `evidence` is what a receipt says, and so
    where somebody was: all four go when the appeal is decided, the text some time after it. Decided without
    an `answer`: closed because the restriction was withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="appeals")
    token_digest = models.CharField(max_length=64, unique=True)
    text = models.TextField(max_length=10_000)
    evidence = models.CharField(max_length=400, blank=True)
    not_here = models.BooleanField(default=False, help_text="Says: this is not where I am")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.SET_NULL, related_name="+")
    device_digest = models.CharField(max_length=64, blank=True)
    filed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    late_alarm_at = models.DateTimeField(null=True, help_text="When an alarm said that it is overdue")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=24, choices=Outcome.choices, blank=True)
    answer = models.TextField(max_length=10_000, blank=True)
    filed_outbox_id = models.BigIntegerField(null=True, unique=True)
    decided_outbox_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ("due_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, outcome="", decided_by__isnull=True)
                | Q(decided_at__isnull=False, outcome__in=Outcome.values, decided_by__isnull=False),
                name="appeal_decided_by_somebody",
            ),
        )
        indexes = (
            models.Index(
                fields=("decided_at",),
                condition=Q(decided_at__isnull=False, decided_outbox_id__isnull=True),
                name="appeal_to_be_logged",
            ),
            models.Index(
                fields=("decided_at",),
                condition=Q(decided_at__isnull=False) & ~Q(text=""),
                name="appeal_text_kept",
            ),
        )

    def __str__(self) -> str:
        return f"appeal {self.pk}"

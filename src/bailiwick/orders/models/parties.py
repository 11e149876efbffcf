"""Who demands, and what arrived: a demand names targets, and each gets an answer of its own."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bailiwick.meetings.models import Meeting


def _staff() -> "models.ForeignKey[models.Model | None, models.Model | None]":
    """A member of staff, of whom the record is kept as long as what they did."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")


class Authority(models.Model):
    """An authority whose demands can be received once a second person approved it. Its territory is nowhere
    typed in: it follows from `state` (P1), a code or the name of a dated group.

    `channels`: by what its letters are known to be its own. `document`: SHA-256 of its published description.
    `state` and `kind` are for ever what they were when it was added: what is another authority is added anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=3)
    kind = models.CharField(max_length=16)
    normalised = models.CharField(max_length=400, blank=True, help_text="The name, but for how it is written")
    channels = models.TextField(max_length=2000, blank=True)
    document = models.CharField(max_length=64, blank=True)
    proposed_by = _staff()
    proposed_at = models.DateTimeField(null=True)
    approved_by = _staff()
    approved_at = models.DateTimeField(null=True)
    outbox_id = models.BigIntegerField(null=True, unique=True)
    changed_outbox_id = models.BigIntegerField(null=True, unique=True, help_text="Of its last change")
    ended_at = models.DateTimeField(null=True)
    ended_outbox_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ("state", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("state", "normalised"),
                condition=~Q(normalised="") & Q(ended_at__isnull=True),
                name="authority_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(approved_at__isnull=False),
                name="authority_ends_after_approval",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by")),
                name="authority_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"authority {self.pk}"


class ChangeKind(models.TextChoices):
    """What can be proposed of an authority that was added. Neither gives it more territory."""

    CHANGE = "change"
    END = "end"


class AuthorityChange(models.Model):
    """Another name or other channels, or its end: proposed by one person, approved by another; one at a time.
    `document`: SHA-256 of the description as changed. `reason`: of its end, a code of the log's."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=8, choices=ChangeKind.choices)
    name = models.CharField(max_length=200, blank=True)
    channels = models.TextField(max_length=2000, blank=True)
    reason = models.CharField(max_length=16, blank=True)
    document = models.CharField(max_length=64, blank=True)
    proposed_by = _staff()
    proposed_at = models.DateTimeField()
    approved_by = _staff()
    approved_at = models.DateTimeField(null=True)
    outbox_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(what__in=ChangeKind.values), name="authority_change_what"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by")),
                name="authority_change_two_people",
            ),
            models.UniqueConstraint(
                fields=("authority",), condition=Q(approved_at__isnull=True), name="authority_change_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"change {self.pk} of {self.authority_id}"


class DemandState(models.TextChoices):
    """Where a demand is. `narrowed`: less than was asked was granted; an answer is final."""

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    UNDER_REVIEW = "under_review"
    REFUSED = "refused"
    GRANTED = "granted"
    NARROWED = "narrowed"


class Channel(models.TextChoices):
    """How it arrived. Only a letter by an official channel is reviewed; all are recorded."""

    OFFICIAL = "official"
    OTHER_WRITING = "other_writing"
    VERBAL = "verbal"


class Demand(models.Model):
    """One letter, with all that a demand must say (docs/reference/demands.md). Empty: it does not say it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, null=True, on_delete=models.PROTECT, related_name="demands")
    state = models.CharField(max_length=3, blank=True, help_text="As it was logged when it arrived")
    kind = models.CharField(max_length=16, blank=True, help_text="The same")
    status = models.CharField(max_length=12, choices=DemandState.choices, default=DemandState.RECEIVED)
    channel = models.CharField(max_length=16, choices=Channel.choices, default=Channel.OFFICIAL)
    reference = models.CharField(max_length=120, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    law = models.CharField(max_length=500, blank=True, help_text="Instrument and provision")
    law_url = models.URLField(max_length=500, blank=True, help_text="Where that can be read")
    statement = models.TextField(max_length=20_000, blank=True, help_text="The authority's reasons")
    territories = models.JSONField(default=list, help_text="Asked for: sorted codes")
    redress_provider = models.TextField(max_length=2000, blank=True, help_text="What we can do against it")
    redress_recipient = models.TextField(max_length=2000, blank=True, help_text="What those affected can do")
    language = models.CharField(max_length=16, blank=True)
    issued_on = models.DateField(null=True)
    ends_at = models.DateTimeField(null=True, help_text="Until when it asks for effect")
    confidential = models.BooleanField(default=False, help_text="Asks to be kept secret (P11)")
    emergency = models.BooleanField(default=False, help_text="A shorter clock, the same two people")
    original = models.CharField(max_length=64, blank=True, help_text="Commitment to what arrived")
    received_by = _staff()
    received_on = models.DateField(help_text="The day it arrived, which the log has")
    received_at = models.DateTimeField(help_text="When it was recorded")
    due_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True, help_text="Since when it is back at the authority")
    paused_for = models.DurationField(default=timedelta(0), help_text="Before that, in all")
    late_alarm_at = models.DateTimeField(null=True, help_text="When an alarm said that it is overdue")
    informed_on = models.DateField(null=True, help_text="When the authority was told that it arrived")
    decided_at = models.DateTimeField(null=True)
    refusal_document = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was published")
    refusal_copy = models.JSONField(default=list, help_text="SHA-256 of each page of its redacted copy")
    outbox_id = models.BigIntegerField(null=True, unique=True)
    refused_outbox_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ("-received_at",)
        indexes = (models.Index(fields=("status", "due_at"), name="demand_due"),)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=DemandState.values), name="demand_state"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="demand_channel"),
            models.CheckConstraint(
                condition=Q(confidential=False) | Q(status__in=("received", "refused")),
                name="demand_secret_is_refused",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(status="incomplete"),
                name="demand_waits_if_incomplete",
            ),
        )

    def __str__(self) -> str:
        return f"demand {self.pk}"


class Asked(models.TextChoices):
    """What a demand asks to do with a target. Only the first is ever done (P2)."""

    WITHHOLD = "withhold"
    END_MEETING = "end_meeting"
    CLOSE_ACCOUNT = "close_account"
    OTHER = "other"


class Answer(models.TextChoices):
    """What came of it. There is no answer that ends a meeting or closes an account."""

    OPEN = "open"
    RESTRICTED = "restricted"
    REFUSED = "refused"


class Target(models.Model):
    """One thing a demand names: a meeting, an account, or what is neither here. An account can only be
    refused: no restriction reaches one."""

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="targets")
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked = models.CharField(max_length=16, choices=Asked.choices)
    answer = models.CharField(max_length=12, choices=Answer.choices, default=Answer.OPEN)
    refusals = models.JSONField(default=list, help_text="Sorted codes of the log's vocabulary")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(asked__in=Asked.values), name="target_asked"),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="target_answer"),
            models.CheckConstraint(
                condition=Q(account__isnull=True) | ~Q(answer="restricted"), name="target_no_account"
            ),
        )

    def __str__(self) -> str:
        return f"target {self.pk}"

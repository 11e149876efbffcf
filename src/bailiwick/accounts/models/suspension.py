"""Suspended accounts: why, who decided, the appeal."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q

APPEAL_TIME: Final = timedelta(days=183)
"""Six months: DSA Art. 20(1)."""
APPEAL_DUE: Final = timedelta(days=7)
"""Within which an appeal is answered; as long as for objections to restrictions."""


class Ground(models.TextChoices):
    """What terms were broken; the log's own vocabulary. There is none for the content of a meeting."""

    ABUSE_OF_OTHERS = "abuse_of_others"
    COMPROMISED = "compromised"
    FRAUD = "fraud"
    SPAM = "spam"


class Source(models.TextChoices):
    """How it became known (DSA Art. 17(3)(b))."""

    NOTICE = "notice"
    OWN_INITIATIVE = "own_initiative"


class Outcome(models.TextChoices):
    """How an appeal ended."""

    UPHELD = "upheld"
    REINSTATED = "reinstated"


class Suspension(models.Model):
    """Proposed by a reviewer, approved by somebody else, in force until `until`, or `ended_at`.

    The statement of reasons has the parts of DSA Art. 17(3): `facts` and `source` (b), `automated` (c),
    `section` of the terms in `terms_document`, and `terms` (e: why it breaks them), `until` (a: duration;
    it holds everywhere). `committed`: what the log calls the account.
    `appeal_key_digest`: SHA-256 of the key that its owner got by mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="suspensions"
    )
    ground = models.CharField(max_length=16, choices=Ground.choices)
    source = models.CharField(max_length=16, choices=Source.choices)
    facts = models.TextField(max_length=4000)
    section = models.CharField(max_length=120)
    terms_document = models.CharField(max_length=64, help_text="Hash of the version of the terms")
    terms = models.TextField(max_length=2000)
    automated = models.BooleanField(help_text="Whether an automated means found it; none ever decides")
    authority_prompted = models.BooleanField(default=False)
    until = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    committed = models.CharField(max_length=64, blank=True)
    appeal_key_digest = models.CharField(max_length=64, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, help_text="Discarded, reinstated, or run out")

    class Meta:
        ordering = ("-proposed_at",)
        constraints = (
            models.CheckConstraint(condition=Q(authority_prompted=False), name="suspension_is_no_authoritys"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True)
                | Q(approved_by__isnull=False) & ~Q(approved_by=F("proposed_by")) & ~Q(committed=""),
                name="suspension_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("account")), name="suspension_of_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(ground__in=Ground.values, source__in=Source.values), name="suspension_vocabulary"
            ),
            models.UniqueConstraint(
                fields=("account",), condition=Q(ended_at__isnull=True), name="suspension_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"suspension {self.pk}"

    @property
    def appeal_until(self) -> datetime | None:
        """Until when its owner can appeal; None: nobody was suspended."""
        return self.approved_at and self.approved_at + APPEAL_TIME


class SuspensionAppeal(models.Model):
    """What the suspended person says, and the answer of somebody who took no part before."""

    suspension = models.OneToOneField(Suspension, on_delete=models.CASCADE, related_name="appeal")
    text = models.TextField(max_length=4000)
    filed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    answer = models.TextField(max_length=4000, blank=True)
    late_alarm_at = models.DateTimeField(null=True, help_text="When it became an alarm that it is overdue")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, outcome="")
                | Q(decided_by__isnull=False, outcome__in=Outcome.values) & ~Q(answer=""),
                name="suspension_appeal_is_answered_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"appeal {self.pk}"

    @property
    def due_at(self) -> datetime:
        """When it must be answered."""
        return self.filed_at + APPEAL_DUE

"""What was granted of a demand, per meeting, and what followed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bailiwick.meetings.models import Invitation, Meeting

from .parties import Authority, Demand
from .signature import Signature


class Restriction(models.Model):
    """In force in `[effective_from, expires_at)` in one meeting, once it is approved and its entry is proven
    to be in the log.

    Columns hold all that the entry says, so that it can be built again from them byte for byte. `outbox_id`:
    where the entry was written in the transaction that approved it; None: only proposed. `proof`: the
    `.tlog-proof`, once there is one; what it is worth is the gate's to find out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.SET_NULL, related_name="restrictions")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="restrictions")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=3)
    kind = models.CharField(max_length=16)
    law = models.CharField(max_length=120)
    territories = models.JSONField(help_text="Sorted ISO 3166-1 alpha-2 codes, or XK")
    effective_from = models.DateTimeField()
    expires_at = models.DateTimeField()
    reasons = models.JSONField(help_text="Sorted codes")
    target = models.CharField(
        max_length=64, help_text="Commitment to the meeting's id; the ledger has the salt"
    )
    target_erased_at = models.DateTimeField(null=True, help_text="When that salt was erased")
    document = models.CharField(max_length=64, help_text="SHA-256 of the published decision")
    original = models.CharField(max_length=64, help_text="Commitment to the unredacted one")
    renews = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="renewals")
    stated_at = models.DateTimeField(help_text="When the text that two people sign was made")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outbox_id = models.BigIntegerField(null=True, unique=True)
    proof = models.BinaryField(null=True)
    effects = models.PositiveIntegerField(default=0, help_text="How often; told in bands, half-yearly")
    host_mail_due = models.DateTimeField(
        null=True, help_text="When to tell the host by mail; None: nothing to"
    )
    host_mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-stated_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("effective_from")), name="restriction_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(proof__isnull=True) | Q(outbox_id__isnull=False),
                name="restriction_proof_of_entry",
            ),
        )
        indexes = (
            models.Index(
                fields=("expires_at",),
                condition=Q(proof__isnull=True, outbox_id__isnull=False),
                name="restriction_awaits_proof",
            ),
            models.Index(
                fields=("host_mail_due",),
                condition=Q(host_mail_due__isnull=False),
                name="restriction_host_mail",
            ),
            models.Index(
                fields=("expires_at",),
                condition=Q(outbox_id__isnull=False, target_erased_at__isnull=True),
                name="restriction_target_known",
            ),
        )

    def __str__(self) -> str:
        return f"restriction {self.pk}"


class Approval(Signature):
    """One person's signature: the first is that of whoever proposed the restriction."""

    restriction = models.ForeignKey(Restriction, on_delete=models.CASCADE, related_name="approvals")

    class Meta(Signature.Meta):
        abstract = False
        constraints = (
            models.UniqueConstraint(fields=("restriction", "position"), name="approval_position_once"),
            models.UniqueConstraint(fields=("restriction", "account"), name="approval_two_people"),
            models.UniqueConstraint(fields=("restriction", "key"), name="approval_two_keys"),
            models.CheckConstraint(condition=Q(position__in=(0, 1)), name="approval_is_one_of_two"),
        )

    def __str__(self) -> str:
        return f"approval {self.pk}"


class LaterKind(models.TextChoices):
    """What can happen to a restriction before its time. None of them is ever undone: what was suspended holds
    again only as another restriction, which two people approve."""

    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"


class Later(models.Model):
    """A later entry about a restriction. It takes effect with this row, not with a proof (P7); so a
    correction only narrows: `territories` and `expires_at` can take away, and never add. `appeal`: the one
    that was upheld by it, if that is why."""

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="later")
    kind = models.CharField(max_length=12, choices=LaterKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    appeal = models.ForeignKey("Appeal", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=24, blank=True)
    territories = models.JSONField(null=True)
    expires_at = models.DateTimeField(null=True)
    outbox_id = models.BigIntegerField(unique=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=LaterKind.values), name="later_kind"),
            models.CheckConstraint(
                condition=Q(kind="corrected") | ~Q(reason=""), name="later_end_has_a_reason"
            ),
        )

    def __str__(self) -> str:
        return f"later entry {self.pk}"


class Exemption(models.Model):
    """Somebody whom one restriction does not reach, granted on appeal: by account, invitation or device."""

    restriction = models.ForeignKey(Restriction, on_delete=models.CASCADE, related_name="exemptions")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.CASCADE, related_name="+")
    device_digest = models.CharField(max_length=64, blank=True)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(account__isnull=False) | Q(invitation__isnull=False) | ~Q(device_digest=""),
                name="exemption_names_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"exemption {self.pk}"

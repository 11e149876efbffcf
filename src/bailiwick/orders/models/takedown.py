"""A published document that must not be: taken down by two people."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .parties import Demand


class Takedown(models.Model):
    """Of one document that a demand's answer names: proposed by one person, carried out by another. `reason`:
    a code of the log's."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="takedowns")
    document = models.CharField(max_length=64, help_text="SHA-256")
    reason = models.CharField(max_length=16)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    outbox_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="takedown_two_people",
            ),
            models.UniqueConstraint(
                fields=("document",), condition=Q(approved_at__isnull=True), name="takedown_proposed_once"
            ),
        )

    def __str__(self) -> str:
        return f"takedown {self.pk}"

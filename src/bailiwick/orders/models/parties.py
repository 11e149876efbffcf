"""Who demands, and what arrived."""

import uuid

from django.db import models


class Authority(models.Model):
    """An authority whose demands can be received. Its territory is nowhere typed in: it follows from `state`
    (P1), a code or the name of a dated group."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=3)
    kind = models.CharField(max_length=16)

    class Meta:
        ordering = ("state", "name")

    def __str__(self) -> str:
        return f"authority {self.pk}"


class Demand(models.Model):
    """One letter; it may name several meetings and accounts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, null=True, on_delete=models.PROTECT, related_name="demands")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return f"demand {self.pk}"

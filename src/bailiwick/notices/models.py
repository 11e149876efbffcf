"""Alarms: what the people who run this server must look at."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Alarm(models.Model):
    """One thing that is wrong, however often it was noticed, until somebody acknowledges it. On the way there
    somebody says that they have seen it, and it is assigned to one person.

    `code` is one of texts.ALARMS; `subject` an identifier (a meeting's, a node's), never an address (P9).
    """

    code = models.CharField(max_length=48)
    subject = models.CharField(max_length=80, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    mailed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-last_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("code", "subject"),
                condition=Q(acknowledged_at__isnull=True),
                name="alarm_open_once",
            ),
        )

    def __str__(self) -> str:
        return f"alarm {self.code}"

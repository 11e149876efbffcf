"""What participants report to the host and to the staff."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Abuse(models.TextChoices):
    """What about: how somebody behaves towards others, never what a meeting is about."""

    HARASSMENT = "harassment"
    THREATS = "threats"
    SEXUAL = "sexual"
    HATE = "hate"
    DISRUPTION = "disruption"
    IMPERSONATION = "impersonation"
    OTHER = "other"


class Handling(models.TextChoices):
    """What the staff made of it."""

    NO_ACTION = "no_action"
    SUSPENSION = "suspension"


class Report(models.Model):
    """Somebody inside reported somebody inside. Not kept: who reported, where anybody is, what was said.

    `meeting_ref`, `presence_ref`: opaque numbers, not keys: the staff gets no way into the meeting by them.
    `label`: the name shown at that moment, for the host. `account`: of who was reported, if they were signed
    in. Name, words and account are emptied once the staff has dealt with it.
    """

    meeting_ref = models.UUIDField(db_index=True)
    presence_ref = models.UUIDField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    runs_meeting = models.BooleanField(help_text="They are host or co-host: told to the staff only")
    label = models.CharField(max_length=80, blank=True)
    about = models.CharField(max_length=16, choices=Abuse.choices)
    words = models.TextField(max_length=500, blank=True, help_text="The reporter's own")
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handling = models.CharField(max_length=12, choices=Handling.choices, blank=True)

    class Meta:
        ordering = ("-at",)
        constraints = (
            models.CheckConstraint(condition=Q(about__in=Abuse.values), name="report_about"),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handling="")
                | Q(handled_at__isnull=False, words="", label="", account__isnull=True)
                & Q(handling__in=Handling.values),
                name="report_is_emptied_once_handled",
            ),
        )

    def __str__(self) -> str:
        return f"report {self.pk}"

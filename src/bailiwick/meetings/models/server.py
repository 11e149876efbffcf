"""What holds for the whole server: the active location table and a server-wide access rule."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class ServerState(models.Model):
    """The one row (id 1) of server-wide state. `revision` grows with the server rule and the table."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    revision = models.PositiveBigIntegerField(default=1)
    active_table = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the table, hex")
    active_table_built = models.BigIntegerField(default=0, help_text="Its build time, POSIX seconds")

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="server_state_is_one_row"),)

    def __str__(self) -> str:
        return "server state"


class ServerRule(models.Model):
    """A server-wide access rule: proposed by one administrator, approved by another, then published.

    It names no meeting, acts at the door only, and whoever proposes or approves it has stated that no public
    authority prompted it (otherwise it is a demand). In force: the approved row without an end.
    """

    mode = models.CharField(max_length=5, choices=(("allow", "Allow only"), ("deny", "Deny")))
    territories = models.JSONField(default=list)
    undetermined = models.CharField(
        max_length=12, choices=(("admit", "Admit"), ("waiting_room", "Waiting room"), ("refuse", "Refuse"))
    )
    statement = models.TextField(max_length=2000, help_text="Why, in writing; published")
    authority_prompted = models.BooleanField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-proposed_at",)
        constraints = (
            models.CheckConstraint(condition=Q(authority_prompted=False), name="server_rule_is_no_demand"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="server_rule_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="server_rule_approved_by_somebody",
            ),
            # authority_prompted is the same in every row (above), so this allows one row in force
            models.UniqueConstraint(
                fields=("authority_prompted",),
                condition=Q(approved_at__isnull=False, withdrawn_at__isnull=True),
                name="server_rule_one_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"server rule {self.pk}"

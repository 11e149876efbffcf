"""Who holds which role, and which two people gave and took it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bailiwick.accounts.roles import Role


class RoleGrant(models.Model):
    """Held from `confirmed_at` until `ended_at`; before that, a proposal.

    `by_command_line`: a first administrator's, given by whoever runs the server and could write this row
    anyway; it has no two people, and the audit trail says so.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    by_command_line = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)
    removal_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    removal_proposed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("account__email", "role", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("account", "role"),
                condition=Q(discarded_at__isnull=True, ended_at__isnull=True),
                name="role_grant_once",
            ),
            models.CheckConstraint(
                condition=Q(by_command_line=True)
                | Q(proposed_by__isnull=False) & ~Q(proposed_by=F("account")),
                name="role_grant_is_proposed_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(by_command_line=True)
                | Q(confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False)
                & ~Q(confirmed_by=F("proposed_by"))
                & ~Q(confirmed_by=F("account")),
                name="role_grant_two_people",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(ended_by__isnull=False, removal_proposed_by__isnull=False)
                & ~Q(ended_by=F("removal_proposed_by")),
                name="role_removal_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"role grant {self.pk}"

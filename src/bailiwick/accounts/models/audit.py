"""What staff did: for auditors, and for whoever must later show who decided."""

from django.db import models


class Audit(models.Model):
    """One act. `actor`: an account's id (not a key: the row outlives the account), None for the command line
    or the server itself. `code`: noun.verb. `subject`: what it was done to, as `kind:id`, never a name.

    Append-only, by triggers (migration 0003).
    """

    at = models.DateTimeField(db_index=True)
    actor = models.UUIDField(null=True)
    code = models.CharField(max_length=48)
    subject = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("subject", "id"), name="audit_of_subject"),
            models.Index(fields=("actor", "id"), name="audit_of_actor"),
        )

    def __str__(self) -> str:
        return f"act {self.pk}"

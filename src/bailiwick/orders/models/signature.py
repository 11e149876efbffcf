"""A passkey's signature over an entry without its approvals (P5)."""

from django.conf import settings
from django.db import models


class Signature(models.Model):
    """`public_key`: the passkey's, as COSE; `key`: its SHA-256, by which the log names it."""

    position = models.PositiveSmallIntegerField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    public_key = models.BinaryField()
    key = models.CharField(max_length=64, help_text="SHA-256 of it")
    authenticator_data = models.BinaryField()
    client_data = models.BinaryField()
    signature = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ("position",)

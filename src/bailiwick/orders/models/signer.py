"""Whose passkeys may sign: the log says which keys count, these rows whose they are, and nobody else does."""

import uuid

from django.conf import settings
from django.db import models

from .signature import Signature


class Signer(models.Model):
    """A passkey proposed for the roll, with its holder's signature over the entry once they showed that they
    hold it. `outbox_id`: where the entry was written that put it there; None: only proposed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    public_key = models.BinaryField()
    key = models.CharField(max_length=64, unique=True, help_text="SHA-256 of it")
    instead_of = models.CharField(max_length=64, blank=True, help_text="Their passkey of before")
    stated_at = models.DateTimeField(help_text="When the text that people sign was made")
    authenticator_data = models.BinaryField(default=bytes)
    client_data = models.BinaryField(default=bytes)
    signature = models.BinaryField(default=bytes)
    outbox_id = models.BigIntegerField(null=True)
    added_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("stated_at", "id")

    def __str__(self) -> str:
        return f"signer {self.pk}"

    @property
    def is_proven(self) -> bool:
        """Whether its holder showed that they hold it."""
        return bool(self.signature)


class SignerApproval(Signature):
    """One of two signatures over the entry that puts a passkey on the roll, each by one that is on it."""

    signer = models.ForeignKey(Signer, on_delete=models.CASCADE, related_name="approvals")

    class Meta(Signature.Meta):
        abstract = False
        constraints = (
            models.UniqueConstraint(fields=("signer", "position"), name="signer_position_once"),
            models.UniqueConstraint(fields=("signer", "account"), name="signer_two_people"),
            models.UniqueConstraint(fields=("signer", "key"), name="signer_two_keys"),
            models.CheckConstraint(
                condition=models.Q(position__in=(0, 1)), name="signer_approval_is_one_of_two"
            ),
        )

    def __str__(self) -> str:
        return f"signer approval {self.pk}"

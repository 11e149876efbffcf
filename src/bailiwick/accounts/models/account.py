"""An account: someone who can host. No address, no place, no log of visits (P9)."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property


class AccountManager(BaseUserManager["Account"]):
    """Creates accounts by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(email=email.strip().lower(), **fields)  # as allauth looks it up
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        return self.create_user(email, password, is_superuser=True, **fields)


class Account(AbstractBaseUser, PermissionsMixin):
    """Signs in with an e-mail address; shows a display name in meetings.

    Django's `is_superuser` opens nothing here: what somebody may do at the desk follows from their roles.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    display_name = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="account_email_case_insensitive"),)

    @cached_property
    def is_staff(self) -> bool:
        """Whether it holds any role at the desk. One query a page; acts ask `queries.require`."""
        held = self.grants.filter(confirmed_at__isnull=False, ended_at__isnull=True)
        return self.is_active and held.exists()

    def __str__(self) -> str:
        return f"account {self.pk}"

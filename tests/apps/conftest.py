"""People and meetings for the tests of the apps. Sessions come without a password: that is tested apart."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from bailiwick.accounts.actions import roles
from bailiwick.accounts.models import Account
from bailiwick.meetings.actions import schedule
from bailiwick.meetings.models import CoHost, Meeting
from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.territory import parse_territory
from tests.clock import _on_the_day  # noqa: F401 (fixture)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SignIn = Callable[[Account], Client]


def rule(mode: str = "allow", codes: str = "DE FR", undetermined: str = "refuse") -> AccessRule:
    territories = parse_territory(codes.split())
    return AccessRule(Mode(mode), territories, OnUndetermined(undetermined), RuleSetter.HOST)


def account(name: str, *, confirmed: bool = True, **fields: object) -> Account:
    made = Account.objects.create_user(
        f"{name}@example.org", "a good passphrase", display_name=name, **fields
    )
    EmailAddress.objects.create(user=made, email=made.email, verified=confirmed, primary=True)
    return made


def administrator(name: str, **fields: object) -> Account:
    made = account(name, **fields)
    roles.grant_by_command_line(made.pk, NOW)
    return made


@pytest.fixture(autouse=True)
def _as_served(settings: Any) -> None:
    """Rate limits of one test do not reach the next; the folder that a start collects files in is there."""
    cache.clear()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def host(db: None) -> Account:
    return account("Host")


@pytest.fixture
def co_host(db: None) -> Account:
    return account("CoHost")


@pytest.fixture
def other(db: None) -> Account:
    return account("Other")


@pytest.fixture
def staff(db: None) -> Account:
    return administrator("Staff")


@pytest.fixture
def superuser(db: None) -> Account:
    return administrator("Root", is_superuser=True)


@pytest.fixture
def meeting(host: Account, co_host: Account) -> Meeting:
    made = schedule.create(host.pk, {"title": "Board"})
    CoHost.objects.create(meeting=made, account=co_host, label=co_host.email)
    return made


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(who: Account) -> Client:
        client = Client()
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in

"""Members of the staff for the tests of the desk: one of each role, each with a second factor shown."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows import login
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from django.test import Client

from bailiwick.accounts.actions import roles
from bailiwick.accounts.models import Account, Audit
from bailiwick.accounts.roles import Role
from tests.apps.conftest import (  # noqa: F401 (fixtures)
    NOW,
    _as_served,
    account,
    administrator,
    co_host,
    host,
    meeting,
    other,
    sign_in,
)
from tests.clock import _on_the_day  # noqa: F401 (fixture)


def was_done(answer: Any) -> bool:
    """Not if they are sent to sign in, to show a second factor, or to say first whose demand it is."""
    where = answer.headers.get("Location", "")
    return answer.status_code == 302 and not (where.startswith("/accounts/") or where.endswith("/added"))


@pytest.fixture(autouse=True)
def _every_act_leaves_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever form of the desk is carried out in any test here: the audit trail has who did it (9)."""
    real = Client.post

    def post(client: Client, path: str, *args: Any, **fields: Any) -> Any:
        if not path.startswith("/desk/"):
            return real(client, path, *args, **fields)
        before = Audit.objects.count()
        answer = real(client, path, *args, **fields)
        if was_done(answer):
            actors = Audit.objects.order_by("id").values_list("actor", flat=True)[before:]
            assert client.session["_auth_user_id"] in {str(each) for each in actors}, path
        return answer

    monkeypatch.setattr(Client, "post", post)


AtDesk = Callable[[Account], Client]


def with_totp(who: Account) -> Account:
    """With an authenticator app; its secret is not used here."""
    Authenticator.objects.create(user=who, type=Authenticator.Type.TOTP, data={"secret": "none"})
    return who


def give(role: Role, to: Account, by: Account, then: Account) -> Account:
    roles.confirm(then.pk, roles.propose(by.pk, to.email, role, NOW), NOW)
    return to


@pytest.fixture
def administrators(db: None) -> tuple[Account, Account]:
    return with_totp(administrator("Ada")), with_totp(administrator("Ben", is_superuser=True))


class Members(dict[str, Account]):
    """By name of the role, and some who have none: `nobody`, `root` (a superuser), `suspended`. Each is made
    when first asked for."""

    def __init__(self, administrators: tuple[Account, Account]) -> None:
        super().__init__()
        self._by = administrators

    def __missing__(self, name: str) -> Account:
        self[name] = made = with_totp(account(name.title() + "Member", is_superuser=name == "root"))
        if name in set(Role):
            give(Role(name), made, *self._by)
        elif name == "suspended":
            give(Role.APPROVER, made, *self._by)
            Account.objects.filter(pk=made.pk).update(is_active=False)
        return made


@pytest.fixture
def members(administrators: tuple[Account, Account]) -> Members:
    return Members(administrators)


@pytest.fixture
def at_desk() -> AtDesk:
    """Signed in, with a second factor shown just now."""
    return seated


def seated(who: Account, seconds_ago: float = 0) -> Client:
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    session: Any = client.session
    shown = {"method": "mfa", "type": "totp", "at": time.time() - seconds_ago}
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [shown]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(who)
    session.save()
    return client

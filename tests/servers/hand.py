"""A hand in the product's database, for tests and benchmarks: `python -m tests.servers.hand`.

It runs as a process of its own, as another node would, under the product's settings (BAILIWICK_DATA). A JSON
object a line in, `{"do": NAME, ...}`; one a line out. It only does what people do in the browser when they
sign in or make a meeting, and counts rows; all else goes through the public interface.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick.config.settings")
django.setup(set_prefix=False)

from allauth.account.internal.flows import login  # noqa: E402
from allauth.account.internal.userkit import user_id_to_str  # noqa: E402
from allauth.account.models import EmailAddress  # noqa: E402
from allauth.mfa.models import Authenticator  # noqa: E402
from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from bailiwick.accounts.actions import suspensions  # noqa: E402
from bailiwick.accounts.actions.roles import confirm, grant_by_command_line, propose  # noqa: E402
from bailiwick.accounts.queries import roles_of  # noqa: E402
from bailiwick.accounts.roles import Role  # noqa: E402
from bailiwick.accounts.terms import terms as accounts_terms  # noqa: E402
from bailiwick.config import cli  # noqa: E402
from bailiwick.meetings.actions import schedule  # noqa: E402
from bailiwick.notices.actions import raise_alarm  # noqa: E402
from bailiwick.orders import signer_queries  # noqa: E402
from bailiwick.orders.actions import appeals  # noqa: E402


def sign_in(email: str, *, admin: bool = False) -> dict[str, str]:
    """An account, made if there is none, and a signed-in session of it."""
    account, _ = get_user_model().objects.get_or_create(email=email)
    if admin:
        grant_by_command_line(account.pk, timezone.now())
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return {"account": str(account.pk), "session": str(session.session_key)}


def seat(email: str, roles: list[str]) -> dict[str, str]:
    """Somebody at the desk: an account with these roles, given by two administrators, and a session in which
    a second factor was just shown (passkeys can be added)."""
    seated = sign_in(email)
    account = get_user_model().objects.get(pk=seated["account"])
    _confirm(account)
    for role in set(roles) - roles_of(account.pk):
        if role == "administrator":
            grant_by_command_line(account.pk, timezone.now())
        else:
            ada, ben = (_administrator(f"{name}@hand.example.org") for name in ("ada", "ben"))
            confirm(ben.pk, propose(ada.pk, email, Role(role), timezone.now()), timezone.now())
    Authenticator.objects.get_or_create(user=account, type="totp", defaults={"data": {"secret": "none"}})
    session = SessionStore(seated["session"])
    shown = {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [shown]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(account)
    session.save()
    return seated


def _confirm(account: Any) -> None:
    EmailAddress.objects.get_or_create(
        user=account, defaults={"email": account.email, "verified": True, "primary": True}
    )


def _administrator(email: str) -> Any:
    account, made = get_user_model().objects.get_or_create(email=email)
    if made:
        grant_by_command_line(account.pk, timezone.now())
    return account


def confirm_address(email: str) -> dict[str, str]:
    """As its owner does by the link in the mail."""
    EmailAddress.objects.filter(email=email).update(verified=True)
    return {}


def appoint(email: str) -> dict[str, str]:
    """An administrator, as the command line makes them, of an account there is."""
    account = get_user_model().objects.get(email=email)
    EmailAddress.objects.filter(user=account).update(verified=True)
    grant_by_command_line(account.pk, timezone.now())
    return {}


def suspend(email: str, facts: str, terms: str) -> dict[str, str]:
    """A suspension by two people; tests of the pages are others."""
    people = {role: seat(f"{role}@hand.example.org", [role]) for role in ("reviewer", "approver")}
    why = suspensions.Statement(
        suspensions.Ground.SPAM,
        suspensions.Source.NOTICE,
        facts,
        accounts_terms().sections[2],
        terms,
        automated=False,
        until=None,
    )
    now = timezone.now()
    made = suspensions.propose(
        UUID(people["reviewer"]["account"]), email, why, authority_prompted=False, now=now
    )
    suspensions.approve(UUID(people["approver"]["account"]), made, authority_prompted=False, now=now)
    return {}


def alarm(code: str, subject: str) -> dict[str, str]:
    """Something is wrong."""
    raise_alarm(code, subject)
    return {}


def create_meeting(account: str, fields: dict[str, Any]) -> dict[str, str]:
    """A meeting of the account's."""
    host = get_user_model().objects.get(pk=account)
    meeting = schedule.create(host.pk, {"title": "Meeting", **fields})  # type: ignore[typeddict-item]  # JSON
    return {"slug": meeting.slug, "id": str(meeting.pk)}


def exempt(account: str, text: str) -> dict[str, str]:
    """Decide the objection that says this, by somebody of the staff: it does not reach this person."""
    row = apps.get_model("orders.Appeal").objects.get(text__contains=text, decided_at=None)
    ruling = appeals.Ruling(appeals.Outcome.EXEMPTED, "Your network ends elsewhere than where you are.")
    appeals.decide(UUID(account), row.pk, ruling, timezone.now())
    return {"appeal": str(row.pk)}


def begin_signers() -> dict[str, str]:
    """As whoever runs the server does, with the two passkeys that are proposed."""
    words = ["signers", "begin", *(row.key for row in signer_queries.proposed())]
    if cli.main(words) != 0:
        raise RuntimeError("nobody may sign")
    return {}


def count(model: str, where: dict[str, Any]) -> dict[str, int]:
    """How many rows of `app.Model` there are, by Django's look-ups."""
    return {"count": apps.get_model(model).objects.filter(**where).count()}


def values(model: str, where: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """These fields of those rows."""
    rows = apps.get_model(model).objects.filter(**where).values(*fields)
    return {"rows": [{name: _plain(value) for name, value in row.items()} for row in rows]}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | list | dict | None) else str(value)


_ACTS = (
    sign_in,
    seat,
    confirm_address,
    appoint,
    suspend,
    alarm,
    create_meeting,
    exempt,
    begin_signers,
    count,
    values,
)
ACTS: dict[str, Callable[..., Any]] = {act.__name__: act for act in _ACTS}


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr  # what is logged is no answer
    for line in sys.stdin:
        asked = json.loads(line)
        answer = ACTS[asked.pop("do")](**asked)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()

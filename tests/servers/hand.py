"""A hand in the product's database, for tests and benchmarks: `python -m tests.servers.hand`.

It runs as a process of its own, as another node would, under the product's settings (BAILIWICK_DATA). A JSON
object a line in, `{"do": NAME, ...}`; one a line out. It only does what people do in the browser when they
sign in or make a meeting, and counts rows; all else goes through the public interface.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick.config.settings")
django.setup(set_prefix=False)

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from bailiwick.accounts.actions.roles import grant_by_command_line  # noqa: E402
from bailiwick.meetings.actions import schedule  # noqa: E402


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


def create_meeting(account: str, fields: dict[str, Any]) -> dict[str, str]:
    """A meeting of the account's."""
    host = get_user_model().objects.get(pk=account)
    meeting = schedule.create(host.pk, {"title": "Meeting", **fields})  # type: ignore[typeddict-item]  # JSON
    return {"slug": meeting.slug, "id": str(meeting.pk)}


def count(model: str, where: dict[str, Any]) -> dict[str, int]:
    """How many rows of `app.Model` there are, by Django's look-ups."""
    return {"count": apps.get_model(model).objects.filter(**where).count()}


def values(model: str, where: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """These fields of those rows."""
    rows = apps.get_model(model).objects.filter(**where).values(*fields)
    return {"rows": [{name: _plain(value) for name, value in row.items()} for row in rows]}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | list | dict | None) else str(value)


ACTS: dict[str, Callable[..., Any]] = {act.__name__: act for act in (sign_in, create_meeting, count, values)}


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        answer = ACTS[asked.pop("do")](**asked)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""The demo's sample data, as one JSON object on standard output: `python -m bailiwick.config.sampledata`.

The account's password is a new one each time, and known to nobody who does not see this output.
"""

import json
import secrets
from typing import Final

from bailiwick.config.django_ready import make_ready

EMAIL: Final = "demo@example.org"
TITLE: Final = "A meeting that keeps its borders"


def main() -> None:
    make_ready()
    password = secrets.token_urlsafe(9)
    print(json.dumps({"email": EMAIL, "password": password, "path": f"/m/{_meeting(password)}"}))


def _meeting(password: str) -> str:
    """The slug of the demo account's meeting, open and with nobody kept out."""
    from bailiwick.accounts.queries import by_email
    from bailiwick.config.administrator import make_account
    from bailiwick.meetings.actions import schedule

    account = by_email(EMAIL) or make_account(EMAIL, display_name="Ada (host)")
    account.set_password(password)
    account.save(update_fields=["password"])
    meeting = account.meetings.filter(title=TITLE, ended_at=None).first()
    return (meeting or schedule.create(account.pk, {"title": TITLE, "on_host_leave": "continue"})).slug


if __name__ == "__main__":
    main()

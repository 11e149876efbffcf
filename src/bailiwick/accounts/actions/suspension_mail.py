"""What the owner of a suspended account is told by mail, in the transaction that decides it (P4)."""

from django.conf import settings
from django.utils.translation import gettext as _

from bailiwick.accounts.models import Suspension
from bailiwick.notices.actions import Mail, send_after_commit


def suspended(row: Suspension) -> None:
    """The statement of reasons (DSA Art. 17(3)), and how to appeal."""
    lines = [
        _("Your account on %(site)s is suspended.") % {"site": settings.SITE_NAME},
        _("Until: %(when)s") % {"when": _until(row)},
        "",
        _("What happened:"),
        row.facts,
        "",
        _("Which of our terms it breaks, and why:"),
        row.terms,
        "",
        _("How it became known: %(how)s") % {"how": source(row)},
        _("No public authority asked for it or prompted it; two people of ours decided. ") + automated(row),
        "",
        _(
            "You cannot sign in meanwhile. Everything you have stays as it is: meetings you host go on and"
            " can be joined. You can appeal for six months: sign in as usual, and the page that answers has a"
            " form. Somebody decides who took no part before. You can also go to a court, or to a certified"
            " body for settling disputes out of court."
        ),
        f"{settings.PUBLIC_URL}/accounts/login/",
    ]
    _send(row, _("Your account is suspended"), "\n".join(lines))


def reinstated(row: Suspension) -> None:
    """It is open again."""
    text = _("Your account is open again, with everything it had.")
    _send(row, _("Your account is open again"), f"{text}\n\n{settings.PUBLIC_URL}/accounts/login/")


def decided(row: Suspension, answer: str) -> None:
    """The answer to the appeal, whatever it is."""
    _send(row, _("The answer to your appeal"), _("On your appeal we decided:") + f"\n\n{answer}")


def source(row: Suspension) -> str:
    """How it became known, in words."""
    return _("somebody told us") if row.source == "notice" else _("we found it ourselves")


def automated(row: Suspension) -> str:
    """Whether a machine had a part, in words."""
    if row.automated:
        return _("An automated means found it; people decided.")
    return _("No automated means were used.")


def _until(row: Suspension) -> str:
    if row.until is None:
        return _("further notice")
    return f"{row.until:%Y-%m-%d %H:%M} UTC"


def _send(row: Suspension, subject: str, text: str) -> None:
    send_after_commit(Mail(row.account.email, f"[{settings.SITE_NAME}] {subject}", f"{text}\n"))

"""What the owner of a suspended account is told by mail, in the transaction that decides it (P4)."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from bailiwick.accounts.models import Suspension, SuspensionAppeal
from bailiwick.accounts.suspension_queries import Said
from bailiwick.ledger.queries import salt
from bailiwick.notices.actions import Mail, send_after_commit


def suspended(row: Suspension, key: str, said: Sequence[Said]) -> None:
    """The statement of reasons (DSA Art. 17(3)), and how to appeal. `key`: what shows that it is the owner
    who does; it stands here and nowhere else. Behind a `#`, no server and no proxy sees it. `said`: that
    somebody answered otherwise before."""
    lines = [
        _("Your account on %(site)s is suspended.") % {"site": settings.SITE_NAME},
        _("Until: %(when)s. It holds everywhere.") % {"when": _until(row)},
        "",
        _("What happened:"),
        row.facts,
        "",
        _("Which of our terms it breaks: “%(section)s”") % {"section": row.section},
        _("The terms as they were then: %(link)s") % {"link": _terms(row)},
        _("Why:"),
        row.terms,
        "",
        _("How it became known: %(how)s") % {"how": source(row)},
        _("No public authority asked for it or prompted it; two people of ours decided. ") + automated(row),
        *(_said(each) for each in said),
        "",
        _(
            "You cannot sign in meanwhile. Everything you have stays as it is: meetings you host go on and"
            " can be joined."
        ),
        "",
        _(
            "You can appeal until %(day)s, also when the suspension is over by then. Somebody who took no"
            " part before answers within seven days. The way there, without a password, for you alone:"
        )
        % {"day": _day(row.appeal_until)},
        f"{page()}#token={key}",
        _("or open %(page)s and enter this key: %(key)s") % {"page": page(), "key": key},
        "",
        _("You can also go to a court, or to a certified body for settling disputes out of court."),
        "",
        *_in_the_log(row),
    ]
    _send(row, _("Your account is suspended"), "\n".join(lines))


def _terms(row: Suspension) -> str:
    return f"{settings.PUBLIC_URL}/log/documents/{row.terms_document}"


def _said(said: Said) -> str:
    return _(
        "But on %(day)s one of our staff answered that an authority had prompted a suspension of your"
        " account. It was not made then."
    ) % {"day": _day(said.at)}


def _in_the_log(row: Suspension) -> list[str]:
    """What shows, to whomever its owner wants, which entry is about this account: nobody else can."""
    found = salt(row.committed)
    if found is None:
        return []
    return [
        _(
            "The public log says that an account was suspended, and not whose: %(log)s. In the entry yours is"
            " called %(committed)s. That is HMAC-SHA256 of your account's number, %(number)s, with the salt"
            " %(salt)s, so you can show that it is yours. Keep the salt to yourself otherwise."
        )
        % {
            "log": f"{settings.PUBLIC_URL}/log/",
            "committed": row.committed,
            "number": row.account_id.hex,
            "salt": found.hex(),
        }
    ]


def reinstated(row: Suspension, appeal: SuspensionAppeal | None) -> None:
    """It is open again, and what that means for an appeal."""
    lines = [
        _("Your account is open again, with everything it had."),
        f"{settings.PUBLIC_URL}/accounts/login/",
    ]
    if appeal is None:
        more = _("If it should not have been suspended, you can still appeal until %(day)s: %(page)s")
        lines += ["", more % {"day": _day(row.appeal_until), "page": page()}]
    elif appeal.decided_at is None:
        lines += ["", _("Your appeal gets its answer all the same.")]
    _send(row, _("Your account is open again"), "\n".join(lines))


def decided(row: Suspension, answer: str) -> None:
    """The answer to the appeal, whatever it is."""
    _send(row, _("The answer to your appeal"), _("On your appeal we decided:") + f"\n\n{answer}")


def page() -> str:
    """Where owners of suspended accounts read why and appeal."""
    return f"{settings.PUBLIC_URL}/accounts/suspended"


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


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _send(row: Suspension, subject: str, text: str) -> None:
    send_after_commit(Mail(row.account.email, f"[{settings.SITE_NAME}] {subject}", f"{text}\n"))

"""The answer to somebody who is kept out, in their language: the words of a problem, and its page."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string

from bailiwick.notices import kept_out
from bailiwick.notices.wording import Language

from .problems import Problem


def is_spoken(problem: Problem) -> bool:
    """Whether there are words for it in every language."""
    return problem.code in ("withheld", "refused_by_rule", *kept_out.TOLD)


def document(problem: Problem, spoken: Language) -> dict[str, Any]:
    """The JSON object, with title and detail in that language."""
    if spoken.tag == "en":
        return problem.document()
    title, *paragraphs = words(problem, spoken)
    return {**problem.document(), "title": title, "detail": " ".join(paragraphs)}


def words(problem: Problem, spoken: Language) -> Sequence[str]:
    """The title and then the paragraphs, of a problem that `is_spoken`."""
    text = spoken.text
    if problem.code == "withheld":
        return text("withheld.title"), text("withheld.text"), text("place")
    if problem.code == "refused_by_rule":
        setter = problem.extra["setter"]
        return (
            text("refused.rule.title"),
            text(f"refused.rule.{setter}"),
            text("place"),
            text(f"refused.rule.help.{setter}"),
        )
    return kept_out.words(problem.code, spoken)


def page(problem: Problem, spoken: Language) -> str:
    """The page; of a problem without words of its own, a plain one in English."""
    if not is_spoken(problem):
        return render_to_string("live/problem.html", {"problem": problem.document()})
    return kept_out.page(problem.document(), spoken, lambda each: words(problem, each))

"""A meeting's access rule, for its host and co-hosts; staff have no way to set one."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from bailiwick import gate
from bailiwick.meetings import queries
from bailiwick.meetings.access import fields_of, rules_of
from bailiwick.meetings.actions import rule as actions
from bailiwick.meetings.authority import Act
from bailiwick.rules.access import AccessRule
from bailiwick.web import sentences
from bailiwick.web.way import give_way

from .auth import account_id, signed_in
from .errors import answer
from .schemas import DryRunOut, RuleAnswer, RuleIn

router = Router(auth=signed_in)


def rule_out(rule: AccessRule | None) -> dict[str, Any] | None:
    """A rule as the API shows it."""
    if rule is None:
        return None
    fields = fields_of(rule)
    sentence = sentences.rule(
        fields["mode"], fields["territories"], fields["undetermined"], date.today()  # noqa: DTZ011
    )  # fmt: skip
    return {**fields, "sentence": sentence}


@router.get("/{slug}/rule", response=RuleAnswer)
def read(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The rule in force."""
    permitted = queries.for_act(slug, account_id(request), Act.VIEW)
    return {"rule": rule_out(rules_of(permitted.meeting))}


@router.put("/{slug}/rule", response=RuleAnswer)
def put(request: HttpRequest, slug: str, given: RuleIn) -> dict[str, Any]:
    """Set the rule. It acts at once, on those inside too."""
    rule = given.rule()
    actions.set_rule(slug, account_id(request), rule, timezone.now())
    give_way()
    return {"rule": rule_out(rule)}


@router.delete("/{slug}/rule", response={204: None})
def delete(request: HttpRequest, slug: str) -> Status[None]:
    """Take the rule away."""
    actions.clear_rule(slug, account_id(request))
    return Status(204, None)


@router.post("/{slug}/rule/dry-run", response=DryRunOut)
def dry_run(request: HttpRequest, slug: str, given: RuleIn) -> dict[str, str] | HttpResponse:
    """What the rule would do to those inside now, in bands; only with ten or more inside, and not often."""
    permitted = queries.for_act(slug, account_id(request), Act.SET_RULE)
    rule = given.rule()
    actions.check_rule(rule)
    try:
        found = gate.dry_run(permitted.meeting.pk, rule)
    except gate.TooFewPresent:
        return answer("too_few_present")
    except gate.TooManyDryRuns:
        return answer("too_many_dry_runs", headers={"Retry-After": "60"})
    except gate.Unavailable:
        return answer("unavailable", headers={"Retry-After": "5"})
    return {"stay": found.stay, "go": found.go, "undetermined": found.undetermined}

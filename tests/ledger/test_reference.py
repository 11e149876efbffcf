"""What the reference says of the log's errors is what there is."""

import re
from pathlib import Path

from bailiwick.ledger import errors, recovering, rotating
from bailiwick.notices.texts import ALARMS

ROOT = Path(__file__).parents[2]
LOADED = (errors, recovering, rotating)


def codes(kind: type[errors.LedgerError]) -> set[str]:
    return {kind.code}.union(*(codes(each) for each in kind.__subclasses__()))


def test_every_error_of_the_log_is_listed() -> None:
    text = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
    section = text.split("## The public log (`bailiwick.ledger`)\n")[1].split("\n## ")[0]
    listed = {
        code for row in re.findall(r"^\| (`[^|]+`) \|", section, re.M) for code in re.findall(r"`(\w+)`", row)
    }
    assert listed == codes(errors.LedgerError)


def test_whatever_stops_the_log_while_it_runs_has_an_alarm() -> None:
    told_by_commands = {recovering.CopyUnusable.code, rotating.RotationTooEarly.code}
    assert codes(errors.LogRefuses) - told_by_commands <= set(ALARMS)
    raised = {errors.WitnessUnreachable.code, errors.WitnessRefused.code, errors.WitnessAnswerUnusable.code}
    assert raised <= set(ALARMS)

"""What an entry says, in one line for people: feeds show it before anybody opens it."""

from bailiwick.ledger import entries as log
from bailiwick.register import words


def title(entry: log.Entry) -> str:
    """A sentence without codes; of a demand or restriction who and where."""
    match entry:
        case log.RestrictionApproved():
            where = ", ".join(words.places(entry.territories))
            return f"Restriction approved in {where}: {_whose(entry.state, entry.kind)}"
        case log.DemandReceived():
            return f"Demand received: {_whose(entry.state, entry.kind)}"
        case log.AuthorityAdded():
            return f"Authority added: {_whose(entry.state, entry.kind)}"
        case log.DemandRefused():
            return f"Demand refused: {', '.join(str(words.REFUSALS[each]) for each in entry.reasons)}"
        case log.TargetRefused():
            return f"Refused {words.ASKED[entry.asked]}"
        case log.DemandExamined():
            return f"Demand examined: {words.OUTCOMES[entry.outcome]}"
        case log.DemandAnswered():
            full = entry.outcome == "granted"
            return f"Demand answered: {words.OUTCOMES['granted' if full else 'granted_in_part']}"
        case log.RestrictionSuspended() | log.RestrictionWithdrawn():
            return f"{_plain(entry)}, {words.ENDINGS[entry.reason]}"
        case log.AppealDecided():
            return f"Objection decided: {words.APPEALS[entry.outcome]}"
    return _other(entry)


def _other(entry: log.Entry) -> str:
    match entry:
        case log.AppealFiled():
            return "Objection filed"
        case log.AccountSuspended():
            return f"Account suspended under the terms of use: {words.GROUNDS[entry.ground]}"
        case log.DemandsSwitched():
            return "Demands of authorities are taken" if entry.on else "No demands of authorities are taken"
        case log.ReportPublished() | log.PeriodTotals():
            return f"{_plain(entry)}: {entry.first} to {entry.last}"
    return _plain(entry)


def _plain(entry: log.Entry) -> str:
    return entry.type.replace(".", " ").replace("_", " ").capitalize()


def _whose(state: str, kind: str) -> str:
    return f"{words.kind(kind)}, {words.place(state)}"

"""What may go wrong at the gate, with stable codes; mapped to HTTP and WebSocket once, in `live`."""


class GateError(Exception):
    """A request to the gate failed. `code` is stable; the text holds nothing about anybody."""

    code = "gate_error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.code)
        self.detail = detail


class Unavailable(GateError):  # noqa: N818
    """Nothing can be decided now (database down, node stopping): 503, try again."""

    code = "unavailable"


class NotAllowed(GateError):  # noqa: N818
    """The role does not carry this act."""

    code = "not_allowed"


class NoSuchParticipant(GateError):  # noqa: N818
    """Nobody inside or waiting by that id."""

    code = "no_such_participant"


class NotEverywhere(GateError):  # noqa: N818
    """What somebody wrote went only to those whom the same process holds: nodes cannot reach each other."""

    code = "not_everywhere"


class TooFewPresent(GateError):  # noqa: N818
    """A dry run in a small meeting would tell where somebody is."""

    code = "too_few_present"


class TooManyDryRuns(GateError):  # noqa: N818
    """Dry runs are rate-limited, so that their differences tell nothing about one person."""

    code = "too_many_dry_runs"


def where_raised(error: BaseException) -> str:
    """File and line at which it was raised: no values, so nothing of anybody (P9)."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"

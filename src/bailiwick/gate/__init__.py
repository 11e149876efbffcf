"""The gate: where rules, rows and media meet. `current()` is this process's, once it has started."""

from uuid import UUID

from bailiwick.rules.access import AccessRule

from .bands import DryRun
from .errors import GateError, TooFewPresent, TooManyDryRuns, Unavailable

__all__ = ["DryRun", "GateError", "TooFewPresent", "TooManyDryRuns", "Unavailable", "dry_run"]


def dry_run(meeting_id: UUID, rule: AccessRule | None) -> DryRun:
    """What a rule would do to those inside now, in bands.

    Raises:
        TooFewPresent, TooManyDryRuns, Unavailable.
    """
    from .running import current

    gate = current()
    if gate is None:
        raise Unavailable("no gate runs in this process")
    return gate.dry_run(meeting_id, rule)

"""Where the log's key, memory and witness policy are, and what its origin is: from Django's settings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from bailiwick.ledger.errors import LogPolicyUnusable
from bailiwick.tlog.errors import MalformedPolicy, TlogError
from bailiwick.tlog.keys import VerifierKey, parse_vkey
from bailiwick.tlog.policy import NO_QUORUM, Log, Policy, parse_policy

_URL: Final = (
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?/?"
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """`origin`: of a log to be begun, and `origin_given` if somebody chose it. `policy`: None for no
    witnesses. `url`: where the log is served."""

    origin: str
    origin_given: bool
    url: str
    key_file: Path
    memory: Path
    policy: Path | None

    def witnesses(self) -> Policy:
        """The witnesses asked and the quorum needed, without our own log; LogPolicyUnusable."""
        return read_policy(self.policy)

    def whole_policy(self, vkeys: str) -> Policy:
        """What outsiders verify with: our log by its keys, and the witnesses; LogPolicyUnusable."""
        return self.policy_of([parse_vkey(line) for line in vkeys.split("\n")])

    def policy_of(self, keys: Sequence[VerifierKey]) -> Policy:
        """Our log by these keys, and the witnesses; LogPolicyUnusable, also if a witness has one of them."""
        found = self.witnesses()
        try:
            logs = tuple(Log(key, self.url) for key in keys)
            return Policy(logs, found.witnesses, found.groups, found.quorum)
        except MalformedPolicy as error:
            raise LogPolicyUnusable(
                f"{self.policy or self.key_file} does not fit this log's keys: {error}. A witness is "
                "somebody else, with a key of their own."
            ) from error


def read_policy(path: Path | None) -> Policy:
    """The policy in a file, `quorum none` where there is no file; LogPolicyUnusable."""
    if path is None:
        return Policy((), (), (), NO_QUORUM)
    try:
        policy = parse_policy(path.read_bytes())
    except OSError:
        raise LogPolicyUnusable(f"{path} cannot be read.") from None
    except TlogError as error:
        raise LogPolicyUnusable(f"{path} is no policy: {error}.") from error
    if policy.logs:
        raise LogPolicyUnusable(f"{path} has a log line. Leave it out: this server adds its own.")
    if not all(re.fullmatch(_URL, witness.url) for witness in policy.witnesses):
        raise LogPolicyUnusable(f"{path} has a witness without an http:// or https:// address to ask it at.")
    return policy


def configured() -> Configuration:
    """This server's."""
    found: Configuration = settings.LEDGER
    return found

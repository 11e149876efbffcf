"""Whom to believe: verifier keys and policies given by the person who checks, never by the log itself."""

from collections.abc import Sequence
from pathlib import Path

from bailiwick.monitor.errors import CannotRead, NoLog, WrongUsage
from bailiwick.monitor.source import CHECKPOINT, Source
from bailiwick.tlog.errors import MalformedKey, MalformedPolicy, NotStored, UnsupportedKey
from bailiwick.tlog.keys import VerifierKey, parse_vkey
from bailiwick.tlog.policy import NO_QUORUM, Log, Policy, Witnessed, parse_policy


def read_file(path: Path, what: str) -> bytes:
    """A file that the user named; CannotRead."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotRead(f"{what} cannot be read: {error.strerror}") from error


def trusted(vkeys: Sequence[str], policy: Path | None) -> Policy:
    """The policy to judge by: a file's, and of its logs only those with one of the keys, if any are given.

    Without a file: the keys, and no witnesses. WrongUsage, CannotRead.
    """
    try:
        keys = [parse_vkey(text) for text in vkeys]
        if policy is None:
            return Policy(tuple(map(Log, keys)), (), (), NO_QUORUM)
        return _narrowed(parse_policy(read_file(policy, "the policy")), keys)
    except (MalformedKey, UnsupportedKey) as error:
        raise WrongUsage(f"--vkey: {error}") from error
    except MalformedPolicy as error:
        raise WrongUsage(f"the policy or keys: {error}") from error


def _narrowed(policy: Policy, keys: Sequence[VerifierKey]) -> Policy:
    if not keys:
        if not policy.logs:
            raise WrongUsage("the policy names no log: add --vkey")
        return policy
    listed = {log.key for log in policy.logs}
    if listed and not listed.issuperset(keys):
        raise WrongUsage("--vkey is none of the logs that the policy names")
    return Policy(tuple(map(Log, keys)), policy.witnesses, policy.groups, policy.quorum)


def read_head(source: Source, policy: Policy) -> Witnessed:
    """The log's checkpoint, signed and witnessed as the policy asks; NoLog, TlogError, MonitorError."""
    try:
        data = source.fetch(CHECKPOINT)
    except NotStored as error:
        raise NoLog("there is no log: no checkpoint was found") from error
    return policy.check(data)

"""Who is to be believed, and how demands are treated, changes in public only."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from bailiwick.ledger import policies, queries
from bailiwick.ledger.entries import PolicyChanged, encode
from bailiwick.ledger.models import Outbox, Published
from bailiwick.ledger.policies import say, say_witnesses
from bailiwick.tlog.policy import parse_policy
from tests.ledger.kit import NOW, Log, append


def said() -> list[tuple[str, bytes]]:
    """The policies that the log names, each with its document."""
    found = []
    for _, entry in queries.entries_of("policy.changed"):
        assert isinstance(entry, PolicyChanged)
        document = queries.document(entry.document)
        assert document is not None
        found.append((entry.policy, document[0]))
    return found


def test_witnesses_taken_or_dropped_while_the_server_runs_are_in_the_log_before_long(log: Log) -> None:
    process = log.process(say=say_witnesses)
    append(1)
    process.step()
    assert said() == [], "a log that never had a witness has nothing to say of any"
    log.with_witnesses("w", "x", quorum="both", groups=["both all w x"])
    assert log.configuration.policy is not None
    listed = log.configuration.policy.read_bytes()
    process.step()
    ((policy, document),) = said()
    assert (policy, parse_policy(document)) == ("witnesses", parse_policy(listed))
    log.configuration.policy.write_text("quorum none\n")
    for _ in range(2):
        process.step()
        log.process(say=say_witnesses).step()  # a restart, or another process: it is no news to them
    assert said()[1:] == [("witnesses", b"quorum none\n")]
    assert Published.objects.get().size == 3


def test_a_change_of_keys_is_no_change_of_witnesses(log: Log, tmp_path: Path) -> None:
    log.with_witnesses("w")
    assert say_witnesses(log.policy(), NOW)
    assert not say_witnesses(log.configuration.witnesses(), NOW)


def test_each_policy_is_compared_with_its_own_last_version_sequenced_or_not(log: Log) -> None:
    """A start says all there is to say, and the next may come before anything of that is in the tree."""
    log.with_witnesses("w")
    witnesses = log.configuration.witnesses()
    assert say("review", b"# One", NOW)
    assert say_witnesses(witnesses, NOW)
    assert not say("review", b"# One", NOW)
    assert not say_witnesses(witnesses, NOW)
    log.process().step()
    assert not say("review", b"# One", NOW)
    assert say("review", b"# Two", NOW + timedelta(days=1))
    assert say("review", b"# One", NOW + timedelta(days=2)), "back to an older version is a change too"
    log.process().step()
    texts = [document for policy, document in said() if policy == "review"]
    assert texts == [b"# One", b"# Two", b"# One"]
    assert policies._last("review") == sha256(b"# One").hexdigest()


def test_a_row_that_never_comes_into_the_log_hides_no_change(log: Log) -> None:
    entry = PolicyChanged(at=NOW, policy="review", document=sha256(b"# One").hexdigest())
    Outbox.objects.create(type="policy.changed", entry=encode(entry), index=10**6)
    assert say("review", b"# One", NOW)

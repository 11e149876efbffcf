"""Who must have answered before a log goes on: after a start, and after somebody contradicted."""

import pytest

from bailiwick.ledger.errors import LogRefuses
from bailiwick.ledger.models import Entry, Head, Published
from bailiwick.ledger.publishing import REFRESH_SECONDS
from bailiwick.tlog.keys import SignatureType, VerifierKey
from tests.ledger.kit import Log, Process, append
from tests.ledger.snapshots import restored

ANY = ["outside any ngo university"]
TWO = ["outside 2 a b c"]
LATER = VerifierKey("pq.example", SignatureType.ML_DSA_44, bytes(1312))


def also_listed(log: Log, key: VerifierKey = LATER) -> None:
    """A witness whose signatures this version cannot verify."""
    policy = log.configuration.policy
    assert policy is not None
    policy.write_text(f"witness later {key.vkey} https://later\n" + policy.read_text())


def later(log: Log, process: Process) -> None:
    log.seconds += 600
    process.step()


# ------------------------------------------------------------ after a start


def test_two_quorums_without_a_common_witness_fork_no_log_whose_machine_was_set_back(log: Log) -> None:
    """What one of them has cosigned, the other one cannot know: so both must have answered."""
    log.with_witnesses("ngo", "university", quorum="outside", groups=ANY)
    process = log.process()
    append(3)
    process.step()
    with restored(log, everything=True):
        log.witnesses["university"].down = True
        append(2, 3)
        process.step()
        assert Published.objects.get().size == 5
    log.witnesses["university"].down, log.witnesses["ngo"].down = False, True
    again = log.process()
    append(2, 100)  # other entries than those that were lost
    again.step()
    later(log, again)
    assert Entry.objects.count() == 3
    assert not again.publisher.cleared()
    log.witnesses["ngo"].down = False
    with pytest.raises(LogRefuses):
        later(log, again)
    assert Head.objects.get().refused == "log_rewound"
    assert Entry.objects.count() == 3


def test_two_of_three_go_on_without_the_third(log: Log) -> None:
    log.with_witnesses("a", "b", "c", quorum="outside", groups=TWO)
    log.witnesses["c"].down = True
    process = log.process()
    append(2)
    process.step()
    assert Published.objects.get().size == 2
    assert process.publisher.cleared()


def test_a_witness_that_nobody_can_ask_does_not_keep_the_log_from_beginning(log: Log) -> None:
    log.with_witnesses("w")
    policy = log.configuration.policy
    assert policy is not None
    policy.write_text(f"witness later {LATER.vkey} https://later\nquorum none\n")
    process = log.process()
    append(2)
    process.step()
    assert Published.objects.get().size == 2


# ------------------------------------------------------------ after a contradiction


def contradicted(log: Log, name: str) -> Process:
    """Begun, and this witness has seen something else than the others."""
    process = log.process()
    append(2)
    process.step()
    log.witnesses[name].size, log.witnesses[name].root = 2, b"\5" * 32
    append(1, 2)
    with pytest.raises(LogRefuses):
        process.step()
    assert Head.objects.get().refused == "log_forked"
    return process


def agree(log: Log, name: str, other: str) -> None:
    """Its operator found the mistake."""
    log.witnesses[name].size, log.witnesses[name].root = log.witnesses[other].size, log.witnesses[other].root


def test_the_log_goes_on_with_the_quorum_and_whoever_contradicted_though_another_witness_is_dead(
    log: Log,
) -> None:
    log.with_witnesses("a", "b", "c", quorum="outside", groups=TWO)
    log.witnesses["c"].down = True
    process = contradicted(log, "b")
    agree(log, "b", "a")
    later(log, process)
    assert Head.objects.get().refused == ""
    assert Published.objects.get().size == 3


def test_the_log_goes_on_though_a_witness_is_listed_that_nobody_can_ask(log: Log) -> None:
    log.with_witnesses("a", "b", quorum="a")
    also_listed(log)
    process = contradicted(log, "b")
    agree(log, "b", "a")
    later(log, process)
    assert Published.objects.get().size == 3


@pytest.mark.parametrize("restarted", [False, True])
def test_the_quorum_alone_does_not_end_a_contradiction_nor_does_a_restart_while_that_witness_is_down(
    log: Log, *, restarted: bool
) -> None:
    log.with_witnesses("a", "b", "c", quorum="outside", groups=TWO)
    process = contradicted(log, "b")
    log.witnesses["b"].down = True
    process = log.process() if restarted else process
    for _ in range(3):
        with pytest.raises(LogRefuses):
            later(log, process)
    assert Head.objects.get().refused == "log_forked"
    log.witnesses["b"].down = False
    agree(log, "b", "a")
    later(log, process)
    assert Published.objects.get().size == 3


def test_a_process_that_had_asked_before_asks_again_whoever_contradicted_another_one(log: Log) -> None:
    log.with_witnesses("a", "b", "c", quorum="outside", groups=TWO)
    other = log.process()
    append(1)
    other.step()
    log.witnesses["b"].size, log.witnesses["b"].root = 1, b"\5" * 32
    with pytest.raises(LogRefuses):
        log.process().step()
    log.witnesses["b"].down = True
    for _ in range(2):
        with pytest.raises(LogRefuses):
            later(log, other)
    assert Head.objects.get().refused == "log_forked"
    log.witnesses["b"].down = False
    agree(log, "b", "a")
    later(log, other)
    assert Head.objects.get().refused == ""


def test_whoever_contradicted_and_leaves_the_policy_no_longer_stops_a_process_that_runs(log: Log) -> None:
    log.with_witnesses("a", "b", quorum="a")
    process = contradicted(log, "b")
    with pytest.raises(LogRefuses):
        later(log, process)
    seen = log.witnesses["a"].size, log.witnesses["a"].root
    log.with_witnesses("a")
    log.witnesses["a"].size, log.witnesses["a"].root = seen
    later(log, process)
    assert Published.objects.get().size == 3


# ------------------------------------------------------------ the times they sign


def test_a_cosignature_of_a_wrong_clock_gives_way_to_the_next_one(log: Log) -> None:
    """A later time is no newer signature: else one from next century would stay for ever."""
    log.with_witnesses("w")
    right = log.clock
    log.witnesses["w"].clock = lambda: right() + 3e9
    process = log.process()
    append(1)
    process.step()
    log.witnesses["w"].clock = right
    log.seconds += REFRESH_SECONDS + 1
    process.step()
    (shown,) = log.policy().check(bytes(Published.objects.get().checkpoint)).witnesses.values()
    assert shown == int(log.seconds)
    asked = len(log.witnesses["w"].shown)
    process.step()
    assert len(log.witnesses["w"].shown) == asked

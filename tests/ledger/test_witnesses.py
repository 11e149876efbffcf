"""Witnesses: asked as c2sp.org/tlog-witness says, never believed, and able to stop a log that went back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from bailiwick.ledger import queries, witnesses
from bailiwick.ledger.errors import (
    LogRefuses,
    WitnessAnswerUnusable,
    WitnessContradicts,
    WitnessError,
    WitnessRefused,
    WitnessUnreachable,
)
from bailiwick.ledger.models import Entry, Head, Published
from bailiwick.ledger.publishing import REFRESH_SECONDS
from bailiwick.ledger.witnesses import SIZE_TYPE, Answer, Behind
from bailiwick.tlog.checkpoints import Checkpoint, cosign, sign_checkpoint
from bailiwick.tlog.keys import SigningKey
from bailiwick.tlog.notes import parse_note
from bailiwick.tlog.policy import Witness
from bailiwick.tlog.proof_files import parse_log_proof
from tests.ledger.kit import ORIGIN, Log, append
from tests.ledger.snapshots import restored

LOG_KEY = SigningKey(ORIGIN, b"\1" * 32)
OURS = SigningKey("w", b"\2" * 32)
LISTED = Witness("w", OURS.cosigner, "https://w")
NOTE = sign_checkpoint(Checkpoint(ORIGIN, 3, b"\3" * 32), LOG_KEY)
OTHER = sign_checkpoint(Checkpoint(ORIGIN, 3, b"\4" * 32), LOG_KEY)
COSIGNED = cosign(NOTE, OURS, 1_800_000_000)


# ------------------------------------------------------------ one answer


def test_a_request_is_the_old_size_the_proof_and_the_checkpoint() -> None:
    body = witnesses.request(2, [b"\0" * 32], NOTE.encode())
    assert body == b"old 2\n" + b"A" * 43 + b"=\n\n" + NOTE.encode()
    assert witnesses.request(0, [], NOTE.encode()) == b"old 0\n\n" + NOTE.encode()


def test_a_cosignature_is_taken_among_others() -> None:
    other = cosign(NOTE, SigningKey("x", b"\4" * 32), 1)
    answer = Answer(200, "text/plain", (other.line + COSIGNED.line).encode())
    assert witnesses.read(answer, LISTED, NOTE.text) == COSIGNED
    assert witnesses.time_of(COSIGNED) == 1_800_000_000


def test_a_conflict_tells_the_witnesses_size() -> None:
    assert witnesses.read(Answer(409, SIZE_TYPE, b"17\n"), LISTED, NOTE.text) == Behind(17)
    assert witnesses.read(Answer(409, f"{SIZE_TYPE}; x=y", b"0"), LISTED, NOTE.text) == Behind(0)


BAD: dict[str, tuple[Answer, type[WitnessError]]] = {
    "nothing": (Answer(200, "", b""), WitnessAnswerUnusable),
    "another's cosignature": (
        Answer(200, "", cosign(NOTE, SigningKey("x", b"\4" * 32), 1).line.encode()),
        WitnessAnswerUnusable,
    ),
    "another's under this name": (
        Answer(200, "", cosign(NOTE, SigningKey("w", b"\4" * 32), 1).line.encode()),
        WitnessAnswerUnusable,
    ),
    "at no time there is": (
        Answer(200, "", cosign(NOTE, OURS, 1_800_000_000_000).line.encode()),
        WitnessAnswerUnusable,
    ),
    "of another checkpoint": (
        Answer(200, "", cosign(OTHER, OURS, 1).line.encode()),
        WitnessAnswerUnusable,
    ),
    "no text": (Answer(200, "", b"\xff"), WitnessAnswerUnusable),
    "a page": (Answer(200, "text/html", b"<html>"), WitnessAnswerUnusable),
    "a conflict without a size": (Answer(409, "text/plain", b"17\n"), WitnessAnswerUnusable),
    "a conflict with no number": (Answer(409, SIZE_TYPE, b"017\n"), WitnessAnswerUnusable),
    "a conflict with a negative one": (Answer(409, SIZE_TYPE, b"-1\n"), WitnessAnswerUnusable),
    "an unknown log": (Answer(404, "", b""), WitnessRefused),
    "a signature it does not believe": (Answer(403, "", b""), WitnessRefused),
    "a malformed request": (Answer(400, "", b""), WitnessRefused),
    "a proof it does not believe": (Answer(422, "", b""), WitnessContradicts),
    "its trouble": (Answer(500, "", b""), WitnessUnreachable),
    "a redirect": (Answer(302, "", b""), WitnessUnreachable),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "error"), BAD.values(), ids=BAD)
def test_what_is_no_cosignature_is_refused(answer: Answer, error: type[WitnessError]) -> None:
    with pytest.raises(error):
        witnesses.read(answer, LISTED, NOTE.text)


# ------------------------------------------------------------ the quorum


def sizes_shown(log: Log) -> dict[str, list[int]]:
    return {name: [each.size for each in witness.shown] for name, witness in log.witnesses.items()}


def test_p3_nothing_is_published_before_the_quorum_has_cosigned(log: Log) -> None:
    log.with_witnesses("w")
    log.witnesses["w"].down = True
    process = log.process()
    append(2)
    process.step()
    assert Entry.objects.count() == 0  # not before the witness was asked once
    log.witnesses["w"].down = False
    log.seconds += 60
    process.step()
    assert queries.sequenced_size() == 2
    proof, entry = queries.proof_file(1), queries.entry(1)
    assert proof is not None
    assert entry is not None
    witnessed = parse_log_proof(proof).verify(entry, log.policy())
    assert set(witnessed.witnesses) == {"w"}
    assert ("witness_unreachable", "w") in log.troubles


def test_a_witness_that_goes_down_holds_back_what_is_new_and_nothing_else(log: Log) -> None:
    log.with_witnesses("w")
    process = log.process()
    append(2)
    process.step()
    log.witnesses["w"].down = True
    append(3, 2)
    process.step()
    assert Entry.objects.count() == 5  # appended, signed, and not shown
    assert Published.objects.get().size == 2
    assert queries.proof_file(1) is not None
    assert queries.proof_file(2) is None
    log.witnesses["w"].down = False
    process.step()
    assert Published.objects.get().size == 2  # not asked again at once
    log.seconds += 3
    process.step()
    assert Published.objects.get().size == 5


def test_all_are_asked_and_the_quorum_is_enough(log: Log) -> None:
    log.with_witnesses("a", "b", "c", quorum="two", groups=["two 2 a b c"])
    log.witnesses["b"].down = True
    process = log.process()
    append(4)
    process.step()
    checkpoint = queries.checkpoint()
    assert checkpoint is not None
    assert set(log.policy().check(checkpoint).witnesses) == {"a", "c"}
    log.witnesses["b"].down = False
    log.seconds += 600
    process.step()
    checkpoint = queries.checkpoint()
    assert checkpoint is not None
    assert set(log.policy().check(checkpoint).witnesses) == {"a", "b", "c"}  # and the third one later
    assert sizes_shown(log)["a"].count(4) == 1  # without asking the others again


def test_one_whose_size_we_do_not_know_is_asked_again_with_a_proof(log: Log) -> None:
    log.with_witnesses("w")
    process = log.process()
    append(3)
    process.step()
    append(300, 3)
    again = log.process()  # a new process does not know where the witness stands
    again.step()
    assert Published.objects.get().size == 303
    assert log.witnesses["w"].size == 303
    assert not log.troubles


def test_a_checkpoint_is_cosigned_anew_after_half_a_day(log: Log) -> None:
    log.with_witnesses("w")
    process = log.process()
    append(1)
    process.step()
    asked = len(log.witnesses["w"].shown)
    log.seconds += REFRESH_SECONDS - 1
    process.step()
    assert len(log.witnesses["w"].shown) == asked
    log.seconds += 2
    process.step()
    assert len(log.witnesses["w"].shown) == asked + 1
    checkpoint = queries.checkpoint()
    assert checkpoint is not None
    assert log.policy().check(checkpoint).witnesses == {"w": int(log.seconds)}
    assert len(parse_note(checkpoint).signatures) == 2  # the new one in the old one's place


def test_one_process_at_a_time_asks(log: Log) -> None:
    log.with_witnesses("w")
    one, two = log.process(), log.process()
    append(1)
    one.step()
    two.step()
    asked = len(log.witnesses["w"].shown)
    append(1, 1)
    one.sequencer.step()
    Head.objects.update(asking_until=log.seconds + 5)  # a third one is at it
    assert not two.publisher.step()
    assert len(log.witnesses["w"].shown) == asked
    log.seconds += 6  # and died
    assert two.publisher.step()
    assert Published.objects.get().size == 2


def test_a_bad_cosignature_publishes_nothing(log: Log) -> None:
    log.with_witnesses("w")
    process = log.process()
    append(1)
    process.step()
    append(1, 1)
    log.post = lambda _url, _body: Answer(200, "", COSIGNED.line.encode())  # type: ignore[method-assign]  # ours
    process = log.process()
    log.seconds += 60
    before = Published.objects.values().get(id=1)
    process.step()
    assert Published.objects.values().get(id=1) == before
    assert ("witness_answer_unusable", "w") in log.troubles


# ------------------------------------------------------------ a log that went back


def test_the_witness_stops_a_log_whose_whole_machine_was_set_back(log: Log) -> None:
    """A row of the design: a backup is restored (the log rewinds). Here memory and database went back."""
    log.with_witnesses("w")
    process = log.process()
    append(3)
    process.step()
    with restored(log, everything=True):
        append(4, 3)
        process.step()
    shown = list(log.witnesses["w"].shown)
    again = log.process()
    append(2, 100)  # other entries than those that were lost
    with pytest.raises(LogRefuses):
        again.step()
    assert Entry.objects.count() == 3  # nothing was appended, or signed
    assert Head.objects.get().refused == "log_rewound"
    assert ("log_rewound", "w") in log.troubles
    assert {each.size for each in log.witnesses["w"].shown[len(shown) :]} == {3}
    with pytest.raises(LogRefuses):
        queries.checkpoint()
    assert queries.proof_file(0) is None


def test_a_contradiction_stops_every_process_and_ends_with_the_witnesss_agreement(log: Log) -> None:
    log.with_witnesses("w")
    one, two = log.process(), log.process()
    append(2)
    one.step()
    two.step()
    witness = log.witnesses["w"]
    size, root = witness.size, witness.root
    witness.size, witness.root = 2, b"\5" * 32
    append(1, 2)
    with pytest.raises(LogRefuses):
        one.step()
    assert Head.objects.get().refused == "log_forked"
    count = Entry.objects.count()
    append(1, 3)
    for process in (one, two):
        with pytest.raises(LogRefuses):
            process.sequencer.step()
    assert Entry.objects.count() == count
    witness.size, witness.root = size, root  # its operator found the mistake
    log.seconds += 600
    one.publisher.step()
    one.step()
    two.step()
    assert Published.objects.get().size == 4


def test_without_a_quorum_a_witness_that_has_seen_more_stops_the_log_too(log: Log) -> None:
    log.with_witnesses("w", quorum="none")
    process = log.process()
    append(3)
    process.step()
    log.witnesses["w"].size = 9
    append(1, 3)
    with pytest.raises(LogRefuses):
        log.process().step()
    assert Entry.objects.count() == 3


def test_without_a_quorum_a_witness_that_is_down_stops_nothing(log: Log) -> None:
    log.with_witnesses("w", quorum="none")
    log.witnesses["w"].down = True
    process = log.process()
    append(3)
    process.step()
    assert Published.objects.get().size == 3
    assert log.troubles == [("witness_unreachable", "w")]
    append(1, 3)
    log.seconds += 60
    process.step()
    assert log.troubles == [("witness_unreachable", "w")] * 2


def test_a_witness_taken_out_of_the_policy_no_longer_stops_the_log(log: Log) -> None:
    log.with_witnesses("w")
    process = log.process()
    append(3)
    process.step()
    log.witnesses["w"].size = 9
    with pytest.raises(LogRefuses):
        log.process().step()
    log.with_witnesses("v")
    append(1, 3)
    again = log.process()
    again.step()
    assert Published.objects.get().size == 4


def test_a_witness_that_is_merely_ahead_of_a_slow_process_is_no_contradiction(log: Log) -> None:
    log.with_witnesses("w")
    slow, quick = log.process(), log.process()
    append(2)
    slow.step()
    quick.step()
    append(2, 2)
    slow.sequencer.step()
    real: Callable[[Any, Any, Any], bool] = slow.publisher._ask  # type: ignore[assignment]

    def overtaken(*arguments: Any) -> bool:
        append(1, 4)
        quick.sequencer.step()
        Head.objects.update(asking_until=0)
        quick.publisher.step()
        return real(*arguments)

    slow.publisher._ask = overtaken  # type: ignore[method-assign]  # a process that is slow at this line
    slow.publisher.step()
    assert Published.objects.get().size == 5
    assert Head.objects.get().refused == ""
    with transaction.atomic():
        slow.step()

"""Whatever happens, in whatever order: one history.

Processes die at any step before or after it had its effect, lose their witness, change their keys, and
databases are set back to any earlier point. Then the log goes on, or stands still and says why; what was
shown to anybody never contradicts, and what was acknowledged stays where it was.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from bailiwick.ledger import checking, keyfile, store
from bailiwick.ledger.errors import LogKeyDiffers, LogRefuses
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.models import Head, Outbox, Published
from bailiwick.ledger.recovering import CopyUnusable, recover
from bailiwick.ledger.rotating import RotationTooEarly
from bailiwick.tlog.checkpoints import open_checkpoint
from bailiwick.tlog.hashing import leaf_hash, root_of
from tests.ledger.faults import KEY_STEPS, STEPS, Killed, Plan, mortal, rotation
from tests.ledger.kit import NOW, Log, Process, append, check_whole, new_log
from tests.ledger.snapshots import Copy, Snapshot

# The unit layer looks quickly; the same file runs longer on PostgreSQL (tests/contracts).
EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "10"))
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking takes longer than reading
pytestmark = pytest.mark.django_db

WITH_WITNESSES = {"witness", *(f"Publisher.{name}" for name in ("_claim", "_send", "_take", "_settle"))}
NO_FAULT = ("", False)
KEY_FAULTS = [(step, after) for step in KEY_STEPS for after in (False, True)]
FAULTS = [(step, after) for step in STEPS for after in (False, True)]


class World:
    """A log, two processes of it, and everything outsiders have ever been shown."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.plan = Plan()
        self.processes = [mortal(log, self.plan), mortal(log, self.plan)]
        self.history: list[bytes] = []
        self.acknowledged: dict[int, bytes] = {}
        self.published = b""
        self.looked_at: dict[str, int] = {}
        self.snapshots: list[Snapshot] = [Snapshot(log)]
        self.copy: Copy | None = None
        self.count = 0
        self.rewound = False

    # ------------------------------------------------------------ what can happen

    def do(self, act: tuple[Any, ...]) -> None:
        match act:
            case ("append", count):
                append(count, self.count)
                self.count += count
            case ("step", which):
                self._step(which)
            case ("sequence", which):
                self._run(which, lambda process: process.sequencer.step())
            case ("publish", which):
                self._run(which, lambda process: process.publisher.step())
            case ("die", which, fault):
                self.plan.step, self.plan.after = fault
                self._step(which)
                self.plan.step = ""
            case (("rotate" | "retire") as change, fault):
                self._change_keys(change, fault)
            case ("restart", which):
                self.processes[which] = mortal(self.log, self.plan)
            case ("witness", down):
                for witness in self.log.witnesses.values():
                    witness.down = down
            case ("wait", seconds):
                self.log.seconds += seconds
            case _:
                self._copies(act)
        self.look()

    def _copies(self, act: tuple[Any, ...]) -> None:
        match act:
            case ("mirror",):
                self.copy = Copy() if Published.objects.exists() else self.copy
            case ("recover",):
                self._recover()
            case ("lose and recover", which):
                for part in [("mirror",), ("restore", which, False), ("recover",)]:
                    self._copies(part)
            case ("back up",):
                self.snapshots.append(Snapshot(self.log))
            case ("restore", which, everything):
                self._restore(which, everything=everything)

    def _step(self, which: int) -> None:
        self._run(which, Process.step)

    def _run(self, which: int, work: Callable[[Process], object]) -> None:
        try:
            work(self.processes[which])
        except Killed:
            self.processes[which] = mortal(self.log, self.plan)
        except LogRefuses:
            assert self.rewound, "a log that was never set back has nothing to refuse"

    def _change_keys(self, change: str, fault: tuple[str, bool]) -> None:
        """Witnesses are told of the new key as soon as there is one, as people are asked to."""
        self.plan.step, self.plan.after = fault
        command = rotation(self.log, self.plan)
        try:
            if change == "rotate":
                new = command.rotate(NOW).verifier
                self.count += 1
                for witness in self.log.witnesses.values():
                    witness.logs.append(new)
            else:
                command.retire()
        except (Killed, RotationTooEarly):
            pass
        except LogRefuses:
            assert self.rewound, "a log that was never set back has nothing to refuse"
        self.plan.step = ""

    def _recover(self) -> None:
        """A copy that is too old, or of a key that went with the machine, changes nothing."""
        with suppress(CopyUnusable, LogKeyDiffers):
            if self.copy is not None:
                recover(self.log.configuration, self.copy.fetch, self.copy.checkpoint, lambda _lost: None)

    def _restore(self, which: int, *, everything: bool) -> None:
        """The file outside the database is only lost where an outside witness remembers as well: without
        either, nobody could know. A machine that is set back as a whole starts anew."""
        everything = everything and bool(self.log.witnesses)
        self.rewound = True
        self.snapshots[which % len(self.snapshots)].restore(everything=everything)
        if everything:
            self.processes = [mortal(self.log, self.plan), mortal(self.log, self.plan)]

    # ------------------------------------------------------------ what must hold

    def look(self) -> None:
        """Everything shown since the last look continues, or is part of, what was shown before."""
        for size, root in self._shown():
            leaves = store.leaves(0, size)
            assert root_of(leaves) == root, "a checkpoint was shown of what is not stored"
            assert leaves[: len(self.history)] == self.history[:size], "two histories were shown"
            self.history += leaves[len(self.history) :]
        stored = store.leaves(0, Head.objects.get().size)
        for index, entry in self.acknowledged.items():
            assert stored[index : index + 1] in ([], [entry]), "an acknowledged entry moved"

    def _shown(self) -> Iterator[tuple[int, bytes]]:
        row = Published.objects.filter(id=1).first()
        if row is not None and bytes(row.checkpoint) != self.published:
            self.published = bytes(row.checkpoint)
            checkpoint, _ = open_checkpoint(self.published, self.log.keys())
            yield checkpoint.size, checkpoint.root
            rows = Outbox.objects.filter(index__lt=row.size)
            for index, entry in rows.values_list("index", "entry"):
                assert index is not None
                self.acknowledged.setdefault(index, leaf_hash(bytes(entry)))
        for name, witness in self.log.witnesses.items():
            new = witness.shown[self.looked_at.get(name, 0) :]
            self.looked_at[name] = len(witness.shown)
            yield from ((each.size, each.root) for each in new)

    def settle(self) -> None:
        """Everybody up, time enough: all is published, or the log says why not."""
        self.plan.step = ""
        for witness in self.log.witnesses.values():
            witness.down = False
        process, refused = mortal(self.log, self.plan), ""
        for _ in range(3):
            self.log.seconds += 1000
            try:
                process.step()
            except LogRefuses as error:
                refused = error.code
            self.look()
        head = Head.objects.get()
        if refused:
            assert self.rewound
            remembered = Memory(self.log.configuration.memory).highest()
            lost = remembered is not None and store.leaves(0, remembered.size)[remembered.size - 1 :] == []
            assert lost or head.refused, refused
            return
        row = Published.objects.filter(id=1).first()
        assert (row.size if row else 0) == head.size == len(self.history)
        assert not Outbox.objects.filter(index__isnull=True).exists()
        if not self.rewound:
            assert head.size == self.count
        check_whole(head.size, bytes(head.root))
        assert list(checking.check_stored())[-1:] in ([], [head.size])


@contextmanager
def world(*witnesses: str) -> Iterator[World]:
    """In a database that is as it was afterwards."""
    with TemporaryDirectory() as folder, transaction.atomic():
        log = new_log(Path(folder))
        log.begin()
        if witnesses:
            log.with_witnesses(*witnesses)
        yield World(log)
        transaction.set_rollback(True)


WHICH = st.integers(0, 1)
ACTS = st.one_of(
    st.tuples(st.just("append"), st.sampled_from([1, 1, 2, 3, 255, 256, 300])),
    st.tuples(st.just("step"), WHICH),
    st.tuples(st.sampled_from(["sequence", "publish"]), WHICH),
    st.tuples(st.just("die"), WHICH, st.sampled_from(FAULTS)),
    st.tuples(st.just("restart"), WHICH),
    st.tuples(st.just("witness"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1.0, 40.0, 50_000.0])),
    st.tuples(st.sampled_from(["rotate", "retire"]), st.sampled_from([NO_FAULT, NO_FAULT, *KEY_FAULTS])),
)
RESTORES = st.one_of(
    ACTS,
    ACTS,
    st.tuples(st.just("back up")),
    st.tuples(st.just("mirror")),
    st.tuples(st.just("restore"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("recover")),
    st.tuples(st.just("lose and recover"), st.integers(0, 5)),
)
WITNESSES = st.sampled_from([(), ("w",)])


@given(WITNESSES, st.lists(ACTS, max_size=25))
@settings(max_examples=EXAMPLES, phases=PHASES)
def test_any_order_of_appends_deaths_and_outages_gives_one_history(
    witnesses: tuple[str, ...], acts: list[tuple[Any, ...]]
) -> None:
    with world(*witnesses) as found:
        for act in acts:
            found.do(act)
        found.settle()


SET_BACK = [("append", 2), ("step", 0), ("restore", 0, True), ("append", 1)]
BROUGHT_BACK = [
    ("append", 2), ("step", 0), ("back up",), ("rotate", NO_FAULT), ("step", 0), ("retire", NO_FAULT),
    ("append", 1), ("step", 0), ("mirror",), ("restore", 1, False), ("append", 1), ("step", 1), ("recover",),
    ("step", 0), ("rotate", NO_FAULT), ("step", 1),
]  # fmt: skip


@example(("w",), BROUGHT_BACK)
@example((), BROUGHT_BACK)
@example(("w",), [*SET_BACK, ("sequence", 0), ("publish", 0), ("step", 1)])
@example(("w",), [*SET_BACK, ("publish", 0), ("sequence", 1), ("publish", 1)])
@example((), [*SET_BACK, ("sequence", 0), ("publish", 0), ("step", 1)])
@given(WITNESSES, st.lists(RESTORES, min_size=4, max_size=25))
@settings(max_examples=EXAMPLES, phases=PHASES)
def test_a_database_set_back_to_any_earlier_point_never_forks_the_log(
    witnesses: tuple[str, ...], acts: list[tuple[Any, ...]]
) -> None:
    with world(*witnesses) as found:
        for act in acts:
            found.do(act)
        found.settle()


@pytest.mark.parametrize("witnesses", [(), ("w",)], ids=["alone", "witnessed"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}-{'after' if fault[1] else 'before'}")
def test_a_process_killed_at_this_step_leaves_what_the_next_one_finishes(
    fault: tuple[str, bool], witnesses: tuple[str, ...]
) -> None:
    with world(*witnesses) as found:
        found.do(("append", 255))
        found.do(("step", 0))
        found.do(("append", 3))
        found.do(("die", 0, fault))
        found.do(("step", 1))
        found.settle()
        assert found.plan.died or (not witnesses and fault[0] in WITH_WITNESSES)


@pytest.mark.parametrize("witnesses", [(), ("w",)], ids=["alone", "witnessed"])
@pytest.mark.parametrize("change", ["rotate", "retire"])
@pytest.mark.parametrize(
    "fault", KEY_FAULTS, ids=lambda fault: f"{fault[0]}-{'after' if fault[1] else 'before'}"
)
def test_a_change_of_keys_killed_at_this_step_leaves_a_log_that_goes_on_and_the_next_finishes(
    fault: tuple[str, bool], change: str, witnesses: tuple[str, ...]
) -> None:
    with world(*witnesses) as found:
        for act in [("append", 2), ("step", 0)]:
            found.do(act)
        if change == "retire":
            found.do(("rotate", NO_FAULT))
            found.do(("step", 0))
        found.do((change, fault))
        assert found.plan.died == [fault[0]]
        for act in [("append", 1), ("step", 1), (change, NO_FAULT), ("step", 0)]:
            found.do(act)
        assert len(keyfile.read(found.log.configuration.key_file)) == (2 if change == "rotate" else 1)
        assert len(found.log.keys()) == (2 if change == "rotate" else 1)
        found.settle()


def test_whoever_looks_would_see_another_history_of_the_same_length() -> None:
    """Without a witness nobody can know that a whole machine was set back: then there is one to see."""
    with world() as found:
        found.do(("append", 2))
        found.do(("step", 0))
        found.snapshots[0].restore(everything=True)
        found.do(("restart", 0))
        found.do(("append", 2))
        with pytest.raises(AssertionError, match="two histories were shown"):
            found.do(("step", 0))


def test_failure_direction_a_backup_is_restored_and_the_log_refuses_to_append() -> None:
    """A row of "which way each thing fails": the log rewinds."""
    with world() as found:
        found.do(("append", 3))
        found.do(("step", 0))
        found.do(("back up",))
        found.do(("append", 2))
        found.do(("step", 0))
        found.do(("restore", 1, False))
        found.do(("append", 2))
        with pytest.raises(LogRefuses) as caught:
            found.processes[0].step()
        assert caught.value.code == "log_rewound"
        assert Head.objects.get().size == 3

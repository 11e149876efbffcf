"""Processes that can be made to die at any named step, before it had its effect or after."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from bailiwick.ledger.errors import WitnessUnreachable
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.publishing import Publisher
from bailiwick.ledger.rotating import Rotation
from bailiwick.ledger.sequencer import Sequencer
from tests.ledger.kit import Log, Process

SEQUENCING: Final = ("_check", "_append", "_sign", "_move", "_write", "_number", "_remember")
REMEMBERING: Final = ("_write",)
ROTATING: Final = ("_replace", "_sign_again")
PUBLISHING: Final = ("_claim", "_send", "_take", "_cosigned", "_show", "_settle")
STEPS: Final = (
    *(f"Sequencer.{name}" for name in SEQUENCING),
    *(f"Memory.{name}" for name in REMEMBERING),
    *(f"Publisher.{name}" for name in PUBLISHING),
    "witness",
)
KEY_STEPS: Final = tuple(f"Rotation.{name}" for name in ROTATING)


class Killed(BaseException):
    """The process is gone at this line. Not an Exception: nothing in it gets to run any more."""


@dataclass
class Plan:
    """Where the next process dies: the step's name and whether before it or after it; and where one did."""

    step: str = ""
    after: bool = False
    died: list[str] = field(default_factory=list)

    def pass_by(self, step: str, *, after: bool) -> None:
        if (step, after) == (self.step, self.after):
            self.step = ""
            self.died.append(step)
            raise Killed


def faulty(kind: type[Any], names: tuple[str, ...], plan: Plan) -> type[Any]:
    """A kind whose methods of these names can be where it dies."""

    def wrapped(name: str) -> Callable[..., Any]:
        original = getattr(kind, name)

        def method(self: Any, *arguments: Any, **named: Any) -> Any:
            plan.pass_by(f"{kind.__name__}.{name}", after=False)
            found = original(self, *arguments, **named)
            plan.pass_by(f"{kind.__name__}.{name}", after=True)
            return found

        return method

    return type(kind.__name__, (kind,), {name: wrapped(name) for name in names})


def mortal(log: Log, plan: Plan) -> Process:
    """A process that dies where the plan says. A connection to a witness breaks instead, as one does."""

    def break_off(before: bool) -> None:
        if (plan.step, plan.after) == ("witness", not before):
            plan.step = ""
            plan.died.append("witness")
            raise WitnessUnreachable("the connection broke")

    for witness in log.witnesses.values():
        witness.fault = break_off
    memory = faulty(Memory, REMEMBERING, plan)(log.configuration.memory)
    publisher = faulty(Publisher, PUBLISHING, plan)(
        log.configuration, memory, post=log.post, clock=log.clock, trouble=log.trouble
    )
    sequencer = faulty(Sequencer, SEQUENCING, plan)(log.configuration, memory, publisher.cleared)
    return Process(sequencer, publisher)


def rotation(log: Log, plan: Plan) -> Rotation:
    """A command that changes keys, and dies where the plan says."""
    made: Rotation = faulty(Rotation, ROTATING, plan)(log.configuration)
    return made

"""Prometheus metrics. No label tells of a place, a person or a meeting; nor that a restriction took effect,
which an exact count with its time would do beside the register: that is told in bands, half-yearly (P9)."""

import os
from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Metric, generate_latest
from prometheus_client.registry import Collector

REGISTRY: Final = CollectorRegistry()
JOINS: Final = Counter(
    "bailiwick_joins", "Answers at the door, by outcome or problem code", ("outcome",), registry=REGISTRY
)
ENDINGS: Final = Counter("bailiwick_endings", "Connections ended, by reason", ("reason",), registry=REGISTRY)
ERRORS: Final = Counter(
    "bailiwick_client_errors", "Errors answered to clients, by code", ("code",), registry=REGISTRY
)
SOCKETS: Final = Gauge("bailiwick_sockets", "Open WebSockets of this process", registry=REGISTRY)
PRESENCES: Final = Gauge("bailiwick_presences", "Presences inside held by this process", registry=REGISTRY)
WAITING: Final = Gauge("bailiwick_waiting", "Presences waiting held by this process", registry=REGISTRY)
MEETINGS: Final = Gauge("bailiwick_meetings", "Meetings with presences here", registry=REGISTRY)
LOCATION: Final = Gauge("bailiwick_location_table_ok", "1 while people can be located", registry=REGISTRY)


_KEPT_OUT: Final = frozenset({"withheld", "refused_by_rule", "blocked"})


def counted(code: str) -> str:
    """The label for an outcome: whatever keeps somebody out for good is one."""
    return "kept_out" if code in _KEPT_OUT else code


class _OfThisProcess(Collector):
    """All figures, each under the process it is of: several share one port, and whoever asks gets the answer
    of one of them, of another one each time. Without the moments at which counts began: that somebody was
    kept out for the first time has no time here."""

    def collect(self) -> Iterator[Metric]:
        process = str(os.getpid())
        for family in REGISTRY.collect():
            found = Metric(family.name, family.documentation, family.type, family.unit)
            for each in family.samples:
                if not each.name.endswith("_created"):
                    found.add_sample(each.name, {**each.labels, "process": process}, each.value)
            yield found


_SHOWN: Final = CollectorRegistry()
_SHOWN.register(_OfThisProcess())


def text(figures: dict[str, int], *, location_ok: bool) -> bytes:
    """The exposition of everything, with the gate's figures as of now."""
    PRESENCES.set(figures["presences"])
    WAITING.set(figures["waiting"])
    MEETINGS.set(figures["meetings"])
    LOCATION.set(1 if location_ok else 0)
    return generate_latest(_SHOWN)

"""What the eject benchmark reads from a swarm's report."""

import math
from collections.abc import Mapping

from bailiwick.swarm import ParticipantReport, Report, StreamReport, WindowReport
from benchmarks.silence import silence


def stream(sender: str, last: float | None, **windows: WindowReport) -> StreamReport:
    return StreamReport(sender, sender, "0", 100, 0, 25.0, 1.0, last, windows)


def person(name: str, *streams: StreamReport) -> ParticipantReport:
    errors: Mapping[str, int] = {}
    return ParticipantReport(
        name,
        "HK",
        "sound",
        name,
        "inside",
        None,
        None,
        0.0,
        0.0,
        None,
        0,
        None,
        True,
        1,
        0,
        0,
        errors,
        streams,
    )


def report(*people: ParticipantReport) -> Report:
    return Report("http://localhost/m/a", "", 10.0, people)


QUIET = WindowReport(200, 0, 25.0)


def test_the_last_packet_counts_whether_the_ejected_received_or_sent_it() -> None:
    heard_by_them = report(person("gone", stream("stays", 5.030)), person("stays", stream("gone", 5.010)))
    heard_by_others = report(person("gone", stream("stays", 5.010)), person("stays", stream("gone", 5.040)))
    assert round(silence(heard_by_them, {"gone"}, 5.0).last_ms) == 30
    assert round(silence(heard_by_others, {"gone"}, 5.0).last_ms) == 40


def test_streams_between_those_who_stay_do_not_count_as_the_last_packet() -> None:
    made = report(person("a", stream("b", 9.0), stream("gone", 5.01)), person("gone"))
    assert round(silence(made, {"gone"}, 5.0).last_ms) == 10


def test_losses_and_pauses_are_those_between_who_stays() -> None:
    made = report(
        person("a", stream("b", 9.0, quiet=QUIET, eject=WindowReport(200, 2, 31.0))),
        person("b", stream("gone", 5.0, quiet=QUIET, eject=WindowReport(50, 7, 900.0))),
        person("gone", stream("a", 5.0, quiet=QUIET, eject=WindowReport(50, 9, 900.0))),
    )
    found = silence(made, {"gone"}, 5.0)
    assert (found.lost, found.quiet_gap_ms, found.eject_gap_ms, found.stall_ms) == (2, 25.0, 31.0, 6.0)


def test_a_stream_begun_in_mid_window_says_nothing_about_pauses() -> None:
    made = report(person("a", stream("b", 9.0, eject=WindowReport(50, 0, 600.0))), person("gone"))
    assert math.isnan(silence(made, {"gone"}, 5.0).eject_gap_ms)

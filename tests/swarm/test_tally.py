"""Counting packets by sequence number, and the pauses between them."""

from bailiwick.swarm.tally import Tally


def fed(*packets: tuple[int, float]) -> Tally:
    tally = Tally()
    for sequence, at in packets:
        tally.packet(sequence, at)
    return tally


def test_nothing_received_is_nothing_lost() -> None:
    tally = Tally()
    assert (tally.received, tally.lost, tally.largest_gap) == (0, 0, 0.0)


def test_packets_in_order_are_received_and_none_is_lost() -> None:
    tally = fed((7, 1.0), (8, 1.02), (9, 1.04))
    assert (tally.received, tally.lost) == (3, 0)


def test_a_missing_number_is_a_lost_packet() -> None:
    assert fed((7, 1.0), (10, 1.02)).lost == 2


def test_numbers_wrap_around_without_loss() -> None:
    assert fed((65534, 1.0), (65535, 1.02), (0, 1.04), (1, 1.06)).lost == 0


def test_a_late_packet_is_not_lost() -> None:
    assert fed((7, 1.0), (9, 1.02), (8, 1.03)).lost == 0


def test_a_repeated_packet_does_not_make_up_for_a_lost_one() -> None:
    tally = fed((7, 1.0), (9, 1.02), (9, 1.03))
    assert (tally.received, tally.lost) == (2, 1)


def test_the_largest_gap_is_the_longest_pause_between_two_packets() -> None:
    assert round(fed((1, 1.0), (2, 1.02), (3, 1.10), (4, 1.12)).largest_gap, 3) == 0.08


def test_a_window_counts_only_what_came_since_the_last_cut() -> None:
    tally = fed((1, 1.0), (3, 1.1))
    tally.cut(1.1)
    tally.packet(4, 1.12)
    tally.packet(6, 1.14)
    window = tally.cut(1.15)
    assert (window.received, window.lost, round(window.gap, 3)) == (2, 1, 0.02)


def test_a_pause_that_still_runs_counts_in_its_window() -> None:
    tally = fed((1, 1.0), (2, 1.02))
    assert round(tally.cut(1.52).gap, 3) == 0.5


def test_the_largest_gap_outlives_the_cut() -> None:
    tally = fed((1, 1.0), (2, 1.3))
    tally.cut(1.3)
    tally.packet(3, 1.32)
    assert round(tally.largest_gap, 3) == 0.3

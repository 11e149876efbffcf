"""P6 and P7: restrictions and blocks end by the clock alone, at their instant, and `valid_until` names it."""

from dataclasses import replace

from bailiwick.rules.decision import Admitted, Decision, MeetingTerms, Refused, Standing, Withheld, decide

from .cases import DAY, INSTANT, NOW, NOWHERE, at, block, denying, meeting, mostly_at, restriction

HERE = at("CN")
INSIDE, OUTSIDE = Standing(inside=True), Standing()


def test_p6_a_restriction_ends_by_the_clock_and_no_job_needs_to_run() -> None:
    terms = meeting(restrictions=[restriction("CN", begins=NOW, lasts=30 * DAY)])
    for standing in (INSIDE, OUTSIDE):
        assert isinstance(decide(terms, standing, HERE, NOW - INSTANT), Admitted)
        assert isinstance(decide(terms, standing, HERE, NOW), Withheld)
        assert isinstance(decide(terms, standing, HERE, NOW + 30 * DAY - INSTANT), Withheld)
        assert isinstance(decide(terms, standing, HERE, NOW + 30 * DAY), Admitted)


def test_p6_one_restriction_that_follows_another_leaves_no_gap_and_no_overlap() -> None:
    first, second = restriction("CN", id="first", lasts=DAY), restriction("CN", id="second", begins=NOW + DAY)
    terms = meeting(restrictions=[first, second])
    before = decide(terms, OUTSIDE, HERE, NOW + DAY - INSTANT)
    after = decide(terms, OUTSIDE, HERE, NOW + DAY)
    assert before == Withheld(HERE, NOW + DAY, (first.id,))
    assert after == Withheld(HERE, NOW + 31 * DAY, (second.id,))


def test_p7_a_lifted_restriction_is_gone_the_same_second() -> None:
    terms = meeting(restrictions=[restriction("CN")])
    lifted = replace(terms, revision=2, restrictions=())
    assert isinstance(decide(terms, OUTSIDE, HERE, NOW), Withheld)
    assert decide(lifted, OUTSIDE, HERE, NOW) == Admitted(HERE, None)


def test_p7_an_appeal_won_is_effective_the_same_second() -> None:
    terms = meeting(restrictions=[restriction("CN")])
    won = Standing(exemptions=frozenset({terms.restrictions[0].id}))
    assert isinstance(decide(terms, OUTSIDE, HERE, NOW), Withheld)
    assert decide(terms, won, HERE, NOW) == Admitted(HERE, None)


def test_p7_a_rule_that_was_changed_is_forgotten_the_same_second() -> None:
    terms = meeting(denying("CN"))
    assert isinstance(decide(terms, OUTSIDE, HERE, NOW), Refused)
    assert isinstance(decide(replace(terms, revision=2, rule=None), OUTSIDE, HERE, NOW), Admitted)


def test_p7_a_block_that_ran_out_is_gone_the_same_second() -> None:
    blocked = Standing(blocks=(block(NOW + DAY),))
    held = decide(meeting(), blocked, HERE, NOW)
    assert isinstance(held, Refused)
    assert held.valid_until == NOW + DAY
    assert isinstance(decide(meeting(), blocked, HERE, NOW + DAY - INSTANT), Refused)
    assert decide(meeting(), blocked, HERE, NOW + DAY) == Admitted(HERE, None)


def test_a_decision_no_clock_can_change_stands_until_somebody_acts() -> None:
    restrictions = [restriction("RU"), restriction("CN", id="over", begins=NOW - DAY, lasts=DAY)]
    for terms in (
        meeting(),
        meeting(denying("CN")),
        meeting(locked=True),
        meeting(restrictions=restrictions),
    ):
        assert decide(terms, OUTSIDE, HERE, NOW).valid_until is None


def test_an_admission_stands_until_the_first_restriction_on_this_place_begins() -> None:
    later = restriction("CN", id="later", begins=NOW + 2 * DAY)
    sooner = restriction("CN", id="sooner", begins=NOW + DAY)
    terms = meeting(restrictions=[later, sooner, restriction("RU", id="elsewhere", begins=NOW + INSTANT)])
    assert decide(terms, INSIDE, HERE, NOW) == Admitted(HERE, NOW + DAY)
    assert decide(terms, INSIDE, at("HK"), NOW).valid_until is None


def test_every_outcome_after_the_restrictions_waits_for_their_next_edge() -> None:
    coming = [restriction("CN", begins=NOW + DAY)]
    for terms in (
        meeting(denying("CN"), restrictions=coming),
        meeting(None, denying("CN"), coming),
        meeting(restrictions=coming, locked=True),
        meeting(restrictions=coming, full=True),
        meeting(restrictions=coming, waiting_room=True),
    ):
        decision = decide(terms, OUTSIDE, HERE, NOW)
        assert not isinstance(decision, Admitted | Withheld)
        assert decision.valid_until == NOW + DAY


def test_a_withholding_stands_until_another_begins_or_it_ends() -> None:
    until_end = [restriction("CN", lasts=DAY), restriction("CN", id="r2", begins=NOW + 2 * DAY)]
    until_next = [restriction("CN", lasts=3 * DAY), restriction("CN", id="r2", begins=NOW + 2 * DAY)]
    assert decide(meeting(restrictions=until_end), INSIDE, HERE, NOW).valid_until == NOW + DAY
    assert decide(meeting(restrictions=until_next), INSIDE, HERE, NOW).valid_until == NOW + 2 * DAY


def test_restrictions_that_cannot_apply_to_this_person_set_no_clock() -> None:
    coming = restriction("CN", begins=NOW + DAY)
    unproven = restriction("CN", begins=NOW + DAY, proven=False)
    freed = Standing(exemptions=frozenset({coming.id}))
    assert decide(meeting(restrictions=[coming]), freed, HERE, NOW).valid_until is None
    assert decide(meeting(restrictions=[unproven]), OUTSIDE, HERE, NOW).valid_until is None
    for where in (NOWHERE, mostly_at("CN")):
        assert decide(meeting(restrictions=[coming]), OUTSIDE, where, NOW).valid_until is None


def test_following_valid_until_from_edge_to_edge_tells_the_whole_story() -> None:
    terms = meeting(
        restrictions=[
            restriction("CN", id="a", begins=NOW + DAY, lasts=DAY),
            restriction("CN", id="b", begins=NOW + 3 * DAY, lasts=2 * DAY),
            restriction("CN", id="c", begins=NOW + 4 * DAY, lasts=4 * DAY),
        ]
    )
    story = [
        (0, ()),
        (1, ("a",)),
        (2, ()),
        (3, ("b",)),
        (4, ("b", "c")),
        (5, ("c",)),
        (8, ()),
    ]
    assert [(day, _ids(decision)) for day, decision in _edges(terms)] == story


def _edges(terms: MeetingTerms) -> list[tuple[int, Decision]]:
    found, now = [], NOW
    while True:
        decision = decide(terms, INSIDE, HERE, now)
        found.append(((now - NOW).days, decision))
        if decision.valid_until is None:
            return found
        now = decision.valid_until


def _ids(decision: Decision) -> tuple[str, ...]:
    return decision.restrictions if isinstance(decision, Withheld) else ()

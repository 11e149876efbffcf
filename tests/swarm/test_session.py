"""The swarm's side of the protocol: what it does about each message and each close."""

from typing import Any

import pytest

from bailiwick.swarm.session import (
    Again,
    AnswerOffer,
    DropMedia,
    Mute,
    Out,
    Publish,
    Retry,
    Send,
    Session,
    Stage,
    TakeAnswer,
)

ME = "5" * 32


def person(letter: str, *mids: str) -> dict[str, Any]:
    streams = [{"mid": mid, "kind": "microphone"} for mid in mids]
    return {"id": letter * 32, "name": letter, "streams": streams}


def welcome(*participants: dict[str, Any], you: str = ME) -> dict[str, Any]:
    return {
        "type": "welcome",
        "you": you,
        "resume": "token-of-the-session",
        "heartbeat_seconds": 10,
        "participants": list(participants),
    }


def roster(*changed: dict[str, Any], gone: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"type": "roster", "changed": list(changed), "gone": [letter * 32 for letter in gone]}


def session(subscribe: int | None = None, *, microphone: bool = True) -> Session:
    made = Session(microphone=microphone, camera=False, subscribe=subscribe)
    made.grant = "grant"
    return made


def inside(*others: dict[str, Any], subscribe: int | None = None) -> Session:
    made = session(subscribe)
    made.opened()
    made.received(welcome(*others))
    return made


def subscribed(actions: Any) -> list[str] | None:
    """The first letters of those subscribed to; None if nothing was asked."""
    for action in actions:
        if isinstance(action, Send) and action.message["type"] == "subscribe":
            return [stream["participant"][0] for stream in action.message["streams"]]
    return None


def test_it_uses_the_grant_once_and_resumes_with_the_token_afterwards() -> None:
    made = session()
    assert made.opened() == Send({"type": "hello", "grant": "grant"})
    made.received(welcome())
    assert made.opened() == Send({"type": "resume", "token": "token-of-the-session"})
    assert made.grant is None


def test_welcome_makes_it_publish_subscribe_and_tell_its_state() -> None:
    made = session()
    actions = made.received(welcome(person("1", "0")))
    assert isinstance(actions[0], DropMedia)
    assert isinstance(actions[1], Publish)
    assert subscribed(actions) == ["1"]
    assert actions[-1] == Send({"type": "set_state", "microphone": True, "camera": False})
    assert made.stage is Stage.INSIDE


def test_who_sends_nothing_does_not_publish() -> None:
    actions = session(microphone=False).received(welcome())
    assert not any(isinstance(action, Publish) for action in actions)


def test_the_waiting_room_gives_a_token_and_nothing_else() -> None:
    made = session()
    waiting = {"type": "waiting", "cause": "waiting_room", "title": "t", "resume": "waiting-token-123"}
    assert made.received(waiting) == ()
    assert (made.stage, made.token) == (Stage.WAITING, "waiting-token-123")


def test_a_roster_change_that_changes_nothing_wanted_is_not_told() -> None:
    made = inside(person("1", "0"))
    assert subscribed(made.received(roster(person("1", "0")))) is None


def test_somebody_who_goes_is_not_wanted_any_more() -> None:
    made = inside(person("1", "0"), person("2", "0"))
    assert subscribed(made.received(roster(gone=("1",)))) == ["2"]


def test_it_never_subscribes_to_itself_or_to_who_sends_nothing() -> None:
    me = {**person("5", "0"), "id": ME}
    assert subscribed(session().received(welcome(me, person("1"), person("2", "0")))) == ["2"]


def test_of_many_it_takes_as_many_as_asked_from_its_own_place_on() -> None:
    others = [person(letter, "0") for letter in "12789"]
    assert subscribed(session(subscribe=2).received(welcome(*others))) == ["7", "8"]


def test_whom_it_chose_stay_chosen_when_others_come() -> None:
    made = inside(person("1", "0"), person("9", "0"), subscribe=2)
    assert subscribed(made.received(roster(person("7", "0")))) is None
    assert subscribed(made.received(roster(gone=("9",)))) == ["1", "7"]


def test_an_offer_is_answered_with_its_revision_and_its_streams() -> None:
    offered = [{"mid": "0", "participant": "1" * 32, "source_mid": "3"}]
    made = inside()
    (action,) = made.received(
        {"type": "offer", "revision": 4, "sdp": "v=0", "streams": offered, "fresh": True}
    )
    assert isinstance(action, AnswerOffer)
    assert (action.revision, action.fresh, action.streams) == (4, True, {"0": ("1" * 32, "3")})


def test_the_answer_to_its_own_offer_is_taken() -> None:
    assert inside().received({"type": "published", "id": 1, "sdp": "v=0"}) == (TakeAnswer("v=0"),)


def test_a_media_reset_drops_everything_and_begins_anew() -> None:
    made = inside(person("1", "0"))
    actions = made.received({"type": "media_reset"})
    assert [type(action) for action in actions] == [DropMedia, Publish, Send]
    assert made.resets == 1


def test_a_mute_is_obeyed() -> None:
    assert inside().received({"type": "muted"}) == (Mute(),)


def test_being_removed_says_why_and_is_final() -> None:
    made = inside()
    problem = {"code": "refused_by_rule", "setter": "host", "status": 403}
    assert made.received({"type": "removed", "problem": problem}) == (
        Out("removed", "refused_by_rule", "host"),
    )
    assert isinstance(made.closed(4403), Out)


def test_the_end_of_the_meeting_is_final() -> None:
    assert inside().received({"type": "ended", "code": "ended_by_host"}) == (Out("ended_by_host"),)


@pytest.mark.parametrize("code", [1001, 1006, 1012, 4429, 4503])
def test_a_broken_connection_is_resumed(code: int) -> None:
    made = inside()
    assert made.closed(code) == Retry(0.5)
    assert (made.stage, made.token) == (Stage.INSIDE, "token-of-the-session")


def test_it_waits_longer_each_time_up_to_ten_seconds() -> None:
    made = inside()
    delays = [step.delay for step in (made.closed(1006) for _ in range(7)) if isinstance(step, Retry)]
    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_a_resumed_presence_keeps_its_media() -> None:
    made = inside(person("1", "0"))
    made.closed(1006)
    actions = made.received(welcome(person("1", "0")))
    assert subscribed(actions) == ["1"]
    assert not any(isinstance(action, (DropMedia, Publish)) for action in actions)
    assert made.resumes == 1


def test_a_token_that_is_worth_nothing_leads_back_to_the_door() -> None:
    made = inside(person("1", "0"))
    assert isinstance(made.closed(4401), Retry)
    assert (made.stage, made.token) == (Stage.DOOR, None)
    actions = made.received(welcome(person("1", "0"), you="6" * 32))
    assert [type(action) for action in actions][:2] == [DropMedia, Publish]


def test_another_connection_taking_over_is_final() -> None:
    assert inside().closed(4409) == Out("superseded")


def test_a_failed_publish_is_made_again() -> None:
    made = session()
    publish = next(action for action in made.received(welcome()) if isinstance(action, Publish))
    failed = {"type": "error", "code": "unavailable", "detail": "", "id": publish.id}
    assert made.received(failed) == (Again(1.0),)
    assert isinstance(made.again()[0], Publish)
    assert made.errors == {"unavailable": 1}


def test_a_failed_subscription_is_declared_again() -> None:
    made = inside(person("1", "0"))
    made.received({"type": "error", "code": "bad_revision", "detail": "", "id": 9})
    assert subscribed(made.again()) == ["1"]


def test_a_receiving_connection_that_fails_asks_for_a_fresh_one() -> None:
    made = inside(person("1", "0"))
    made.receiving_failed()
    (send,) = made.again()
    assert isinstance(send, Send)
    assert send.message["fresh"] is True


def test_a_message_of_a_later_version_is_passed_over() -> None:
    assert inside().received({"type": "something_new"}) == ()


def test_a_meeting_that_filled_up_on_the_way_in_is_asked_for_again_at_the_door() -> None:
    made = session()
    made.opened()
    assert made.received({"type": "removed", "problem": {"code": "full"}}) == ()
    assert isinstance(made.closed(4403), Retry)
    assert made.stage is Stage.DOOR
    made.grant = "another"
    made.opened()
    assert isinstance(made.closed(4403), Out)

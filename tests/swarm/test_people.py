"""Who is in a swarm, and who sends what."""

from bailiwick.swarm import Person, Sends, assign, interleave


def people(origin: str, count: int) -> list[Person]:
    return [Person(f"{origin} {n}", origin, origin, {"X-Forwarded-For": "192.0.2.77"}) for n in range(count)]


def test_the_first_few_come_from_as_many_places_as_there_are() -> None:
    mixed = interleave([people("HK", 3), people("CN", 1), people("DE", 2)])
    assert [person.origin for person in mixed] == ["HK", "CN", "DE", "HK", "DE", "HK"]
    assert [person.index for person in mixed] == list(range(6))


def test_video_goes_first_then_sound_then_nothing() -> None:
    sending = [person.sends for person in assign(people("HK", 4), video=1, sound=2)]
    assert sending == [Sends.VIDEO, Sends.SOUND, Sends.SOUND, Sends.NOTHING]


def test_all_the_rest_send_sound_unless_asked_otherwise() -> None:
    sending = [person.sends for person in assign(people("HK", 3), video=1, sound=None)]
    assert sending == [Sends.VIDEO, Sends.SOUND, Sends.SOUND]


def test_p9_a_person_does_not_print_their_address() -> None:
    (person,) = people("HK", 1)
    assert "192.0.2.77" not in repr(person)
    assert "192.0.2.77" not in str([person])

"""People for benchmarks: located by the small table that the benchmarked server has."""

import random
import tempfile
from pathlib import Path

from bailiwick.geo.sampling import draw
from bailiwick.rules import territory
from bailiwick.swarm import Person, assign, interleave
from tests.factories.geo import small_table


def people(places: dict[str, int], *, video: int = 0, sound: int | None = None) -> list[Person]:
    """So many from each place (ISO codes that `tests.factories.geo.PLACES` has), in turns."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        table = small_table(Path(folder) / "table.bwt")
        drawn = {code: draw(table, territory.parse_code(code), count, rng) for code, count in places.items()}
    groups = [
        [
            Person(
                f"{code} {number}", code, territory.name(territory.parse_code(code)), {"X-Forwarded-For": a}
            )
            for number, a in enumerate(addresses, 1)
        ]
        for code, addresses in drawn.items()
    ]
    return assign(interleave(groups), video, sound)

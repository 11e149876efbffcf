"""Public test vectors: short ones here, long ones where the folder of shared data is."""

from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).parents[3] / "shared" / "data" / "vectors"
LEAVES: Final = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""transparency-dev/merkle, testonly/constants.go (Apache-2.0)."""

ROOTS: Final = [
    *("e3b0c442", "6e340b9c", "fac54203"),
    *("aeb6bcfe", "d37ee418", "4e3bbb1f"),
    *("76e67dad", "ddb89be4", "5dc9da79"),
]
"""The first four bytes of the roots over 0 to 8 of those leaves."""


def folder(name: str) -> Path:
    """The vectors' folder; the test is skipped where it is absent."""
    path = FOLDER / name
    if not path.is_dir():
        pytest.skip(f"the public vectors are not there: ../shared/data/vectors/{name}")
    return path

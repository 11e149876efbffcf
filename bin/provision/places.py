"""Where things are. Everything that these commands make is below one of these, and ignored by git."""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
VENV: Final = ROOT / ".venv"
PYTHON: Final = VENV / "bin" / "python"
BAILIWICK: Final = VENV / "bin" / "bailiwick"
CACHE: Final = ROOT / ".cache"
CLIENT: Final = ROOT / "client"
BUILT: Final = ROOT / "src" / "bailiwick" / "web" / "static" / "built"
REQUIREMENTS: Final = ROOT / "requirements"


def data_folder(given: str | None) -> Path:
    """The folder of all state: as given, else BAILIWICK_DATA, else var/."""
    return Path(given or os.environ.get("BAILIWICK_DATA") or ROOT / "var").expanduser().absolute()

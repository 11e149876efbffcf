"""The gate that runs in this process. Set once by `config.asgi` at start, and taken back at stop."""

from .gate import Gate

_running: list[Gate] = []


def current() -> Gate | None:
    """This process's gate; None where none runs (a management command)."""
    return _running[-1] if _running else None


def install(gate: Gate) -> None:
    """This gate runs now."""
    _running.append(gate)


def remove(gate: Gate) -> None:
    """It no longer does."""
    _running.remove(gate)

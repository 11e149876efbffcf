"""The house of the gate's tests, for the routes over it."""

from tests.gate.conftest import house

__all__ = ["house"]

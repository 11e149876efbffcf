"""The house of the gate's tests, for the routes over it."""

from tests.gate.conftest import house, registry

__all__ = ["house", "registry"]

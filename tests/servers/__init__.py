"""Real servers for tests and benchmarks, each on free loopback ports and ended by its pid.

Importable without pytest: every module has a context manager. The fixtures are in ``fixtures``.
"""

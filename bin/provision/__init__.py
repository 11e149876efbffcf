"""Behind bin/setup, serve, test, check and bench. Standard library only: it runs before
anything is installed."""

"""`bailiwick log key`."""

from argparse import Namespace

from bailiwick.monitor import keyfile, telling


def run(options: Namespace) -> int:
    """Make a key if asked to; print the public ones."""
    key = keyfile.load(options.file) if options.new is None else keyfile.make(options.file, options.new)
    log, witness = key.verifier.vkey, key.cosigner.vkey
    lines = [f"as a log:     {log}", f"as a witness: {witness}"]
    telling.write(options, {"name": key.name, "log": log, "witness": witness}, lines)
    return 0

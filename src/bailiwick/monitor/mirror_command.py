"""`bailiwick log mirror`."""

from argparse import Namespace

from bailiwick.monitor import telling
from bailiwick.monitor.errors import WrongUsage
from bailiwick.monitor.mirror import mirror
from bailiwick.monitor.progress import Progress
from bailiwick.monitor.source import open_source
from bailiwick.monitor.trust import trusted


def run(options: Namespace) -> int:
    """Bring a copy up to date; MonitorError, TlogError."""
    if not options.vkeys and options.policy is None:
        raise WrongUsage("say whom to believe: --vkey with the log's key, or --policy")
    policy = trusted(options.vkeys, options.policy)
    source = open_source(options.log)
    try:
        with Progress(quiet=options.quiet) as progress:
            done = mirror(source, options.folder, policy, progress.begin, recheck=options.recheck)
    finally:
        source.close()
    counts = {"before": done.before, "fetched": done.fetched, "reused": done.reused}
    lines = telling.head_sentences(done.seen)
    lines.append(f"Stored and verified: {done.fetched:,} files fetched, {done.reused:,} were there already.")
    telling.write(options, {"verified": True, **telling.head_facts(done.seen), **counts}, lines)
    return 0

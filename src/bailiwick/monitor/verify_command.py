"""`bailiwick log verify`."""

import json
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bailiwick.monitor import durable, telling
from bailiwick.monitor.approvals import Approvals
from bailiwick.monitor.checking import Counts, check_entry, check_whole
from bailiwick.monitor.errors import UNAPPROVED, CannotWrite, WrongUsage
from bailiwick.monitor.memory import Memory
from bailiwick.monitor.progress import Progress
from bailiwick.monitor.source import Source, open_source
from bailiwick.monitor.trust import read_file, read_head, trusted
from bailiwick.tlog.policy import Policy, Witnessed
from bailiwick.tlog.proof_files import SUFFIX, parse_log_proof
from bailiwick.tlog.reading import Take


def run(options: Namespace) -> int:
    """Verify what the options name; MonitorError, TlogError."""
    _check(options)
    policy = trusted(options.vkeys, options.policy)
    if options.proof is not None:
        _proof(options, policy)
        return 0
    source = open_source(options.log)
    try:
        return _log(options, policy, source)
    finally:
        source.close()


def _check(options: Namespace) -> None:
    """WrongUsage for what argparse cannot see."""
    if not options.vkeys and options.policy is None:
        raise WrongUsage("say whom to believe: --vkey with the log's key, or --policy")
    if (options.proof is None) != (options.entry_file is None):
        raise WrongUsage("--proof and --entry-file belong together")
    if options.log is None and options.proof is None:
        raise WrongUsage("name the log: its address, or a folder with a copy")
    if options.log is not None and options.proof is not None:
        raise WrongUsage("--proof is checked without the log: leave its address out")
    if options.save is not None and options.entry is None:
        raise WrongUsage("--save needs --entry")
    if options.entries is not None and (options.entry is not None or options.proof is not None):
        raise WrongUsage("--entries is for a whole log")


def _proof(options: Namespace, policy: Policy) -> None:
    """A proof and an entry, offline."""
    proof = parse_log_proof(read_file(options.proof, "the proof"))
    entry = read_file(options.entry_file, "the entry")
    seen = proof.verify(entry, policy)
    facts = {"verified": True, **telling.head_facts(seen), "index": proof.index}
    lines = [*telling.head_sentences(seen), f"Verified: this is entry {proof.index:,} of the log."]
    telling.write(options, facts, lines)


def _log(options: Namespace, policy: Policy, source: Source) -> int:
    """The checkpoint, then the past (a contradiction there is the loudest finding), then what is in it."""
    troubles = list[str]()
    memory = None if options.remember is None else Memory(options.remember, policy)
    known = None if memory is None else memory.recall()
    seen = read_head(source, policy)
    facts: dict[str, Any] = {"verified": True, **telling.head_facts(seen)}
    lines = telling.head_sentences(seen)
    if memory is not None:
        before = memory.compare(known, seen, source.fetch)
        facts["remembered"] = before
        lines.append(_past(before))
    if options.entry is None:
        approvals = Approvals(policy.log_keys(seen.checkpoint.origin))
        counts = _whole(options, seen, source, approvals)
        found = approvals.found()
        facts |= {"entries": counts.entries, "tiles": counts.tiles, "approvals": found.facts()}
        lines.append(f"Verified: all {counts.entries:,} entries, {counts.tiles:,} tiles and the root agree.")
        lines += found.sentences()
        troubles = found.troubles()
    else:
        more, told = _entry(options, seen, source)
        facts |= more
        lines += told
    if memory is not None:
        memory.keep(seen)
    telling.write(options, facts, lines)
    if options.quiet:
        telling.warn(troubles)
    return UNAPPROVED if troubles else 0


def _past(before: int | None) -> str:
    if before is None:
        return "nothing was remembered: whether it was another log before cannot be told"
    return f"it has only grown since you last looked, when it had {before:,} entries"


def _whole(options: Namespace, seen: Witnessed, source: Source, approvals: Approvals) -> Counts:
    head = seen.checkpoint
    with Progress(quiet=options.quiet) as progress, _export(options.entries) as written:

        def take(first: int, entries: list[bytes]) -> None:
            approvals.take(first, entries)
            if written is not None:
                written(first, entries)

        return check_whole(head, source, progress.begin(head.size), take)


@contextmanager
def _export(file: Path | None) -> Iterator[Take | None]:
    """A `take` that writes entries as JSON lines; they appear under the file's name only if all was right."""
    if file is None:
        yield None
        return
    unverified = file.with_name(f"{durable.TEMPORARY}{file.name}")
    try:
        with unverified.open("w", encoding="utf-8") as lines:

            def take(first: int, entries: list[bytes]) -> None:
                for index, entry in enumerate(entries, first):
                    told = {"index": index, **telling.entry_json(entry)}
                    lines.write(json.dumps(told, ensure_ascii=False) + "\n")

            yield take
        unverified.replace(file)
    except OSError as error:
        raise CannotWrite(f"the entries cannot be written: {error.strerror}") from error
    finally:
        unverified.unlink(missing_ok=True)


def _entry(options: Namespace, seen: Witnessed, source: Source) -> tuple[dict[str, Any], list[str]]:
    index: int = options.entry
    found = check_entry(index, seen, source)
    if options.save is not None:
        durable.write(options.save / f"{index}.entry", found.entry)
        durable.write(options.save / f"{index}{SUFFIX}", found.proof.encode())
    shown = telling.entry_json(found.entry)
    lines = [json.dumps(next(iter(shown.values())), ensure_ascii=False, indent=2)]
    return {"index": index, **shown}, [*lines, f"Verified: this is entry {index:,} of the log."]

"""The authorities that the log knows: added, changed, ended."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from bailiwick.ledger import entries as log
from bailiwick.ledger import queries
from bailiwick.ledger.contents import Contents
from bailiwick.register.logged import Logged, every, grouped


@dataclass(frozen=True, slots=True)
class Authority:
    """Whose demands can be received: what its entry says, what was changed, and its end; the name in the
    document named last (empty where that is no longer published)."""

    index: int
    entry: log.AuthorityAdded
    name: str
    changed: tuple[Logged[log.AuthorityChanged], ...] = ()
    ended: Logged[log.AuthorityEnded] | None = None

    @property
    def document(self) -> str:
        """Hash of its description, the one named last."""
        return self.changed[-1].entry.document if self.changed else self.entry.document


def authorities(contents: Contents) -> Iterator[Authority]:
    """All that were added in a log that says this."""
    changed = grouped("authority", every(log.AuthorityChanged, contents))
    ended = grouped("authority", every(log.AuthorityEnded, contents))
    for each in every(log.AuthorityAdded, contents):
        name = each.entry.authority
        last = changed[name][-1].entry if changed[name] else each.entry
        ending = ended[name][0] if ended[name] else None
        yield Authority(each.index, each.entry, _name_in(last.document), tuple(changed[name]), ending)


def _name_in(document: str) -> str:
    """The name in an authority's published description: a JSON object's `name`."""
    found = queries.document(document)
    try:
        said = json.loads(found[0]) if found else {}
    except ValueError:
        return ""
    name = said.get("name") if isinstance(said, dict) else None
    return name if isinstance(name, str) else ""

"""Which logs and witnesses are believed, and how many of them: c2sp.org/tlog-policy."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bailiwick.tlog.checkpoints import Checkpoint, open_checkpoint
from bailiwick.tlog.encoding import decimal
from bailiwick.tlog.errors import MalformedKey, MalformedPolicy, QuorumNotMet, UnsupportedKey
from bailiwick.tlog.keys import SignatureType, VerifierKey, parse_vkey
from bailiwick.tlog.notes import MAX_BYTES, Note, signed_by

NO_QUORUM: Final = "none"

_BLANKS = re.compile(r"[ \t]+")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LOG_TYPES: Final = {SignatureType.ED25519, SignatureType.ML_DSA_44}
_WITNESS_TYPES: Final = {SignatureType.COSIGNATURE, SignatureType.ML_DSA_44}


@dataclass(frozen=True, slots=True)
class Log:
    """A log that may sign checkpoints: tlog-policy, "Defining a log"."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness, and what groups and quorum call it: tlog-policy, "Defining a witness"."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Witnessed if `least` of its members are: tlog-policy, "Defining a witness group"."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that met a policy, its note, and when which witness cosigned (POSIX seconds)."""

    checkpoint: Checkpoint
    note: Note
    witnesses: dict[str, int]


@dataclass(frozen=True, slots=True)
class Policy:
    """Logs, witnesses, groups in the order of their definition, and the quorum's name or `none`.

    Names, URLs and comments are opaque octets (tlog-policy, "Character set"): what is not UTF-8 is carried in
    surrogates, as `surrogateescape` has it, and written again as it was.
    """

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    def __post_init__(self) -> None:
        _check(self)

    def encode(self) -> bytes:
        """The policy file, which `parse_policy` reads back as this: tlog-policy, "Policy file syntax"."""
        lines = [f"log {log.key.vkey} {log.url}" for log in self.logs]
        lines += [f"witness {each.name} {each.key.vkey} {each.url}" for each in self.witnesses]
        lines += [f"group {each.name} {each.least} {' '.join(each.members)}" for each in self.groups]
        lines.append(f"quorum {self.quorum}")
        return "".join(line.rstrip(" ") + "\n" for line in lines).encode("utf-8", "surrogateescape")

    def quorum_met(self, witnesses: Iterable[str]) -> bool:
        """Whether cosignatures of the witnesses of these names are enough: "Defining the quorum"."""
        met = {witness.name for witness in self.witnesses} & set(witnesses)
        for group in self.groups:
            if len(met.intersection(group.members)) >= group.least:
                met.add(group.name)
        return self.quorum == NO_QUORUM or self.quorum in met

    def quorum_splits(self) -> bool:
        """Whether two sets without a common witness can both be the quorum: then each may be shown a history
        of its own, cosigned as the policy asks. Each name is a member once, so members can be counted."""
        splits = dict.fromkeys((witness.name for witness in self.witnesses), False)
        for group in self.groups:
            twice = sum(splits[name] for name in group.members)
            splits[group.name] = len(group.members) + twice >= 2 * group.least
        return splits.get(self.quorum, False)

    def log_keys(self, origin: str) -> frozenset[bytes]:
        """The Ed25519 public keys of the log of this name: "Defining a log"."""
        found = (log.key for log in self.logs)
        return frozenset(
            key.public for key in found if key.name == origin and key.kind is SignatureType.ED25519
        )

    def check(self, data: bytes) -> Witnessed:
        """The checkpoint, if a log of the policy signed it and a quorum cosigned: "What is a policy?".

        Raises what `open_checkpoint` does, and QuorumNotMet. One bad signature by a listed witness, or by
        the log, refuses it.
        """
        checkpoint, note = open_checkpoint(data, [log.key for log in self.logs])
        names = {witness.key: witness.name for witness in self.witnesses}
        found = {names[signed.key]: signed.at or 0 for signed in signed_by(note, names)}
        if not self.quorum_met(found):
            raise QuorumNotMet("too few of the policy's witnesses cosigned")
        return Witnessed(checkpoint, note, found)


def _check(policy: Policy) -> None:
    """What holds for a policy, read or made: tlog-policy, "Policy file syntax and structure"."""
    _check_keys([log.key for log in policy.logs], [witness.key for witness in policy.witnesses])
    for word in (*(log.url for log in policy.logs), *(witness.url for witness in policy.witnesses)):
        _check_word(word or "none")
    known: dict[str, bool] = {}
    definitions: tuple[Witness | Group, ...] = (*policy.witnesses, *policy.groups)
    for definition in definitions:
        _check_word(definition.name)
        if definition.name in known or definition.name == NO_QUORUM:
            raise MalformedPolicy("a name is defined once, and is not none")
        if isinstance(definition, Group):
            _use(definition, known)
        known[definition.name] = False
    if policy.quorum != NO_QUORUM and policy.quorum not in known:
        raise MalformedPolicy("a quorum names a witness or group that is defined, or none")


def _check_keys(logs: list[VerifierKey], witnesses: list[VerifierKey]) -> None:
    """The specification forbids duplicates among logs and among witnesses. Here a key is not both either: a
    log that cosigns itself would look like one that somebody else has seen."""
    keys = [key.public for key in (*logs, *witnesses)]
    if len(set(keys)) != len(keys):
        raise MalformedPolicy("a public key is listed once, and no log is its own witness")
    if {key.kind for key in logs} - _LOG_TYPES or {key.kind for key in witnesses} - _WITNESS_TYPES:
        raise MalformedPolicy("a log has a note's key, a witness a cosignature's")


def _check_word(word: str) -> None:
    if not word or _FORBIDDEN.search(word) or set(word) & set(" \t\n"):
        raise MalformedPolicy("a name or URL is one word")
    try:
        word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise MalformedPolicy("a name or URL is a string of octets") from error


def _use(group: Group, known: dict[str, bool]) -> None:
    """Mark the members as used: each name is in one group, once: "Defining a witness group"."""
    if not 1 <= group.least <= len(group.members):
        raise MalformedPolicy("a group needs at least one and at most all of its members")
    for member in group.members:
        if known.get(member, True):
            raise MalformedPolicy("a member is defined before its group, and in one group only")
        known[member] = True


@dataclass(slots=True)
class _Reader:
    """The definitions read so far. Order matters: a name is used only after its definition."""

    logs: list[Log] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str | None = None
    names: set[str] = field(default_factory=set)

    def read(self, words: list[str]) -> None:
        """One line that is neither empty nor a comment."""
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self.logs.append(Log(_key(vkey), *url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self.witnesses.append(Witness(name, _key(vkey), *url))
                self.names.add(name)
            case ["group", name, least, *members] if members:
                self._defined(members)
                self.groups.append(Group(name, _least(least, len(members)), tuple(members)))
                self.names.add(name)
            case ["quorum", name] if self.quorum is None:
                self._defined([name] if name != NO_QUORUM else [])
                self.quorum = name
            case _:
                raise MalformedPolicy("a line that defines no log, witness or group, or a second quorum")

    def _defined(self, names: list[str]) -> None:
        if not self.names.issuperset(names):
            raise MalformedPolicy("a name is used after the line that defines it")


def _key(vkey: str) -> VerifierKey:
    try:
        return parse_vkey(vkey)
    except (MalformedKey, UnsupportedKey) as error:
        raise MalformedPolicy(str(error)) from error


def _least(text: str, count: int) -> int:
    return {"any": 1, "all": count}.get(text) or decimal(text, MalformedPolicy)


def parse_policy(data: bytes) -> Policy:
    """A policy file; MalformedPolicy: tlog-policy, "Policy file syntax and structure"."""
    if len(data) > MAX_BYTES:
        raise MalformedPolicy("a policy has at most 1,000,000 bytes")
    text = data.decode("utf-8", "surrogateescape")
    if _FORBIDDEN.search(text) or not text.endswith("\n"):
        raise MalformedPolicy("a policy is lines ended by newlines, without other control characters")
    reader = _Reader()
    for line in text.split("\n"):
        words = _BLANKS.split(line.strip(" \t"))
        if words[0] and not words[0].startswith("#"):
            reader.read(words)
    if reader.quorum is None:
        raise MalformedPolicy("a policy has a quorum line")
    return Policy(tuple(reader.logs), tuple(reader.witnesses), tuple(reader.groups), reader.quorum)

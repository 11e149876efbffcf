"""Everything this package refuses, as one tree. Texts name the fault and never quote what was read."""

# ruff: noqa: N818 - named for what is wrong, as the other errors of this project

from typing import ClassVar


class TlogError(ValueError):
    """Root of the tree. `code` is stable; programs may rely on it."""

    code: ClassVar[str] = "tlog_error"


class OutOfRange(TlogError):
    """An index, a size or a width that no log of that size has: the caller's mistake, or an attack."""

    code = "out_of_range"


class MalformedHash(TlogError):
    """Not 32 bytes, or not the canonical Base64 of them."""

    code = "malformed_hash"


class ProofRefused(TlogError):
    """An inclusion or consistency proof that does not lead to the root."""

    code = "proof_refused"


class MalformedPath(TlogError):
    """Not the path of a tile or bundle as tlog-tiles writes it."""

    code = "malformed_path"


class MalformedTile(TlogError):
    """A tile that has not exactly the hashes its path promises."""

    code = "malformed_tile"


class MalformedBundle(TlogError):
    """An entry bundle that has not exactly the entries its path promises."""

    code = "malformed_bundle"


class EntryTooLong(TlogError):
    """More than the 65,535 bytes an entry bundle can carry."""

    code = "entry_too_long"


class NotStored(TlogError):
    """What a `fetch` raises for a path that is not there."""

    code = "not_stored"


class LogMismatch(TlogError):
    """Stored parts of a log contradict each other or the checkpoint; `path` says where."""

    code = "log_mismatch"

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path


class MalformedKey(TlogError):
    """Not a verifier key or private key as signed-note writes it, or its key ID does not fit."""

    code = "malformed_key"


class UnsupportedKey(TlogError):
    """A key of a signature type that this package, or this use, does not know."""

    code = "unsupported_key"


class MalformedNote(TlogError):
    """Not a signed note."""

    code = "malformed_note"


class BadSignature(TlogError):
    """A signature by a known key that does not verify: the whole note is refused."""

    code = "bad_signature"


class NoKnownSignature(TlogError):
    """No known key signed the note."""

    code = "no_known_signature"


class MalformedCheckpoint(TlogError):
    """A note whose text is not a checkpoint."""

    code = "malformed_checkpoint"


class WrongOrigin(TlogError):
    """A checkpoint of another log."""

    code = "wrong_origin"


class MalformedProof(TlogError):
    """Not a tlog-proof file."""

    code = "malformed_proof"


class MalformedPolicy(TlogError):
    """Not a tlog-policy file."""

    code = "malformed_policy"


class QuorumNotMet(TlogError):
    """Too few of the policy's witnesses cosigned."""

    code = "quorum_not_met"

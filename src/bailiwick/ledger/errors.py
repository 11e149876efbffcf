"""Everything the public log refuses, as one tree. Texts name the fault, and never quote what was read."""

# ruff: noqa: N818 - named for what is wrong, as the other errors of this project

from typing import ClassVar


class LedgerError(Exception):
    """Root of the tree. `code` is stable; programs may rely on it."""

    code: ClassVar[str] = "ledger_error"


class MalformedEntry(LedgerError):
    """Not an entry in its one canonical form."""

    code = "malformed_entry"


class OutsideTransaction(LedgerError):
    """An entry goes into the transaction that changes what it tells of, or nowhere."""

    code = "outside_transaction"


class LogRefuses(LedgerError):
    """The log does not go on: nothing is appended or published until somebody has looked."""

    code = "log_refuses"


class LogNotBegun(LogRefuses):
    """There is no log in the database yet."""

    code = "log_not_begun"


class LogDamaged(LogRefuses):
    """What is stored contradicts itself; `where` names the first place."""

    code = "log_damaged"

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"the stored log is damaged at {where}: {what}")
        self.where = where


class LogRewound(LogRefuses):
    """The database is behind a checkpoint that was signed before: an older backup was restored."""

    code = "log_rewound"


class LogForked(LogRefuses):
    """The database holds another history than a checkpoint that was signed before."""

    code = "log_forked"


class LogKeyMissing(LogRefuses):
    """There is no key to sign with."""

    code = "log_key_missing"


class LogKeyExposed(LogRefuses):
    """Others can read the key's file, or write to it."""

    code = "log_key_exposed"


class LogKeyDiffers(LogRefuses):
    """The key at hand is not the log's."""

    code = "log_key_differs"


class LogOriginDiffers(LogRefuses):
    """The log in the database has another origin than the setting says."""

    code = "log_origin_differs"


class LogMemoryUnreadable(LogRefuses):
    """The checkpoint remembered outside the database cannot be read, so nobody knows how far the log was."""

    code = "log_memory_unreadable"


class LogPolicyUnusable(LogRefuses):
    """The witness policy cannot be used."""

    code = "log_policy_unusable"


class WitnessError(LedgerError):
    """A witness did not cosign. The log goes on trying."""

    code = "witness_error"


class WitnessUnreachable(WitnessError):
    """No answer, or none in time."""

    code = "witness_unreachable"


class WitnessBusy(WitnessError):
    """It takes another process's checkpoint at this moment. Trouble only if that happens again and again."""

    code = "witness_busy"


class WitnessRefused(WitnessError):
    """It does not know this log, or does not believe its signature."""

    code = "witness_refused"


class WitnessAnswerUnusable(WitnessError):
    """An answer that is none of the protocol's, or a cosignature that does not verify."""

    code = "witness_answer_unusable"


class WitnessContradicts(WitnessError):
    """It has seen a log of this name that this one does not continue. `makes`: code of what that makes us."""

    code = "witness_contradicts"

    def __init__(self, makes: str) -> None:
        super().__init__(f"it has seen what this log does not continue: {makes}")
        self.makes = makes

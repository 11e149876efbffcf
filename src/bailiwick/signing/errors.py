"""What does not hold of a signature or of whoever made it, as one tree. Texts name the fault and nobody."""

# ruff: noqa: N818 - named for what is wrong, as the other errors of this project

from enum import StrEnum
from typing import ClassVar


class SigningError(Exception):
    """Root of the tree. `code` is stable; programs may rely on it."""

    code: ClassVar[str] = "signing_error"


class BadAssertion(SigningError):
    """Not a passkey's signature over exactly this."""

    code = "bad_assertion"


class Fault(StrEnum):
    """Why an entry that needs signatures has no effect."""

    MALFORMED = "malformed"
    WITHOUT_APPROVALS = "without_approvals"
    ONE_KEY_TWICE = "one_key_twice"
    NOT_SIGNED = "not_signed"
    NO_SIGNER = "no_signer"
    KEY_USED_BEFORE = "key_used_before"
    KEY_UNSUPPORTED = "key_unsupported"
    NOT_BY_THE_LOG = "not_by_the_log"
    NOT_LATER = "not_later"


SENTENCES = {
    Fault.MALFORMED: "it is not written as its type says",
    Fault.WITHOUT_APPROVALS: "it does not carry two approvals",
    Fault.ONE_KEY_TWICE: "both approvals are by one key",
    Fault.NOT_SIGNED: "an approval is no signature over this entry",
    Fault.NO_SIGNER: "a key that approved was not among those that may sign at this point",
    Fault.KEY_USED_BEFORE: "that key was among those that may sign before; a removed key never comes back",
    Fault.KEY_UNSUPPORTED: "it is a key of a kind that cannot be checked",
    Fault.NOT_BY_THE_LOG: "the log's own key did not sign it",
    Fault.NOT_LATER: "it is not later than the one before, so it may be that one again",
}


class Unapproved(SigningError):
    """An entry's signatures do not hold: it has no effect. `fault` says which way."""

    code = "unapproved"

    def __init__(self, fault: Fault) -> None:
        super().__init__(SENTENCES[fault])
        self.fault = fault

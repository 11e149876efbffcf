"""The log's first head, and what is looked at before a server starts."""

from django.db import IntegrityError, transaction

from bailiwick.ledger import keyfile
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.errors import LogKeyDiffers, LogNotBegun, LogOriginDiffers, LogRewound
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.models import Head
from bailiwick.ledger.sequencer import Signed, continued, head_now, signing_keys
from bailiwick.tlog.checkpoints import Checkpoint
from bailiwick.tlog.hashing import EMPTY_ROOT
from bailiwick.tlog.notes import sign_note


def begin(configuration: Configuration) -> bool:
    """Make key and head if there is no log yet, else look whether it can go on. Whether it was begun now.

    Raises:
        LogRefuses: one of its kinds, with a sentence that says what to do.
    """
    configuration.witnesses()
    try:
        look(configuration)
    except LogNotBegun:
        _begin(configuration)
        look(configuration)
        return True
    return False


def look(configuration: Configuration) -> None:
    """What must hold for the log to go on: origin, keys, witnesses, checkpoint, tiles' root. LogRefuses.

    That it continues what is remembered is not looked at here: a server whose log was rewound by a restored
    backup starts, goes on with meetings, and raises an alarm.
    """
    head = head_now()
    if configuration.origin_given and configuration.origin != head.origin:
        raise LogOriginDiffers(
            f"The log in this database is called {head.origin}, and a log never changes its name. Set "
            f"BAILIWICK_LOG_ORIGIN={head.origin}, or leave it out."
        )
    _check_key(configuration, head)
    configuration.whole_policy(head.vkeys)
    configuration.policy_of([key.verifier for key in keyfile.read(configuration.key_file)])
    from bailiwick.ledger.checking import check_edges

    check_edges(head)


def _check_key(configuration: Configuration, head: Signed) -> None:
    """Of a log that was set back, the file may have the key that came since: `recovering` goes on with it."""
    try:
        signing_keys(configuration, head.vkeys)
    except LogKeyDiffers:
        if not rewound(configuration):
            raise


def _begin(configuration: Configuration) -> None:
    """A database without a log where one is remembered is an emptied one, and must not begin anew."""
    if Memory(configuration.memory).highest() is not None:
        raise LogRewound(
            f"{configuration.memory} remembers a log that is not in this database. Restore the database, or "
            "begin a new log with another BAILIWICK_LOG_ORIGIN and without that file."
        )
    if not configuration.key_file.exists():
        keyfile.create(configuration.key_file, keyfile.new_key(configuration.origin))
    key = keyfile.read(configuration.key_file)[0]
    if key.name != configuration.origin:
        raise LogKeyDiffers(
            f"The key in {configuration.key_file} is that of the log {key.name}. Set "
            f"BAILIWICK_LOG_ORIGIN={key.name} to begin that log, or give another key file."
        )
    note = sign_note(Checkpoint(configuration.origin, 0, EMPTY_ROOT).text, key).encode()
    try:
        with transaction.atomic():
            Head.objects.create(
                origin=configuration.origin, vkeys=key.verifier.vkey, root=EMPTY_ROOT, checkpoint=note
            )
    except IntegrityError:
        return  # another process began it in the same moment; `look` compares


def rewound(configuration: Configuration) -> bool:
    """Whether the log is behind what is remembered: told at the start, and the server starts all the same."""
    try:
        continued(Memory(configuration.memory))
    except LogRewound:
        return True
    return False

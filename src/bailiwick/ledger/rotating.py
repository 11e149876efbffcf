"""Another key for the log: first both sign, so that nobody who knows only the old one is left behind."""

from datetime import datetime

from django.db import transaction

from bailiwick.ledger import actions, keyfile, queries
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.entries import KeyRotated, statement
from bailiwick.ledger.errors import LogKeyDiffers, LogRefuses
from bailiwick.ledger.models import Head
from bailiwick.ledger.sequencer import Signed, head_now, signing_keys
from bailiwick.ledger.vocabulary import second
from bailiwick.signing.statements import to_base64url
from bailiwick.tlog.checkpoints import Checkpoint, open_checkpoint
from bailiwick.tlog.errors import TlogError
from bailiwick.tlog.keys import SigningKey, VerifierKey
from bailiwick.tlog.notes import sign_note


class RotationTooEarly(LogRefuses):
    """That the key in use is the log's is not published yet, so the others are still needed."""

    code = "rotation_too_early"


def rotate(configuration: Configuration, now: datetime) -> SigningKey:
    """As `Rotation.rotate`."""
    return Rotation(configuration).rotate(now)


def retire(configuration: Configuration) -> int:
    """As `Rotation.retire`."""
    return Rotation(configuration).retire()


class Rotation:
    """A change of keys. A crash at any line leaves a log that any process goes on with, and the same call
    finishes."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    def rotate(self, now: datetime) -> SigningKey:
        """Put a new key in use; the old one goes on signing beside it. The new key.

        The file is written first: a crash after that leaves a key that is in no head, and the next rotation
        puts that one in use. Retired keys stay in the file until `retire`.

        Raises:
            LogRefuses: one of its kinds; or another process appended in the same moment: try again.
        """
        head = head_now()
        signing = signing_keys(self._configuration, head.vkeys)
        held = keyfile.read(self._configuration.key_file)
        unfinished = held[0] if held[0].verifier.vkey not in head.vkeys.split("\n") else None
        new = unfinished or keyfile.new_key(head.origin)
        if new.name != head.origin:
            raise LogKeyDiffers(
                f"The first key in {self._configuration.key_file} has another name than the log."
            )
        if unfinished is None:
            self._replace((new, *held))
        entry = _vouched(KeyRotated(at=second(now), old=_hex(signing[0]), new=_hex(new)), signing[0], new)
        with transaction.atomic():
            self._sign_again(head, [new, *signing])
            actions.append(entry)
        return new

    def retire(self) -> int:
        """Drop all keys but the one in use; how many that were.

        The head is signed first: a crash after that leaves keys in the file that nothing signs with.

        Raises:
            RotationTooEarly: the entry that names the key in use is not published yet, signed by both.
        """
        head = head_now()
        current = signing_keys(self._configuration, head.vkeys)[0]
        if len(head.verifiers) > 1 and not _published(current.verifier):
            raise RotationTooEarly(
                "The entry that names the new key is not published yet. Try again in a minute."
            )
        with transaction.atomic():
            self._sign_again(head, [current])
        dropped = len(keyfile.read(self._configuration.key_file)) - 1
        self._replace((current,))
        return dropped

    def _replace(self, keys: tuple[SigningKey, ...]) -> None:
        keyfile.replace(self._configuration.key_file, keys)

    def _sign_again(self, head: Signed, keys: list[SigningKey]) -> None:
        """The same checkpoint, signed by these."""
        note = sign_note(Checkpoint(head.origin, head.size, head.root).text, *keys).encode()
        vkeys = "\n".join(key.verifier.vkey for key in keys)
        same = Head.objects.filter(id=1, size=head.size, root=head.root, vkeys=head.vkeys)
        if same.update(vkeys=vkeys, checkpoint=note) != 1:
            raise LogRefuses("Another process appended in the same moment. Try again.")


def _hex(key: SigningKey) -> str:
    return key.verifier.public.hex()


def _vouched(entry: KeyRotated, old: SigningKey, new: SigningKey) -> KeyRotated:
    """Each key signs that the other is the log's: what only the old one signed is believed after it is gone
    (`bailiwick.signing.roll`)."""
    text = statement(entry)
    return entry.model_copy(update={"signatures": tuple(to_base64url(key.sign(text)) for key in (old, new))})


def _published(key: VerifierKey) -> bool:
    """Whether everybody can read, under both signatures, that this is the log's key now. A checkpoint of the
    same tree with its signature says so to nobody who knows only the old one."""
    row = queries.published()
    changes = [
        index
        for index, entry in queries.entries_of("key.rotated")
        if isinstance(entry, KeyRotated) and entry.new == key.public.hex()
    ]
    if row is None or not changes or changes[-1] >= row.size:
        return False
    try:
        open_checkpoint(bytes(row.checkpoint), [key])
    except TlogError:
        return False
    return True

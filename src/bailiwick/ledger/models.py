"""The log as it is stored. Entries and tiles are append-only, and the head only grows: triggers hold that
in the database itself (migration 0002, on SQLite and PostgreSQL)."""

from django.db import models
from django.db.models import Q


class Outbox(models.Model):
    """An entry written in the transaction of what it tells; `index` is its place once it has one."""

    type = models.CharField(max_length=32)
    entry = models.BinaryField()
    index = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes = (
            models.Index(fields=("id",), condition=Q(index__isnull=True), name="outbox_waiting"),
            models.Index(fields=("type", "id"), name="outbox_latest"),
        )

    def __str__(self) -> str:
        return f"outbox {self.pk}"


class Entry(models.Model):
    """Entry `index` of the log: its bytes and its leaf hash."""

    index = models.BigIntegerField(primary_key=True)
    data = models.BinaryField()
    leaf = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"entry {self.index}"


class Tile(models.Model):
    """A full tile (level 0 and up) or a full entry bundle (level -1); `root` is that over a tile's hashes.

    Partial ones are not stored: they are the beginnings of rows that never change (`store`).
    """

    BUNDLE = -1

    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    data = models.BinaryField()
    root = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("level", "number"), name="tile_once"),)

    def __str__(self) -> str:
        return f"tile {self.level}/{self.number}"


class Head(models.Model):
    """The one row (id 1): the tree as it is, and its checkpoint, signed by all of `vkeys`.

    `vkeys`: one a line, the key in use first; others are on their way out. `refused`: code of why nothing may
    be appended, set when a witness contradicts; `refused_by`: which do (`contradictions`). `asking_until`:
    one process at a time asks the witnesses, until this time (POSIX seconds) at most.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    origin = models.CharField(max_length=255)
    vkeys = models.TextField()
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(max_length=32)
    checkpoint = models.BinaryField()
    refused = models.CharField(max_length=48, blank=True)
    refused_by = models.TextField(blank=True, default="")
    asking_until = models.FloatField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="head_is_one_row"),)

    def __str__(self) -> str:
        return f"head of size {self.size}"


class Published(models.Model):
    """The one row (id 1): the checkpoint that everybody is shown, with its cosignatures."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField()
    checkpoint = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="published_is_one_row"),)

    def __str__(self) -> str:
        return f"published checkpoint of size {self.size}"


class Document(models.Model):
    """A published document, named by the SHA-256 of its bytes. May be deleted; never changed."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()
    published_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"document {self.sha256}"


class Salt(models.Model):
    """What opens one commitment. Deleting the row is the erasure: the log no longer says whom it meant."""

    commitment = models.CharField(max_length=64, primary_key=True)
    salt = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return "salt"

"""The letter itself, as it arrived: kept unreadable, for staff only, and not for ever."""

from django.db import models
from django.db.models import Q

from .parties import Demand


class Original(models.Model):
    """A demand's letter. `wrapped`: the key of this one, closed with the server's key called `key_name`;
    `body` and its pages are closed with it. Deleting the row deletes what opens them."""

    demand = models.OneToOneField(Demand, primary_key=True, on_delete=models.CASCADE, related_name="letter")
    kind = models.CharField(max_length=8)
    size = models.PositiveIntegerField(help_text="Bytes, as it arrived")
    key_name = models.CharField(max_length=16)
    wrapped = models.BinaryField(max_length=128)
    body = models.BinaryField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("text", "pdf", "png", "jpeg")), name="original_kind"
            ),
        )

    def __str__(self) -> str:
        return f"original of demand {self.demand_id}"


class OriginalPage(models.Model):
    """One page of it as a picture, closed with the same key."""

    original = models.ForeignKey(Original, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField()
    body = models.BinaryField()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("original", "number"), name="original_page_once"),)

    def __str__(self) -> str:
        return f"page {self.number} of {self.original_id}"

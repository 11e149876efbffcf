import uuid
from typing import Any

from django.db import migrations, models


def _each_its_own(apps: Any, _editor: Any) -> None:
    """A default is the same for all rows that exist."""
    rows = apps.get_model("meetings", "CoHost").objects.all()
    for row in rows:
        row.handle = uuid.uuid4()
        row.save(update_fields=["handle"])


class Migration(migrations.Migration):
    dependencies = [("meetings", "0007_block_scope")]

    operations = [
        migrations.AddField(
            model_name="cohost",
            name="handle",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name="cohost",
            name="label",
            field=models.CharField(blank=True, default="", max_length=254),
            preserve_default=False,
        ),
        migrations.RunPython(_each_its_own, migrations.RunPython.noop),
    ]

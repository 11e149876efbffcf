"""Which witnesses contradict. SQLite makes the table anew for a column, and its triggers with it."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from bailiwick.ledger import triggers


def arm(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in triggers.create(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_nothing_replaced")]

    operations = [
        migrations.AddField("head", "refused_by", models.TextField(blank=True, default="")),
        migrations.RunPython(arm, migrations.RunPython.noop),
    ]

"""What SQLite's `OR REPLACE` would delete of the audit trail is kept, too."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from bailiwick.accounts.triggers import RULES
from bailiwick.ledger import triggers


def arm(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in triggers.create(schema_editor.connection.vendor, RULES):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_suspensions")]

    operations = [migrations.RunPython(arm, migrations.RunPython.noop)]

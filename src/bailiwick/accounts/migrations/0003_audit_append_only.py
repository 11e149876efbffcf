"""The audit trail is append-only by trigger; who was staff becomes an administrator by command line, as they
were made."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

from bailiwick.accounts.triggers import RULES
from bailiwick.ledger import triggers


def carry_over(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    account, grant = apps.get_model("accounts", "Account"), apps.get_model("accounts", "RoleGrant")
    audit = apps.get_model("accounts", "Audit")
    now = timezone.now()
    for member in account.objects.filter(is_staff=True):
        grant.objects.create(
            account=member, role="administrator", by_command_line=True, proposed_at=now, confirmed_at=now
        )
        audit.objects.create(at=now, code="role.given_by_command_line", subject=f"account:{member.pk}")


def arm(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in triggers.create(schema_editor.connection.vendor, RULES):
        schema_editor.execute(statement)


def disarm(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in triggers.drop(schema_editor.connection.vendor, RULES):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles")]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RunPython(arm, disarm),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_section"),
    ]

    operations = [
        migrations.AddField(
            model_name="suspensionappeal",
            name="late_alarm_at",
            field=models.DateTimeField(help_text="When it became an alarm that it is overdue", null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_audit_not_replaced"),
    ]

    operations = [
        migrations.AddField(
            model_name="suspension",
            name="appeal_key_digest",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_appeal_key"),
    ]

    operations = [
        migrations.AddField(
            model_name="suspension",
            name="section",
            field=models.CharField(default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="suspension",
            name="terms_document",
            field=models.CharField(default="", help_text="Hash of the version of the terms", max_length=64),
            preserve_default=False,
        ),
    ]

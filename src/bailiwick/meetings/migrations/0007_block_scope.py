from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0006_presence_away")]

    operations = [
        migrations.AddField(
            model_name="block",
            name="scope",
            field=models.CharField(
                choices=[("meeting", "meeting"), ("series", "series")], default="series", max_length=8
            ),
        ),
        migrations.AlterField(
            model_name="block",
            name="reason",
            field=models.CharField(
                default="removed", help_text="One of Abuse, or that none was given", max_length=24
            ),
        ),
    ]

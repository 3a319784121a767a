"""Whether somebody reads Easy Read is remembered with their account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("governance", "0006_newest_first")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="reads_easy",
            field=models.BooleanField(default=False, db_default=False),
        ),
    ]

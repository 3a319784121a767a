"""What was once said about areas stays: a newer file is a newer dataset."""

from django.db import migrations

from socialcare.kernel.database import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("neighbourhoods", "0001_records"),
        ("kernel", "0001_acting"),
    ]
    operations = [
        append_only("neighbourhoods_dataset"),
        append_only("neighbourhoods_areaprofile"),
        append_only("neighbourhoods_indicator"),
        append_only("neighbourhoods_indicatorvalue"),
    ]

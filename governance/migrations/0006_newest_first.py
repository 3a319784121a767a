"""Indexes for the open lists of matters and decisions, which begin with the newest."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("governance", "0005_seal_lanes")]
    operations = [
        migrations.AddIndex("matter", models.Index(name="matter_by_time", fields=["raised_at"])),
        migrations.AddIndex(
            "decision", models.Index(name="decision_by_time", fields=["decided_at"])
        ),
    ]

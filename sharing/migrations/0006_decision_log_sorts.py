from django.db import migrations, models


class Migration(migrations.Migration):
    """What the decision log is sorted by: indexes alone."""

    dependencies = [("sharing", "0005_tallies")]

    operations = [
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["decided_at", "id"], name="decision_by_decided"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["outcome", "recorded_at", "id"], name="decision_by_outcome"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["lawful_basis", "recorded_at", "id"], name="decision_by_basis"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["risk_level", "recorded_at", "id"], name="decision_by_risk"),
        ),
    ]

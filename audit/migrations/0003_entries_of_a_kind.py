from django.db import migrations, models


class Migration(migrations.Migration):
    """Entries by their kind: an index alone."""

    dependencies = [("audit", "0002_log_and_exports")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["kind", "recorded_at", "hash"], name="entries_of_a_kind"),
        ),
    ]

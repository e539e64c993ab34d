from django.db import migrations, models


class Migration(migrations.Migration):
    """Checks carry the log's signature; a null column is added without the table being made anew."""

    dependencies = [("audit", "0003_entries_of_a_kind")]

    operations = [
        migrations.AddField(model_name="check", name="signature", field=models.BinaryField(null=True)),
    ]

"""The blind index of people: tokens alone, in the shape that each database searches fastest."""

from django.db import migrations

# The pages that wait to be merged into the index are read by every search, so there are few of them.
POSTGRESQL = (
    "CREATE TABLE cases_search (person uuid PRIMARY KEY, case_id uuid NOT NULL, tokens bigint[] NOT NULL)",
    "CREATE INDEX cases_search_tokens ON cases_search USING gin (tokens) WITH (gin_pending_list_limit = 256)",
    "CREATE INDEX cases_search_case ON cases_search (case_id)",
)
# Pairs of small numbers: with the identifiers themselves the table would be five times the size.
SQLITE = (
    "CREATE TABLE cases_search (id integer PRIMARY KEY, person char(32) NOT NULL UNIQUE, "
    "case_id char(32) NOT NULL, tokens blob NOT NULL)",
    "CREATE INDEX cases_search_case ON cases_search (case_id)",
    "CREATE TABLE cases_search_token (token integer NOT NULL, id integer NOT NULL, "
    "PRIMARY KEY (token, id)) WITHOUT ROWID",
)


def make(_apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(_apps, schema_editor):
    schema_editor.execute("DROP TABLE cases_search")
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute("DROP TABLE cases_search_token")


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_case_work'),
    ]

    operations = [migrations.RunPython(make, drop)]

"""The same cases and people as a plain Django application keeps them. Imported once Django is set up.

The columns of our own tables, readable text where ours is sealed. `Plain…`: rights through guardian's generic
rows. `Tracked…`: with simple-history.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db import connection, models
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.shortcuts import get_objects_for_user
from simple_history.models import HistoricalRecords

from cases.fields import SealedTextField
from cases.models import Case, Person, User

SIZE = 25
SEARCHED = ("name", "preferred_name", "aliases", "address", "contact")


def _readable(
    model: type[models.Model], name: str, case: type[models.Model] | None = None, **more: Any
) -> type[models.Model]:
    """A table with the columns of one of ours, text where ours is sealed.

    Args:
        case: the table of cases that rows of a case point to; each case has them as `people`.
        more: what else belongs to the class.
    """
    meta = type("Meta", (), {"app_label": "sharing"} | more.pop("meta", {}))
    parts: dict[str, Any] = {"__module__": __name__, "Meta": meta}
    for field in model._meta.concrete_fields:
        if isinstance(field, SealedTextField):
            parts[field.name] = models.TextField(default="")
        elif field.name == "case" and case:
            parts[field.name] = models.ForeignKey(case, models.PROTECT, related_name="people")
        elif isinstance(field, models.ForeignKey):
            to = "self" if field.related_model is model else field.related_model
            parts[field.name] = models.ForeignKey(to, models.PROTECT, null=field.null, related_name="+")
        else:
            parts[field.name] = field.clone()
    return type(name, (models.Model,), parts | more)


_NEWEST = {"indexes": (models.Index(fields=["-opened_at", "id"], name="plain_case_list"),)}
PlainCase: Any = _readable(Case, "PlainCase", meta=_NEWEST)
PlainPerson: Any = _readable(Person, "PlainPerson", PlainCase)
TrackedCase: Any = _readable(Case, "TrackedCase", history=HistoricalRecords())
TrackedPerson: Any = _readable(Person, "TrackedPerson", TrackedCase, history=HistoricalRecords())
TRACKED: list[Any] = [TrackedCase, TrackedPerson]


def copied(row: models.Model, model: Any) -> Any:
    """A row of ours as a readable one of `model`, every column."""
    return model(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})


def make_tables() -> None:
    """Make them, and what rights on them are called."""
    with connection.schema_editor() as editor:
        for model in (PlainCase, PlainPerson, *TRACKED, *(one.history.model for one in TRACKED)):
            editor.create_model(model)
    kind = ContentType.objects.get_for_model(PlainCase)
    Permission.objects.get_or_create(content_type=kind, codename="work_on_plaincase", name="Work on it")


def fill_tracked() -> None:
    """Put the same cases and people in the tables with history: a row is saved faster in a small table."""
    with connection.cursor() as cursor:
        for plain, tracked in ((PlainCase, TrackedCase), (PlainPerson, TrackedPerson)):
            columns = ", ".join(f'"{field.column}"' for field in plain._meta.concrete_fields)
            same = f"SELECT {columns} FROM {plain._meta.db_table}"  # noqa: S608 - names of our own
            cursor.execute(f"INSERT INTO {tracked._meta.db_table} ({columns}) {same}")


def make_trigrams() -> bool:
    """Index the readable text by trigrams, as `icontains` asks for it; False where that is not to be had."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if not cursor.fetchone():
            return False
        cursor.execute("CREATE EXTENSION pg_trgm")
        for name in SEARCHED:
            cursor.execute(
                f"CREATE INDEX ON sharing_plainperson USING gin (UPPER({name}::text) gin_trgm_ops)"
            )
    return True


def share(officer: User, held: list[Any], manager: User, group: str, managed: list[Any]) -> None:
    """Give the officer cases one by one, and the manager's group those of the team."""
    kind = ContentType.objects.get_for_model(PlainCase)
    permission = Permission.objects.get(codename="work_on_plaincase")
    same = {"permission": permission, "content_type": kind}
    UserObjectPermission.objects.bulk_create(
        [UserObjectPermission(user=officer, object_pk=str(one), **same) for one in held], batch_size=2000
    )
    team = Group.objects.create(name=group)
    manager.groups.add(team)
    GroupObjectPermission.objects.bulk_create(
        [GroupObjectPermission(group=team, object_pk=str(one), **same) for one in managed], batch_size=2000
    )


def page(user: User, number: int = 1) -> list[Any]:
    """A page as the documentation of guardian and Django would have it."""
    mine = get_objects_for_user(
        user, "work_on_plaincase", klass=PlainCase, accept_global_perms=False
    ).order_by("-opened_at", "id")
    found = mine.select_related("owner").prefetch_related("people")
    return list(Paginator(found, SIZE).page(number).object_list)


def find(text: str) -> Any:
    """The people in whose name each word is, anywhere."""
    found = PlainPerson.objects.all()
    for word in text.split():
        found = found.filter(name__icontains=word)
    return found

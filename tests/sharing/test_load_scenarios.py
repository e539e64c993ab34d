"""Made-up cases: entered through the actions, compared with what each expects, gone after a check."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import vault
from cases.models import (
    Agency,
    Case,
    CaseKey,
    CaseUserPermission,
    ConsentRecord,
    InformationItem,
    Notice,
    Organisation,
    Person,
    User,
)
from dahashare import demonstration
from sharing import actions, lists
from sharing.models import Advice, Asked, Decision, Draft, RequestStep

FOLDER = Path(demonstration.__file__).parent / "scenarios"
EVERY = sorted(FOLDER.glob("*.toml"))
RECORDED = ("child-at-home-paragraph-18", "high-risk-police-and-marac", "part-shared-old-note-and-neighbour")
FILES = [FOLDER / f"{name}.toml" for name in ("blanket-refusal", "consent-trap", *RECORDED)]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _demonstration(settings: Any) -> None:
    settings.DEMO = True


def load(*arguments: Any) -> list[str]:
    """The lines that the command prints; CommandError where it would exit with 1."""
    out = io.StringIO()
    call_command("load_scenarios", *map(str, arguments), stdout=out, stderr=out)
    return out.getvalue().splitlines()


def refused(*arguments: Any) -> str:
    """What the command prints where it exits with 1."""
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("load_scenarios", *map(str, arguments), stdout=out, stderr=out)
    return f"{out.getvalue()}\n{error.value}"


def changed(folder: Path, was: str, becomes: str, name: str = "high-risk-police-and-marac") -> Path:
    text = (FOLDER / f"{name}.toml").read_text("utf-8")
    assert text.count(was) == 1
    path = folder / f"{name}.toml"
    path.write_text(text.replace(was, becomes), "utf-8")
    return path


def rows() -> dict[str, int]:
    tables = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model._meta.label: model._default_manager.count() for model in tables}


def test_there_are_twelve() -> None:
    assert len(EVERY) == 12


def test_a_check_says_ok_and_leaves_nothing() -> None:
    before = rows()
    assert load("--check", *EVERY) == [f"{path}: ok" for path in EVERY]
    assert rows() == before
    assert connection.get_autocommit()
    with transaction.atomic(durable=True):  # the connection is as it was
        assert not Case.objects.exists()


def test_a_check_of_a_copy_that_holds_them_enters_them_again() -> None:
    load(*FILES)
    before = rows()
    assert load("--check", *FILES) == [f"{path}: ok" for path in FILES]
    assert rows() == before
    assert ledger.verify().problem is None


def test_work_goes_on_after_a_check() -> None:
    """No key of a case or of the organisation outlives the check that made it."""
    load("--check", *FILES)
    load(*FILES)
    assert Decision.objects.count() == len(RECORDED)
    assert all(person.name for person in Person.objects.all())


def test_entering_is_what_the_pages_do() -> None:
    assert load(*FILES) == [f"{path}: ok" for path in FILES]
    assert Case.objects.count() == CaseKey.objects.exclude(subject=vault.ORGANISATION).count() == len(FILES)
    assert Decision.objects.count() == len(RECORDED)
    assert Draft.objects.filter(recorded_at=None).count() == 2
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {
        "case.created",
        "person.added",
        "information.added",
        "risk.assessed",
        "decision.recorded",
    } <= kinds
    report = ledger.verify()
    assert report.problem is None
    assert Entry.objects.filter(kind="case.created").count() == len(FILES)
    assert ConsentRecord.objects.exists()


def test_a_second_run_enters_nothing() -> None:
    load(*FILES)
    before = rows()
    assert load(*FILES) == [f"{path}: ok, entered before" for path in FILES]
    assert rows() == before


def test_decided_is_the_scenario_s_time_and_recorded_the_real_one() -> None:
    load(FOLDER / "high-risk-police-and-marac.toml")
    decision = Decision.objects.get()
    assert decision.decided_at.isoformat() == "2026-03-03T15:35:00+00:00"
    assert timezone.now() - decision.recorded_at < timedelta(minutes=1)


def test_a_draft_that_cannot_be_recorded_stays_with_its_case() -> None:
    load(FOLDER / "consent-trap.toml")
    draft = Draft.objects.get()
    assert draft.recorded_at is None
    assert actions.answers_of(draft)["outcome"]


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('stops = []', 'stops = ["basis_missing"]', "stops: expected basis_missing; found none"),
        ('points = []', 'points = ["late"]', "points: expected late; found none"),
        ("recorded = true", "recorded = false", "was recorded; expected not to be"),
        ('basis = "6-1-d"\n', "", "stops: expected none; found basis_missing"),
        ('linked = "no"\nmethod = "phone', 'method = "phone', "found recipient_link_unknown"),
    ],
)  # fmt: skip
def test_what_differs_is_told(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    text = refused("--check", changed(tmp_path, was, becomes), FILES[0])
    assert told in text
    assert f"{FILES[0]}: ok" in text


@pytest.mark.parametrize(
    ("was", "becomes", "key", "value"),
    [
        ("[case]", "[case]\ncolour = 1", "case.colour", "1"),
        ("send_by = 2026-03-03T17:00:00", 'send_by = "soon"', "decision.send_by", "soon"),
        ('urgency = "today"', 'urgency = "whenever"', "decision.urgency", "whenever"),
        ("now = 2026-03-03T15:40:00", "now = 2026-03-03T15:40:00Z", "now", "2026-03-03T15:40:00"),
        ('outcome = "share_part"\n', "", "outcome", "missing"),
    ],
)
@pytest.mark.parametrize("check", [["--check"], []])
def test_an_error_names_file_key_and_value_and_nothing_is_entered(
    tmp_path: Path, was: str, becomes: str, key: str, value: str, check: list[str]
) -> None:
    path = changed(tmp_path, was, becomes)
    text = refused(*check, FILES[0], path)
    assert path.name in text
    assert key in text
    assert value in text
    assert not Case.objects.exists()


def test_a_file_that_is_not_there_or_no_toml(tmp_path: Path) -> None:
    assert "gone.toml" in refused("--check", tmp_path / "gone.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe=")
    assert "bad.toml" in refused("--check", tmp_path / "bad.toml")


def test_a_live_copy_takes_no_made_up_case(settings: Any) -> None:
    settings.DEMO = False
    assert "demonstration copy alone" in refused(*FILES)
    assert not Case.objects.exists()
    assert load("--check", *FILES) == [f"{path}: ok" for path in FILES]
    with pytest.raises(CommandError):
        call_command("demo")
    assert not User.objects.exists()


def test_the_organisation_is_put_back() -> None:
    Organisation(name="Example Council", type="almo", notice_bases=["6-1-e"], policy_document=True).save()
    load(*FILES)
    after = Organisation.current()
    assert (after.name, after.type, after.notice_bases) == ("Example Council", "almo", ["6-1-e"])
    assert after.policy_document


def test_the_demonstration_can_be_made_again_and_again() -> None:
    for _ in range(2):
        call_command("demo", stdout=io.StringIO())
    assert sorted(User.objects.values_list("role", flat=True)) == [
        "administrator", "governance", "manager", "officer", "officer",
    ]  # fmt: skip
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert Organisation.current().name == "Example Homes"
    assert Case.objects.count() == 14
    assert InformationItem.objects.exclude(received_from="").exists()
    survivors = Person.objects.filter(role="victim_survivor")
    assert {"larkspur"} < {one.code_word for one in survivors}
    assert sum(1 for one in survivors if one.do_not and one.safe_times and "ZZ99" in one.address) == 2
    assert Case.objects.exclude(concerns=None).count() == 4
    assert Case.objects.filter(status="closed").count() == 1
    assert CaseUserPermission.objects.get().user.email == "colleague@demo.example"
    assert [(one.kind, one.user.role) for one in Notice.objects.all()] == [("possible_duplicate", "officer")]
    assert User.objects.exclude(trained_on=None).count() == 3
    assert [step.refusal for step in RequestStep.objects.exclude(refusal="")] == ["policy"]
    assert (Advice.objects.count(), Asked.objects.count()) == (1, 1)
    assert ledger.verify().problem is None


def test_the_directory_holds_the_agencies_of_the_list() -> None:
    seeded = dict(Agency.objects.values_list("code", "name"))
    assert seeded == dict(lists.choices("agency"))

"""Scenario files: read strictly; every error names the file, the key and the value."""

from datetime import date
from pathlib import Path

import pytest

from sharing import rules, scenario_file
from sharing.rules.terms import LONDON
from sharing.scenario_file import ScenarioError

FOLDER = Path(__file__).parents[2] / "dahashare/scenarios"
SHARE = (FOLDER / "part-shared-old-note-and-neighbour.toml").read_text("utf-8")
NAME = "part-shared-old-note-and-neighbour.toml"


def load(folder: Path, text: str, name: str = NAME) -> scenario_file.Scenario:
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return scenario_file.load(path)


def test_a_scenario_mirrors_its_file() -> None:
    scenario = scenario_file.load(FOLDER / NAME)
    assert scenario.id == NAME.removesuffix(".toml")
    assert scenario.now.isoformat() == "2026-04-22T09:45:00+01:00"
    assert scenario.case["concern_identified_at"].tzinfo is LONDON
    assert scenario.decision["decide_by"] == date(2026, 4, 24)
    assert scenario.decision["limbs"] == {}
    assert [person["key"] for person in scenario.people] == ["survivor", "alleged", "neighbour", "sister"]
    assert scenario.information_of(scenario.items[0])["source"] == "Noise team's log"
    assert scenario_file.answered(scenario) == {"stale_item"}
    assert scenario.expect == {"recorded": True, "stops": [], "points": ["stale_item"]}


def test_the_facts_hold_what_the_file_says() -> None:
    facts = scenario_file.to_facts(scenario_file.load(FOLDER / "child-at-home-paragraph-18.toml"))
    assert (facts.care_needs, facts.at_risk, facts.cannot_protect) == (False, True, False)
    assert facts.case.information_count == 3
    assert facts.case.people[0].safe_routes == {"visit"}
    assert facts.items[1].checked_on == date(2026, 6, 11)
    assert facts.items[1].about == ("child", "survivor")
    assert facts.recipients[0].method == "portal"
    assert facts.aims == {"protect_child", "protect_adult"}
    assert facts.organisation.notice_bases is None
    assert facts.decided_at is None


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("policy_document = true", "policy_document = true\nbank = 1", "organisation.bank = 1: unknown key"),
        ('basis = "6-1-e"', 'basys = "6-1-e"', "decision.basys = '6-1-e': unknown key"),
        ('basis = "6-1-e"', 'basis = "6-1-z"', "decision.basis = '6-1-z': unknown code"),
        ('basis = "6-1-e"', "basis = 6", "decision.basis = 6: must be a text"),
        ('kinds = ["ordinary"]', 'kinds = "ordinary"', "decision.kinds = 'ordinary': must be a list"),
        ('kinds = ["ordinary"]', 'kinds = ["usual"]', "decision.kinds = ['usual']: unknown code"),
        ('kinds = ["ordinary"]', "schedule_1 = 18", "decision.schedule_1 = 18: must be a text"),
        ('kinds = ["ordinary"]', 'schedule_1 = "99"', "decision.schedule_1 = '99': unknown code"),
        ("decide_by = 2026-04-24", 'decide_by = "Friday"', "decision.decide_by = 'Friday': must be a date"),
        (
            "decide_by = 2026-04-24",
            "decide_by = 2026-04-24T10:00:00Z",
            "2026-04-24T10:00:00+00:00: must be a local",
        ),
        (
            "decide_by = 2026-04-24",
            "review_on = 2026-04-24T10:00:00",
            "decision.review_on = 2026-04-24T10:00:00",
        ),
        (
            "decide_by = 2026-04-24",
            "decide_by = 9999-12-31",
            "decision.decide_by = 9999-12-31: is not a year",
        ),
        ("decide_by = 2026-04-24", "decide_by = 2026-02-30", f"{NAME}: decide_by = 2026-02-30: "),
        ("now = 2026-04-22T09:45:00", "now = 2026-04-22", "now = 2026-04-22: must be a local time"),
        ("now = 2026-04-22T09:45:00\n", "", "now is missing"),
        (
            "dated = 2025-11-20",
            'dated = "last year"',
            "case.information[1].dated = 'last year': must be a date",
        ),
        ("relevant = true", 'relevant = "yes"', "decision.items[1].relevant = 'yes': must be true or false"),
        ("include = true", "", "decision.items[1].include is missing"),
        ('outcome = "share_part"', "", "decision.outcome is missing"),
        ("recorded = true", "", "expect.recorded is missing"),
        ('type = "local_authority"', "", "organisation.type is missing"),
        ('information = "noise"', 'information = "nois"', "decision.items[1].information = 'nois'"),
        (
            'information = "heard"',
            'information = "noise"',
            "decision.items[2].information = 'noise': given twice",
        ),
        ('recipients = ["options"]', 'recipients = ["option"]', "decision.items[1].recipients = 'option'"),
        ('about = ["survivor", "alleged"]', 'about = ["him"]', "case.information[1].about = 'him'"),
        ('key = "alleged"', 'key = "survivor"', "case.people[2].key = 'survivor': given twice"),
        ('role = "victim_survivor"', 'role = "victim"', "case.people[1].role = 'victim': unknown code"),
        (
            'agency = "housing"',
            'agency = "landlord"',
            "decision.recipients[1].agency = 'landlord': unknown code",
        ),
        ('safe_routes = ["text"', 'safe_routes = ["in_person"', "case.people[1].safe_routes = ['in_person'"),
        ("stale_item = ", "late = ", "decision.points.late = 'The noise log is from"),
        ("stale_item = ", "old_item = ", "decision.points.old_item = 'The noise log"),
        ('points = ["stale_item"]', 'points = ["old"]', "expect.points = ['old']: unknown code"),
        ("stops = []", 'stops = ["late"]', "expect.stops = ['late']: unknown code"),
        ('kinds = ["ordinary"]', "limbs = { needs = true }", "decision.limbs.needs = True: unknown key"),
        ('kinds = ["ordinary"]', "limbs = 3", "decision.limbs = 3: must be a table"),
        ('id = "part-shared', 'id = "whole-shared', "id = 'whole-shared"),
        ('id = "part-shared', 'extra = 1\nid = "part-shared', "extra = 1: unknown key"),
        ("Zoë Achterberg", "Zo\\u0000", "case.people[1].name = 'Zo\\x00'"),
        ("Zoë Achterberg", "Zo\\u202Eë", "case.people[1].name = 'Zo\\u202eë'"),
        ("[expect]", "[expect", NAME),
        ("Zoë", "\ud800", "is not UTF-8"),
    ],
)
def test_what_is_not_as_the_format_says_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in SHARE
    with pytest.raises(ScenarioError) as raised:
        load(tmp_path, SHARE.replace(old, new, 1))
    assert NAME in str(raised.value)
    assert named in str(raised.value)


@pytest.mark.parametrize("table", ["organisation", "case", "decision", "expect"])
def test_a_table_must_be_a_table(tmp_path: Path, table: str) -> None:
    tables = {
        "organisation": '{ type = "other" }',
        "case": "{}",
        "decision": '{ outcome = "not_yet" }',
        "expect": "{ recorded = false }",
    }
    head = 'id = "x"\ntitle = "x"\nnow = 2026-04-22T09:45:00\n'
    load(tmp_path, head + "\n".join(f"{key} = {value}" for key, value in tables.items()), "x.toml")
    broken = head + "\n".join(f"{key} = {value}" for key, value in (tables | {table: "3"}).items())
    with pytest.raises(ScenarioError, match=rf"x\.toml: {table} = 3: must be a table"):
        load(tmp_path, broken, "x.toml")


def test_a_list_of_tables_must_be_one(tmp_path: Path) -> None:
    text = 'id = "x"\ntitle = "x"\nnow = 2026-04-22T09:45:00\norganisation.type = "other"\ncase.people = 3\n'
    with pytest.raises(ScenarioError, match=r"case\.people = 3: must be a list of tables"):
        load(tmp_path, text, "x.toml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"gone\.toml: cannot be read"):
        scenario_file.load(tmp_path / "gone.toml")


def test_a_long_value_is_shown_in_part(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as raised:
        load(tmp_path, SHARE.replace("fits = ", "fit = ", 1))
    assert len(str(raised.value)) < 150


def test_little_is_needed_and_white_space_answers_nothing(tmp_path: Path) -> None:
    text = (
        'id = "x"\ntitle = "x"\nnow = 2026-04-22T09:45:00\n[organisation]\ntype = "other"\n'
        '[decision]\noutcome = "share_all"\npoints = { no_procedure = " " }\n[expect]\nrecorded = false\n'
    )
    scenario = load(tmp_path, text, "x.toml")
    assert scenario_file.answered(scenario) == set()
    assert "aim_missing" in {finding.code for finding in rules.assess(scenario_file.to_facts(scenario))}


def test_the_differences_are_told() -> None:
    scenario = scenario_file.load(FOLDER / "consent-trap.toml")
    found = rules.assess(scenario_file.to_facts(scenario))
    assert scenario_file.differences(scenario, found, recorded=False) == []
    assert scenario_file.differences(scenario, [], recorded=True) == [
        "stops: expected consent_not_free; found none",
        "was recorded; expected not to be",
    ]
    shared = scenario_file.load(FOLDER / NAME)
    assert scenario_file.differences(shared, [], recorded=False) == [
        "points: expected stale_item; found none",
        "expected to be recorded; was not",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "decide_by = 2026-02-30",
        "now = 2026-13-01T10:00:00",
        "x = " + "[" * 3_000 + "]" * 3_000,
        "x = " + "9" * 5_000,
        "x = 0x" + "f" * 5_000,
        ".".join(["x"] * 5_000) + " = 1",
    ],
)
def test_what_is_no_toml_names_the_file_and_the_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(f'id = "broken"\n{line}\n', "utf-8")
    with pytest.raises(ScenarioError) as refused:
        scenario_file.load(path)
    assert "broken.toml" in str(refused.value)
    if len(line) < 50:
        assert line in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_path_that_is_no_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError):
        scenario_file.load(tmp_path / "a\0b.toml")

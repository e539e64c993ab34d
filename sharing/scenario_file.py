"""Reads a scenario file: a made-up case, an officer's answers, and what must come out. Pure and strict.

Whatever is not exactly as the format says is a ScenarioError that names the file, the key and the value.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sharing import rules
from sharing import scenario_format as form
from sharing.rules import given

_SHOWN = 60

Table = dict[str, Any]


class ScenarioError(ValueError):
    """A scenario file is not as the format says; the message names the file, the key and the value."""


@dataclass(frozen=True)
class Scenario:
    """A scenario, as in the file: each table a dict of the keys that were given, times aware in London.

    `decision` holds the flat answers and `limbs`; recipients, items and answers to points stand beside it.
    """

    path: Path
    id: str
    title: str
    source: str
    now: datetime
    organisation: Table
    case: Table
    people: list[Table]
    information: list[Table]
    decision: Table
    recipients: list[Table]
    items: list[Table]
    points: dict[str, str]
    expect: Table

    def information_of(self, item: Mapping[str, Any]) -> Table:
        """The information item of the case that a decision's item is about."""
        return next(held for held in self.information if held["key"] == item["information"])


class _File:
    """One file being read: knows its name, so that every error can say it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def error(self, key: str, value: Any, problem: str) -> ScenarioError:
        try:
            shown = repr(value) if not isinstance(value, date) else value.isoformat()
        except (ValueError, RecursionError):
            shown = f"a {type(value).__name__} that is too long to show"
        shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
        return ScenarioError(f"{self.path.name}: {key} = {shown}: {problem}")

    def table(
        self, where: str, values: Any, readers: Mapping[str, form.Reader], needed: tuple[str, ...] = ()
    ) -> Table:
        """The values, each read by its reader. Unknown and missing keys are errors."""
        if not isinstance(values, dict):
            raise self.error(where, values, "must be a table")
        read = {}
        for key, value in values.items():
            place = f"{where}.{key}" if where else key
            if key not in readers:
                raise self.error(place, value, "unknown key")
            try:
                read[key] = readers[key](value)
            except ValueError as problem:
                raise self.error(place, value, str(problem)) from problem
        for key in needed:
            if key not in read:
                raise ScenarioError(f"{self.path.name}: {where}.{key} is missing".replace(" .", " "))
        return read

    def tables(
        self, where: str, values: Any, readers: Mapping[str, form.Reader], needed: tuple[str, ...]
    ) -> list[Table]:
        """A list of tables; the first needed key must not repeat."""
        if not isinstance(values, list):
            raise self.error(where, values, "must be a list of tables")
        read = [self.table(f"{where}[{at}]", value, readers, needed) for at, value in enumerate(values, 1)]
        seen = set()
        for at, table in enumerate(read, 1):
            if table[needed[0]] in seen:
                raise self.error(f"{where}[{at}].{needed[0]}", table[needed[0]], "given twice")
            seen.add(table[needed[0]])
        return read

    def known(self, where: str, tables: list[Table], key: str, targets: list[Table]) -> None:
        """Every key named under `key` must be the key of one of the targets."""
        keys = {target["key"] for target in targets}
        for at, table in enumerate(tables, 1):
            named = table.get(key, [])
            for one in [named] if isinstance(named, str) else named:
                if one not in keys:
                    raise self.error(f"{where}[{at}].{key}", one, "nobody and nothing has this key")

    def toml(self) -> Table:
        """The parsed file."""
        text = ""
        try:
            text = self.path.read_text("utf-8")
            return tomllib.loads(text)
        except OSError as problem:
            raise ScenarioError(f"{self.path.name}: cannot be read ({problem.strerror})") from problem
        except UnicodeDecodeError as problem:
            raise ScenarioError(f"{self.path.name}: is not UTF-8") from problem
        except tomllib.TOMLDecodeError as problem:
            raise ScenarioError(f"{self.path.name}: {_line(text, str(problem))}{problem}") from problem
        except (ValueError, RecursionError) as problem:
            raise ScenarioError(f"{self.path.name}: cannot be read as TOML") from problem


def _line(text: str, problem: str) -> str:
    """The line that is no TOML, such as `decide_by = 2026-02-30: `: it names the key and the value."""
    found = re.search(r"at line (\d+)", problem)
    return f"{text.splitlines()[int(found[1]) - 1].strip()[:_SHOWN]}: " if found else ""


def _part(values: Table, key: str, empty: Any) -> Any:
    return values.pop(key, empty) if isinstance(values, dict) else empty


def load(path: Path | str) -> Scenario:
    """The scenario in a file. Raises ScenarioError for whatever is not exactly as the format says."""
    file = _File(Path(path))
    data = file.toml()
    organisation, case, decision, expect = (
        data.pop(key, {}) for key in ("organisation", "case", "decision", "expect")
    )
    people, information = _part(case, "people", []), _part(case, "information", [])
    recipients, items = _part(decision, "recipients", []), _part(decision, "items", [])
    limbs, answers = _part(decision, "limbs", {}), _part(decision, "points", {})
    head = file.table("", data, form.HEAD, ("id", "title", "now"))
    if head["id"] != file.path.stem:
        raise file.error("id", head["id"], "must be the file name without .toml")
    scenario = Scenario(
        path=file.path,
        id=head["id"],
        title=head["title"],
        source=head.get("source", ""),
        now=head["now"],
        organisation=file.table("organisation", organisation, form.ORGANISATION, ("type",)),
        case=file.table("case", case, form.CASE),
        people=file.tables("case.people", people, form.PERSON, ("key", "role")),
        information=file.tables("case.information", information, form.INFORMATION, ("key", "text")),
        decision=file.table("decision", decision, form.DECISION, ("outcome",))
        | {"limbs": file.table("decision.limbs", limbs, dict.fromkeys(form.LIMBS, form.flag))},
        recipients=file.tables("decision.recipients", recipients, form.RECIPIENT, ("key",)),
        items=file.tables("decision.items", items, form.ITEM, ("information", "include")),
        points=file.table("decision.points", answers, dict.fromkeys(rules.POINTS, form.text)),
        expect={"stops": [], "points": []} | file.table("expect", expect, form.EXPECT, ("recorded",)),
    )
    _check_references(file, scenario)
    _check_answers(file, scenario)
    return scenario


def _check_references(file: _File, scenario: Scenario) -> None:
    file.known("case.information", scenario.information, "about", scenario.people)
    file.known("decision.items", scenario.items, "information", scenario.information)
    file.known("decision.items", scenario.items, "recipients", scenario.recipients)


def _check_answers(file: _File, scenario: Scenario) -> None:
    raised = {finding.code for finding in rules.points(rules.assess(to_facts(scenario)))}
    for code, answer in scenario.points.items():
        if code not in raised:
            raise file.error(f"decision.points.{code}", answer, "answers a point that is not raised")


# --- facts and comparison ---------------------------------------------------------------------------


def _of(table: Mapping[str, Any], *sets: str, without: tuple[str, ...] = ()) -> Table:
    """The table as arguments: lists under `sets` as frozen sets, other lists as tuples."""
    found = {}
    for key, value in table.items():
        if key not in without:
            found[key] = (
                frozenset(value) if key in sets else tuple(value) if isinstance(value, list) else value
            )
    return found


def to_facts(scenario: Scenario) -> rules.Facts:
    """The scenario as the rules see it."""
    people = tuple(
        rules.Person(**_of(person, "safe_routes", "unsafe_routes", without=form.LIMBS))
        for person in scenario.people
    )
    case = rules.CaseFacts(
        **_of(scenario.case, "marac_criteria"), people=people, information_count=len(scenario.information)
    )
    items = tuple(
        rules.Item(**_of(scenario.information_of(item)), **_of(item, without=("information",)))
        for item in scenario.items
    )
    return rules.Facts(
        now=scenario.now,
        organisation=rules.Organisation(**_of(scenario.organisation, "notice_bases")),
        case=case,
        recipients=tuple(rules.Recipient(**_of(recipient)) for recipient in scenario.recipients),
        items=items,
        **_of(scenario.decision, *form.MANY_CODES, without=("limbs",)),
        **scenario.decision["limbs"],
    )


def answered(scenario: Scenario) -> set[str]:
    """The codes of the points that the scenario answers; white space is no answer."""
    return {code for code, answer in scenario.points.items() if given(answer)}


def differences(scenario: Scenario, findings: Collection[rules.Finding], *, recorded: bool) -> list[str]:
    """What came out otherwise than expected, one sentence each; empty where all is as expected."""
    found = {
        "stops": sorted(finding.code for finding in rules.stops(findings)),
        "points": sorted(finding.code for finding in rules.points(findings)),
    }
    told = []
    for kind, codes in found.items():
        expected = sorted(scenario.expect[kind])
        if expected != codes:
            told.append(
                f"{kind}: expected {', '.join(expected) or 'none'}; found {', '.join(codes) or 'none'}"
            )
    if recorded != scenario.expect["recorded"]:
        told.append(
            "expected to be recorded; was not"
            if scenario.expect["recorded"]
            else "was recorded; expected not to be"
        )
    return told

"""An officer's browser at a draft that a row of the tables of findings has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from cases import actions as case_actions
from cases.models import InformationItem, Team, User
from sharing import actions, rules
from sharing.models import Draft
from sharing.views.desk import sheet_of
from tests.cast import UserFactory, go_live
from tests.journeys.findings import (
    ANSWERS,
    INFORMATION,
    KEPT,
    PEOPLE,
    POLICE,
    SHARED,
    Fill,
    In,
    Row,
    resolved,
)
from tests.sharing.agreeing import agreed


@dataclass(frozen=True)
class At:
    """An officer's browser at a draft."""

    page: Page
    draft: Draft
    items: Sequence[InformationItem]

    def url(self, where: str) -> str:
        """The address of a page of the draft, or of the case beneath it."""
        case, draft, first = self.draft.case.reference, self.draft.id, self.items[0].id
        own = {
            "check": reverse("draft_check", args=[draft]),
            "points": reverse("draft_points", args=[draft]),
            "recipient": reverse("recipient_change", args=[draft, "police"]),
            "new-recipient": reverse("recipient_add", args=[draft]),
            "item": reverse("item_change", args=[draft, first]),
            "other-item": reverse("item_change", args=[draft, self.items[1].id]),
            "information": reverse("information_change", args=[case, first]),
        }
        return own.get(where) or reverse("draft_step", args=[draft, where])

    def target(self, row: Row) -> str:
        """The id beside which a row's words stand."""
        return row.field.format(item=self.items[0].id)

    def open(self, where: str) -> None:
        """Go to a page."""
        self.page.goto(self.url(where), wait_until="load")

    def save(self, button: str = "Save and continue") -> None:
        """Press a button, and wait for the page that follows."""
        self.press(self.page.get_by_role("button", name=button, exact=True))

    def press(self, found: Locator) -> None:
        """Press a button or a link, and wait for the page that follows."""
        with self.page.expect_navigation():
            found.click()

    def fill(self, answers: Fill) -> None:
        """Answer questions of the page that is open."""
        for name, value in answers.items():
            if name == "unfold":
                self.press(self.page.locator("button[name=unfold]").first)
            elif isinstance(value, In) or (name in DAYS and value == ""):
                for part, text in (value.boxes() if value else dict.fromkeys(BOXES, "")).items():
                    if text or part != "time":
                        self.page.locator(f"[name='{name}_{part}']").fill(text)
            else:
                self._answer(self.page.locator(f"[name='{name}']"), value)

    def _answer(self, found: Locator, value: Any) -> None:
        kind = found.first.evaluate("e => e.type")
        if kind == "radio":
            found.and_(self.page.locator(f"[value='{value}']")).check()
        elif kind == "checkbox":
            for box in found.all():
                box.set_checked(box.get_attribute("value") in value)
        elif kind == "select-one":
            found.select_option(value)
        else:
            found.fill(value)

    def accepted(self, where: str, answers: Fill) -> None:
        """Fill in a page and save it; it has nothing against that."""
        self.open(where)
        self.save_accepted(answers)

    def save_accepted(self, answers: Fill) -> None:
        """Fill in the page that is open and save it; it goes on, or has nothing against it."""
        self.fill(answers)
        before = self.page.url.split("#")[0]
        self.save("Save" if "/information/" in self.page.url else "Save and continue")
        expect(self.page.locator("h1")).to_be_visible()
        if self.page.url.split("#")[0] != before:
            return
        against = self.page.locator(".govuk-error-summary").all_inner_texts()
        assert against == [], f"{self.page.url}: {against}"


BOXES = ("day", "month", "year", "time")
DAYS = ("tell_by", "review_on", "send_by", "decided_at", "checked_on")


def prepare(page: Page, by: User, team: Team, row: Row) -> At:
    """A case and a draft of it, changed as a row says."""
    now = timezone.now()
    if row.settings:
        go_live(**row.settings)
    safe: dict[str, Any] = {"safe_routes": ["phone"], "unsafe_routes": ["post"]}
    people = [PEOPLE[0] | safe, *PEOPLE[1:]]
    case = case_actions.create_case(
        by=by, team=team, concern_identified_at=now - timedelta(minutes=5), people=people
    )
    ids = {person.role: str(person.id) for person in case.people.all()}
    if row.risk:
        found = {"level": row.risk, "criteria": ["visible_high_risk"], "assessed_on": timezone.localdate()}
        case_actions.assess_risk(by=by, case=case, values=found)
    items = []
    for changes in (row.item, *[{}] * (1 + row.more)):
        said = resolved({**INFORMATION, **changes})
        said["about"] = [ids[role] for role in said["about"]]
        items.append(case_actions.add_information(by=by, case=case, values=said))
    case.refresh_from_db()
    draft = actions.start_draft(by=by, case=case)
    answers = resolved(_answers(row, items) | _agreement(row))
    return At(page, actions.save_draft(by=by, draft=draft, answers=answers, saves=draft.saves), items)


def _answers(row: Row, items: Sequence[InformationItem]) -> dict[str, Any]:
    decided = [{**SHARED, **row.shared}, KEPT, *[SHARED] * row.more]
    shown = {
        "recipients": [{**POLICE, **row.to}],
        "items": [{"information": str(item.id), **one} for item, one in zip(items, decided, strict=True)],
    }
    return {**ANSWERS, **shown, **row.answers}


def _agreement(row: Row) -> dict[str, Any]:
    """The answers about a sharing agreement that the governance lead has recorded."""
    if row.agreement is None:
        return {}
    found = agreed(UserFactory(role=User.Role.GOVERNANCE), review_on=date.fromisoformat(row.agreement.iso))
    return {"agreement": str(found.id), "agreement_review_on": row.agreement}


def codes(at: At) -> list[str]:
    """What the draft raises as it is stored now."""
    draft = Draft.objects.select_related("case").get(id=at.draft.id)
    sheet = sheet_of(actions.answers_of(draft), draft.case)
    return [one.code for one in rules.assess(sheet.facts)]

"""Page 4: the lawful basis, what it rests on, and the conditions that sensitive information needs."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from cases.forms.base import CheckboxSet, Option, PlainCharField, PlainTextField, Radios
from sharing import lists, rules
from sharing.forms.page import PageForm, YesNo, options

ANOTHER = "other"
NO_PARAGRAPH = "none"


class LawfulBasisForm(PageForm):
    """Why we can share."""

    basis = Radios(
        label="Which lawful basis fits this purpose?",
        help_text="None ranks above another. Choose the one that fits, before you share.",
        error_messages={"required": "Select a lawful basis"},
    )
    kinds = CheckboxSet(
        options("kinds"),
        label="What kinds of information would be shared?",
        help_text="Select all that apply.",
        error_messages={"required": "Select at least one kind of information"},
    )

    def adapt(self) -> None:
        """Offer the bases that are open to this organisation."""
        facts = self.sheet.facts
        offered = rules.bases_offered(facts.organisation, facts.decided_at or facts.now)
        self.offer("basis", options("basis", offered))


class PowerForm(PageForm):
    """What the chosen basis rests on. Only the question that the basis needs is asked."""

    power = Radios(
        options("power"),
        label="Which legal power makes this part of our task?",
        divider_before=ANOTHER,
        error_messages={"required": "Select the legal power"},
    )
    power_named = PlainCharField(
        label="If it is another law, which Act and section?",
        help_text="Leave this empty if you found the law in the list.",
        required=False,
    )
    enactment = Radios(
        options("enactment"),
        label="Which law says that we must share?",
        divider_before=ANOTHER,
        error_messages={"required": "Select the law"},
    )
    enactment_named = PlainCharField(
        label="If it is another law, which Act and section?",
        help_text="Leave this empty if you found the law in the list.",
        required=False,
    )
    balance = PlainTextField(
        label="How do our interests weigh against theirs?",
        help_text="What the interest is, why sharing is needed for it, and what it means for the person.",
        error_messages={"required": "Enter how the interests weigh against each other"},
    )
    annex_1 = Radios(
        options("annex_1"),
        label="Which recognised interest is it?",
        error_messages={"required": "Select the recognised interest"},
    )

    def adapt(self) -> None:
        """Ask only what this basis needs."""
        basis = lists.row("basis", self.sheet.answers.get("basis"))
        needs = str(basis.marks.get("needs", "")) if basis else ""
        for name in list(self.fields):
            if not needs or name not in (needs, f"{needs}_named"):
                del self.fields[name]

    def load(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Show a law from the list as chosen there, any other law as typed."""
        shown = dict(stored)
        for name in ("power", "enactment"):
            text = stored.get(name)
            if text and text not in dict(lists.choices(name)):
                codes = {label: code for code, label in lists.choices(name) if code != ANOTHER}
                shown[name] = codes.get(str(text), ANOTHER)
                shown[f"{name}_named"] = None if str(text) in codes else text
        return shown

    def clean(self) -> dict[str, Any]:
        """Ask for the name of a law that is not in the list."""
        for name in ("power", "enactment"):
            if self.cleaned_data.get(name) == ANOTHER:
                self.need(f"{name}_named", "Enter the Act and the section")
        return self.cleaned_data

    def answers(self) -> dict[str, Any]:
        """Store a law by its name, wherever it was found."""
        found = super().answers()
        for name in ("power", "enactment"):
            named = found.pop(f"{name}_named", None)
            if code := found.get(name):
                found[name] = named if code == ANOTHER else lists.label(name, code)
        return found


def _paragraphs() -> list[Option]:
    """The paragraphs of Parts 1 and 2 that are offered, and those that are the only one a condition takes."""
    only_one = {
        row.marks["takes"][0] for row in lists.rows("article_9") if len(row.marks.get("takes", ())) == 1
    }
    offered = [
        (row.code, row.label, row.hint)
        for row in lists.rows("schedule_1")
        if row.marks["part"] in (1, 2) and (row.marks.get("offered") != "no" or row.code in only_one)
    ]
    return [*offered, (NO_PARAGRAPH, "None: the condition above does not need one")]


class ConditionsForm(PageForm):
    """The conditions for special category information and for criminal allegations."""

    article_9 = Radios(
        options("article_9"),
        label="Which condition lets us share special category information?",
        help_text="Health, injuries, pregnancy, religion, sexual orientation and the like.",
        error_messages={"required": "Select the condition for special category information"},
    )
    schedule_1 = Radios(
        _paragraphs(),
        label="Which paragraph of Schedule 1 goes with it?",
        divider_before=NO_PARAGRAPH,
        error_messages={"required": "Select the paragraph, or that none is needed"},
    )
    offence_condition = Radios(
        options("offence_condition"),
        label="Which condition lets us share a criminal allegation or offence?",
        help_text="An allegation counts, proven or not.",
        error_messages={"required": "Select the condition for criminal allegations"},
    )

    def adapt(self) -> None:
        """Ask only for the kinds of information that would be shared."""
        facts = self.sheet.facts
        if "special" not in facts.kinds:
            del self.fields["article_9"], self.fields["schedule_1"]
        if not rules.offence_data(facts):
            del self.fields["offence_condition"]

    def load(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Show a condition without a paragraph as answered so."""
        shown = dict(stored)
        if stored.get("article_9") and not stored.get("schedule_1"):
            takes = lists.row("article_9", stored["article_9"])
            if takes and not takes.marks.get("takes"):
                shown["schedule_1"] = NO_PARAGRAPH
        return shown

    def clean(self) -> dict[str, Any]:
        """Ask for the paragraph where the condition does not stand without one."""
        condition = lists.row("article_9", self.cleaned_data.get("article_9"))
        takes = condition.marks.get("takes", ()) if condition else ()
        if takes and self.cleaned_data.get("schedule_1") == NO_PARAGRAPH:
            words = f"Select a paragraph: “{condition.label if condition else ''}” needs one"
            self.add_error("schedule_1", ValidationError(words, code="paragraph"))
        return self.cleaned_data

    def answers(self) -> dict[str, Any]:
        """Store no paragraph where none is needed."""
        found = super().answers()
        if found.get("schedule_1") == NO_PARAGRAPH:
            found["schedule_1"] = None
        return found


class ConditionTestsForm(PageForm):
    """What paragraph 18 and paragraph 10 ask for."""

    care_needs = YesNo(
        label="Do they need care and support?",
        help_text=lists.hint("limbs", "care_needs"),
        error_messages={"required": "Select whether they need care and support"},
    )
    at_risk = YesNo(
        label="Are they being harmed, or at risk of harm?",
        error_messages={"required": "Select whether they are being harmed, or at risk of harm"},
    )
    cannot_protect = YesNo(
        label="Are they unable to protect themselves because of those needs?",
        error_messages={
            "required": "Select whether they are unable to protect themselves because of those needs"
        },
    )
    no_consent_reason = Radios(
        options("no_consent_reason"),
        label="Why is consent not relied on?",
        help_text="If none of these is true, the condition does not fit: go back and choose another.",
        error_messages={"required": "Select why consent is not relied on"},
    )

    def adapt(self) -> None:
        """Ask for the three limbs only where paragraph 18 is relied on."""
        answers = self.sheet.answers
        chosen = (answers.get("schedule_1"), answers.get("offence_condition"))
        if not any(lists.marked("schedule_1", paragraph, "needs_at_risk") for paragraph in chosen):
            for name in lists.codes("limbs"):
                del self.fields[name]

    def defaults(self) -> dict[str, Any]:
        """What the case records about the victim/survivor: the officer confirms it or changes it."""
        survivor = self.sheet.survivor
        return {name: getattr(survivor, name) for name in lists.codes("limbs")} if survivor else {}

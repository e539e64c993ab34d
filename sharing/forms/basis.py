"""Page 4: the lawful basis, what it rests on, and the conditions that sensitive information needs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.forms.base import CheckboxSet, Option, PlainCharField, PlainTextField, Radios
from sharing import lists, rules
from sharing.forms.page import PageForm, Row, YesNo, in_words, options

ANOTHER = "other"
NO_PARAGRAPH = "none"
NO_DOCUMENT = "Most of these expect a policy document. Your organisation has recorded none yet."
UNFOLD, UNFOLDED = "unfold", "unfolded"
"""The button that shows the paragraphs that rarely fit, and the mark of a page that shows them."""


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

    def answers(self) -> dict[str, Any]:
        """Stamp the moment at which a basis was chosen; saving the same one again is no new choice."""
        found = super().answers()
        if found.get("basis"):
            before = self.stored.get("basis_at") if found["basis"] == self.stored.get("basis") else None
            found["basis_at"] = before or timezone.now().isoformat()
        return found

    def rows(self) -> list[Row]:
        """The answers, and when the basis was determined: sharing before that is told apart later."""
        at = self.stored.get("basis_at")
        said = in_words(datetime.fromisoformat(at)) if at and self.stored.get("basis") else ""
        return [*super().rows(), *([("When was the basis determined?", [said])] if said else [])]


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


def _paragraphs(name: str) -> list[tuple[Option, bool]]:
    """The paragraphs that a question takes, each with whether it is offered first.

    Special category data takes Parts 1 and 2, and those that are the only one a condition takes.
    """
    only_one = {
        row.marks["takes"][0] for row in lists.rows("article_9") if len(row.marks.get("takes", ())) == 1
    }
    return [
        ((row.code, row.label, row.hint), row.marks.get("offered") == "first")
        for row in lists.rows("schedule_1")
        if row.marks.get("offered") != "no" or (name == "schedule_1" and row.code in only_one)
        if name != "schedule_1" or row.marks["part"] in (1, 2)
    ]


class ConditionsForm(PageForm):
    """The conditions for special category information and for criminal allegations.

    The paragraphs that rarely fit are folded away until they are asked for, or one of them is chosen.
    """

    other_names = PageForm.other_names | {UNFOLD, UNFOLDED}
    folded = ""
    """The first question of which paragraphs are folded away."""

    article_9 = Radios(
        options("article_9"),
        label="Which condition lets us share special category information?",
        help_text="Health, injuries, pregnancy, religion, sexual orientation and the like.",
        error_messages={"required": "Select the condition for special category information"},
    )
    schedule_1 = Radios(
        label="Which paragraph of Schedule 1 goes with it?",
        divider_before=NO_PARAGRAPH,
        error_messages={"required": "Select the paragraph, or that none is needed"},
    )
    offence_condition = Radios(
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
        self._offer_paragraphs()

    def as_typed(self, data: Any) -> Self:
        """The same page with what was typed in it, a paragraph that is folded away among it."""
        super().as_typed(data)
        self._offer_paragraphs()
        return self

    @property
    def unfolded(self) -> bool:
        """Whether every paragraph is shown."""
        return any(name in found for name in (UNFOLD, UNFOLDED) for found in (self.data, self.stored))

    def _offer_paragraphs(self) -> None:
        self.folded = ""
        for name in ("schedule_1", "offence_condition"):
            if name in self.fields:
                self._offer(name)

    def _offer(self, name: str) -> None:
        chosen = {self.stored.get(name), self.data.get(name), self.defaults().get(name)}
        every = _paragraphs(name)
        shown = [option for option, first in every if first or self.unfolded or option[0] in chosen]
        none = [(NO_PARAGRAPH, "None: the condition above does not need one")] if name == "schedule_1" else []
        self.offer(name, [*shown, *none])
        field: Any = self.fields[name]
        if len(shown) < len(every):
            self.folded = self.folded or name
        if not self.sheet.facts.organisation.policy_document:
            field.help_text = f"{self.base_fields[name].help_text} {NO_DOCUMENT}".strip()

    def unfold(self, posted: Mapping[str, str]) -> Self:
        """The same page with every paragraph, and what was chosen on it; nothing is checked or saved."""
        chosen = {name: posted.get(name) for name in self.fields}
        return type(self)(self.sheet, stored={**self.stored, **chosen, UNFOLDED: True})

    def load(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Show a condition without a paragraph as answered so."""
        shown = dict(stored)
        if stored.get("article_9") and not stored.get("schedule_1") and UNFOLDED not in stored:
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

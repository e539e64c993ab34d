"""Page 5: what the person knows, what they want, and consent: three things, kept apart."""

from typing import Any

from cases.forms.base import CheckboxSet, DayField, PlainTextField, Radios
from sharing import lists, rules
from sharing.forms.page import FromTodayField, PageForm, options


class TellingForm(PageForm):
    """Being open with the person."""

    informed = Radios(
        options("informed"),
        label="Do they know that it will be shared?",
        error_messages={"required": "Select whether they know"},
    )
    wishes = Radios(
        options("wishes"),
        label="What do they want?",
        error_messages={"required": "Select what they want"},
    )
    consent = Radios(
        options("consent"),
        label="Where does consent stand?",
        help_text="This is about consent in law. It is not the same as agreeing.",
        error_messages={"required": "Select where consent stands"},
    )
    perpetrator_told = Radios(
        options("perpetrator_told"),
        label="Has the alleged perpetrator been told?",
        help_text="Never tell them without thinking of safety first.",
        error_messages={"required": "Select whether the alleged perpetrator has been told"},
    )
    children_told = Radios(
        options("children_told"),
        label="Have the children been told?",
        error_messages={"required": "Select whether the children have been told"},
    )

    def adapt(self) -> None:
        """Name the person as they want to be called; ask about children where the case has some."""
        names = self.sheet.preferred_names or ["the victim/survivor"]
        they, does = " and ".join(names), "do" if len(names) > 1 else "does"
        self.fields["informed"].label = f"{does.capitalize()} {they} know that it will be shared?"
        self.fields["wishes"].label = f"What {does} {they} want?"
        if not any(person.role == "child" for person in self.sheet.people):
            del self.fields["children_told"]


class TellingDetailsForm(PageForm):
    """What the answers about telling make necessary: each question only where it is needed."""

    told_by = Radios(label="How?", error_messages={"required": "Select how they are told"})
    told_on = DayField(
        label="When were they told?",
        help_text="For example, 27 3 2026.",
        what="The date on which they were told",
        past_only=True,
        error_messages={"required": "Enter the date on which they were told"},
    )
    tell_by = FromTodayField(
        label="By when will they be told?",
        help_text="For example, 27 3 2026.",
        what="The date by which they will be told",
        error_messages={"required": "Enter the date by which they will be told"},
    )
    disagree_reason = PlainTextField(
        label="They disagree. Why is sharing still right?",
        max_length=300,
        error_messages={"required": "Enter why sharing is still right"},
    )
    consent_reason = PlainTextField(
        label="Why does consent stand so?",
        max_length=300,
        error_messages={"required": "Enter why consent stands so"},
    )

    def adapt(self) -> None:
        """Keep the questions that the answers on the page before call for."""
        for name in set(self.fields) - set(questions(self.sheet.answers)):
            del self.fields[name]
        if "told_by" in self.fields:
            told = lists.marked("informed", self.sheet.answers.get("informed"), "told")
            self.fields["told_by"].label = "How were they told?" if told else "How will they be told?"
            self.offer(
                "told_by", [(code, label, self._safety(code)) for code, label in lists.choices("told_by")]
            )
        if "consent_reason" in self.fields:
            status = lists.label("consent", str(self.sheet.answers.get("consent")))
            self.fields["consent_reason"].help_text = f"You selected: {status}"

    def _safety(self, route: str) -> str:
        unsafe = rules.unsafe_route(self.sheet.facts.case, route)
        return "Not recorded as safe" if unsafe else "Recorded as safe"


def questions(answers: Any) -> list[str]:
    """The questions about telling that these answers call for; none where nothing more is asked."""
    informed, consent = answers.get("informed"), answers.get("consent")
    told = lists.marked("informed", informed, "told")
    asked = {
        "told_by": told or lists.marked("informed", informed, "still_to_tell"),
        "told_on": told,
        "tell_by": lists.marked("informed", informed, "needs_date"),
        "disagree_reason": lists.marked("wishes", answers.get("wishes"), "needs_reason"),
        "consent_reason": lists.marked("consent", consent, "needs_reason"),
    }
    return [name for name, wanted in asked.items() if wanted]


class UnsafeForm(PageForm):
    """Why the person is not told."""

    unsafe_reason_codes = CheckboxSet(
        options("unsafe_reason_codes"),
        label="Why is it not safe or appropriate to tell them?",
        help_text="Select all that apply.",
        error_messages={"required": "Select why it is not safe or appropriate"},
    )
    unsafe_reasons = PlainTextField(
        label="What makes you think so?",
        max_length=200,
        rows=3,
        error_messages={"required": "Enter what makes you think so"},
    )
    revisit_on = FromTodayField(
        label="When will you think about this again? (optional)",
        help_text="For example, 27 3 2026.",
        what="The date on which you think about this again",
        required=False,
    )

"""One risk assessment. The officer says what was found; the criteria follow from it (cases/risk.py)."""

from typing import Any

from cases import choices, risk
from cases.banner import NOT_ASSESSED
from cases.forms.base import YES_NO, DayField, PlainTextField, Radios, WholeNumberField
from cases.forms.listed import ListedForm, most
from cases.models import RiskAssessment

CHECKLIST_QUESTIONS = 24
MOST_INCIDENTS = 999


class RiskForm(ListedForm):
    """What an assessment found, and the level that follows."""

    assessed_on = DayField(
        label="When was the risk assessed?",
        help_text="For example, 27 3 2026",
        what="The date of the assessment",
        past_only=True,
    )
    checklist_yes = WholeNumberField(
        minimum=0,
        maximum=CHECKLIST_QUESTIONS,
        label="How many “yes” answers on the risk checklist? (optional)",
        help_text="Leave this empty if the checklist was not used.",
        required=False,
    )
    incidents = WholeNumberField(
        minimum=0,
        maximum=MOST_INCIDENTS,
        label="How many incidents in the last 12 months? (optional)",
        help_text="Incidents that we know of. Leave this empty if we do not know.",
        required=False,
    )
    repeat = Radios(
        YES_NO,
        label="Has there been abuse between the same people again within 12 months of a MARAC referral?",
        help_text="It need not be a crime.",
        error_messages={"required": "Select yes if there has been further abuse since a referral"},
    )
    judged_high = Radios(
        YES_NO,
        label="In your professional judgement, is the risk high?",
        help_text="Your judgement is enough on its own. It may raise the level, never lower it.",
        error_messages={"required": "Select yes if you judge the risk to be high"},
    )
    judgement = PlainTextField(
        label="What is your judgement based on?",
        help_text="What you saw, heard or know about this case. Needed if you judge the risk to be high.",
        max_length=most(RiskAssessment, "judgement"),
        required=False,
    )
    local_criterion = PlainTextField(
        label="Which of your area’s own criteria is met? (optional)",
        max_length=most(RiskAssessment, "local_criterion"),
        rows=2,
        required=False,
    )
    level = Radios(
        label="What is the level of risk?", error_messages={"required": "Select the level of risk"}
    )
    marac_referred_on = DayField(
        label="When was the case referred to MARAC? (optional)",
        help_text="Leave this empty if it has not been referred.",
        what="The date of the MARAC referral",
        past_only=True,
        required=False,
    )
    buttons = (("save", "Save the assessment"),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [option for option in choices.options("risk_level") if option[0] != NOT_ASSESSED]
        self.fields["level"].offer(levels)  # type: ignore[attr-defined]

    def met(self) -> list[str]:
        """The criteria that follow from the answers."""
        answers = self.cleaned_data
        return risk.criteria(
            risk.Assessed(
                checklist_yes=answers.get("checklist_yes"),
                incidents=answers.get("incidents"),
                repeat=answers.get("repeat") == "yes",
                judged_high=answers.get("judged_high") == "yes",
                judgement=answers.get("judgement", ""),
                local=answers.get("local_criterion", ""),
            )
        )

    def clean(self) -> dict[str, Any]:
        """Ask for the reasons of a judgement; refuse a level below what the answers say."""
        answers = self.cleaned_data
        if (
            answers.get("judged_high") == "yes"
            and not answers.get("judgement")
            and "judgement" not in self.errors
        ):
            self.add_error("judgement", "Enter what your judgement is based on")
        low = risk.too_low(answers.get("level", risk.HIGH), self.met())
        if low:
            words = " and ".join(choices.label("marac_criteria", code).lower() for code in low)
            self.add_error(
                "level",
                f"Select high: your other answers meet: {words}. The level can be raised, not lowered",
            )
        return answers

    def values(self) -> dict[str, Any]:
        """Fields of `RiskAssessment`, as the action takes them."""
        names = (
            "assessed_on",
            "level",
            "checklist_yes",
            "incidents",
            "judgement",
            "local_criterion",
            "marac_referred_on",
        )
        return {name: self.cleaned_data[name] for name in names} | {"criteria": self.met()}

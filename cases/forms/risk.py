"""One risk assessment. The officer says what was found; criteria and level follow from it (cases/risk.py)."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from cases import choices, risk
from cases.banner import NOT_ASSESSED
from cases.forms.base import YES_NO, CheckboxSet, DayField, PlainTextField, Radios, WholeNumberField
from cases.forms.listed import ListedForm, most
from cases.models import RiskAssessment

CHECKLIST_QUESTIONS = 24
MOST_INCIDENTS = 999
_LOCAL = "Which of your area’s own criteria is met? (optional)"


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
    incident_on = DayField(
        label="When was the newest incident? (optional)",
        help_text="Any abuse between the same people. It need not be a crime. "
        "From this date we find out whether it is a repeat.",
        what="The date of the newest incident",
        past_only=True,
        required=False,
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
    local = CheckboxSet(label=_LOCAL, help_text="Select all that apply.", required=False)
    local_criterion = PlainTextField(
        label="Any other criterion of your area, in your own words? (optional)",
        max_length=most(RiskAssessment, "local_criterion"),
        rows=2,
        required=False,
    )
    level = Radios(
        label="What is the level of risk?",
        help_text="It is at least high where the checklist or your judgement says so. You can raise it.",
        error_messages={"required": "Select the level of risk"},
    )
    marac_referred_on = DayField(
        label="When was the case referred to MARAC? (optional)",
        help_text="Leave this empty if it has not been referred.",
        what="The date of the MARAC referral",
        past_only=True,
        required=False,
    )
    buttons = (("save", "Save the assessment"),)

    def __init__(
        self,
        *args: Any,
        thresholds: risk.Thresholds | None = None,
        local: Sequence[str] = (),
        referrals: Collection[date] = (),
        **kwargs: Any,
    ) -> None:
        """Take what the organisation has set.

        Args:
            thresholds: None: those of the reference list.
            local: the criteria of its area.
            referrals: the days of the MARAC referrals that are known.
        """
        super().__init__(*args, **kwargs)
        self.thresholds, self.referrals = thresholds or risk.Thresholds(), referrals
        levels = [option for option in choices.options("risk_level") if option[0] != NOT_ASSESSED]
        self.fields["level"].offer(levels)  # type: ignore[attr-defined]
        if local:
            self.fields["local"].offer([(one, one) for one in local])  # type: ignore[attr-defined]
        else:
            del self.fields["local"]
            self.fields["local_criterion"].label = _LOCAL

    @cached_property
    def assessed(self) -> risk.Assessed:
        """The answers as the criteria read them; a date that was typed just now is a referral too."""
        answers = self.cleaned_data
        now = answers.get("marac_referred_on")
        return risk.Assessed(
            checklist_yes=answers.get("checklist_yes"),
            incidents=answers.get("incidents"),
            incident_on=answers.get("incident_on"),
            referrals=[*self.referrals, now] if now else self.referrals,
            judged_high=answers.get("judged_high") == "yes",
            judgement=answers.get("judgement", ""),
            local=self._local(),
        )

    def _local(self) -> str:
        """The criteria of the area that are met, one a line."""
        answers = self.cleaned_data
        return "\n".join(filter(None, [*answers.get("local", ()), answers.get("local_criterion", "")]))

    def met(self) -> list[str]:
        """The criteria that follow from the answers."""
        return risk.criteria(self.assessed, self.thresholds)

    def clean(self) -> dict[str, Any]:
        """Ask for the reasons of a judgement; refuse a level below what the answers say."""
        answers = self.cleaned_data
        judged_high = answers.get("judged_high") == "yes"
        if judged_high and not answers.get("judgement") and "judgement" not in self.errors:
            self.add_error("judgement", "Enter what your judgement is based on")
        self._fit_local()
        low = risk.too_low(answers.get("level", risk.HIGH), self.met())
        if low:
            words = " and ".join(choices.label("marac_criteria", code).lower() for code in low)
            self.add_error(
                "level",
                f"Select high: your other answers meet: {words}. The level can be raised, not lowered",
            )
        return answers

    def _fit_local(self) -> None:
        """Chosen criteria and own words are kept as one text."""
        allowed, typed = most(RiskAssessment, "local_criterion"), self.cleaned_data.get("local_criterion", "")
        if (over := len(self._local()) - allowed) <= 0 or "local_criterion" in self.errors:
            return
        if typed:
            words = f"Shorten this by {over} characters: what you selected above counts too"
            self.add_error("local_criterion", words)
        else:
            self.add_error("local", f"Select fewer: together they may have {allowed} characters")

    def values(self) -> dict[str, Any]:
        """Fields of `RiskAssessment`, as the action takes them."""
        names = (
            "assessed_on", "level", "checklist_yes", "incidents", "incident_on", "judgement",
            "marac_referred_on",
        )  # fmt: skip
        found = {name: self.cleaned_data[name] for name in names}
        repeat = risk.repeat_of(
            self.assessed.incident_on, self.assessed.referrals, self.thresholds.repeat_months
        )
        return found | {
            "criteria": self.met(),
            "local_criterion": self._local(),
            "repeat_of": repeat,
            "thresholds": self.thresholds.stored(),
        }

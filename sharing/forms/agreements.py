"""The question which sharing agreement covers a decision, and the terms that the governance lead keeps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from cases.forms.base import (
    CheckboxSet,
    DayField,
    Dropdown,
    GovForm,
    Option,
    PlainCharField,
    PlainTextField,
    Radios,
)
from cases.models import Policy
from sharing import agreements, lists, policies, rules
from sharing.forms.basis import ANOTHER
from sharing.forms.page import PageForm, Row, in_words, options
from sharing.models import Agreement

DAY = "j F Y"
QUESTION = "Does one of our sharing agreements cover this?"
CONFIRMED, CHANGED = "Confirmed from the agreement", "Changed from the agreement"


class WhichAgreementForm(PageForm):
    """A sharing agreement."""

    agreement = Radios(
        label=QUESTION,
        help_text="It fills in the law, the way of sending and the procedure. You confirm or change each.",
        divider_before=agreements.NONE,
        error_messages={"required": "Select an agreement or none"},
    )

    def adapt(self) -> None:
        """Offer those that fit who gets it and what for."""
        known = self.sheet.agreements
        fit = agreements.offered(self.sheet.answers, known)
        none = (agreements.NONE, "None of these", "You choose the law and the way of sending yourself.")
        self.offer("agreement", [*(_offered(one, known) for one in fit), none])

    def rows(self) -> list[Row]:
        """The agreement, what was taken from it as it is, and what was changed."""
        mine = self.sheet.agreement
        if mine is None:
            return super().rows()
        confirmed, changed = agreements.compared(mine, self.sheet.answers)
        more = [(CONFIRMED, agreements.named(confirmed)), (CHANGED, agreements.named(changed))]
        return [*super().rows(), *(row for row in more if row[1])]


def _offered(agreement: Agreement, known: Sequence[Agreement]) -> Option:
    """An agreement as an answer: its name and date, what it is for, and what has become of it."""
    aims = "; ".join(_small(lists.label("aims", code)) for code in agreement.aims)
    late = agreement.review_on < timezone.localdate()
    review = "It should have been reviewed by" if late else "To be reviewed by"
    hint = [f"It is for: {aims}.", f"{review} {date_format(agreement.review_on, DAY)}."]
    if not agreements.in_force(agreement, known):
        replaced = any(one.series == agreement.series and one.active for one in known if one is not agreement)
        hint.append("It has been replaced by a newer version." if replaced else "It has ended.")
    label = f"{agreements.title(agreement)}, agreed {date_format(agreement.agreed_on, DAY)}"
    return str(agreement.id), label, " ".join(hint)


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]


class AgreementTermsForm(GovForm):
    """The terms of a sharing agreement: who, what for, on what law, how."""

    other_names = frozenset({"seen"})

    name = PlainCharField(
        label="What is the agreement called?",
        help_text="As your partners know it. Do not name a person.",
        max_length=120,
        error_messages={"required": "Enter the name of the agreement"},
    )
    agencies = CheckboxSet(
        label="Which agencies have agreed to it?",
        help_text="Officers are offered it when everybody who gets the information is from one of these.",
        error_messages={"required": "Select at least one agency"},
    )
    aims = CheckboxSet(
        options("aims"),
        label="What is it for?",
        help_text="Officers are offered it when they share for one of these.",
        error_messages={"required": "Select at least one aim"},
    )
    basis = Radios(
        label="Which lawful basis does it rest on?",
        error_messages={"required": "Select a lawful basis"},
    )
    law = Dropdown(
        options("power"),
        empty_label="No law named",
        label="Which law is that?",
        help_text="For public task the legal power, for legal obligation the law that says you must share. "
        "Leave this empty for the other bases.",
        required=False,
    )
    law_named = PlainCharField(
        label="If it is another law, which Act and section?",
        help_text="Leave this empty if you found the law in the list.",
        required=False,
    )
    annex_1 = Dropdown(
        options("annex_1"),
        empty_label="No recognised interest",
        label="If it is a recognised legitimate interest, which one?",
        required=False,
    )
    article_9 = Dropdown(
        options("article_9"),
        empty_label="Not settled: the officer chooses",
        label="Which condition lets you share special category information?",
        help_text="Article 9 of the UK GDPR. Health, injuries, pregnancy, religion and the like.",
        required=False,
    )
    schedule_1 = Dropdown(
        empty_label="No paragraph",
        label="Which paragraph of Schedule 1 goes with that condition?",
        help_text="Data Protection Act 2018. Some conditions do not stand without one.",
        required=False,
    )
    offence_condition = Dropdown(
        empty_label="Not settled: the officer chooses",
        label="Which condition lets you share criminal allegations and offences?",
        help_text="Schedule 1 of the Data Protection Act 2018. An allegation counts, proven or not.",
        required=False,
    )
    policy_document = PlainCharField(
        label="Which appropriate policy document belongs to it?",
        help_text="Its title, or where it is kept. Leave this empty if there is none.",
        required=False,
    )
    methods = CheckboxSet(
        [
            (code, label)
            for code, label in lists.choices("method")
            if not lists.marked("method", code, "weak") and not lists.marked("method", code, "needs_reason")
        ],
        label="How may it be sent?",
        help_text="The first that you select is filled in for the officer. Leave all empty to settle none.",
        required=False,
    )
    conditions = CheckboxSet(
        options("conditions"),
        label="What must those who get it do with it?",
        required=False,
    )
    procedure = Dropdown(
        empty_label="Not settled: the officer chooses",
        label="Which of your procedures covers it?",
        required=False,
    )
    fits = PlainTextField(
        label="How does sharing under it fit that procedure?",
        help_text="One sentence is enough. It stands in the record, so do not name a person.",
        max_length=200,
        rows=3,
        required=False,
    )
    agreed_on = DayField(
        label="When was it agreed?",
        help_text="For example, 27 3 2026.",
        what="The date of the agreement",
        past_only=True,
        error_messages={"required": "Enter when it was agreed"},
    )
    review_on = DayField(
        label="By when will you review it?",
        help_text="Officers who choose it after that day are asked to check with you.",
        what="The review date",
        future_only=True,
        error_messages={"required": "Enter by when you will review it"},
    )

    def __init__(
        self,
        organisation: rules.Organisation,
        agencies: Sequence[Option],
        *args: Any,
        held: Sequence[Policy] = (),
        **kwargs: Any,
    ) -> None:
        """Arguments: `agencies` – as they are offered; `held` – the organisation's policies."""
        super().__init__(*args, **kwargs)
        kept = str(self.initial.get("procedure") or "")
        self._offer("procedure", policies.offered(held, kept=kept, none=False))
        bases = rules.bases_offered(organisation, timezone.now())
        self._offer("basis", options("basis", bases))
        self._offer("agencies", agencies)
        self._offer("schedule_1", _paragraphs(1, 2))
        self._offer("offence_condition", _paragraphs(1, 2, 3))
        if not any(_needs(code) == "annex_1" for code in bases):
            del self.fields["annex_1"]

    def _offer(self, name: str, rows: Sequence[Option]) -> None:
        field: Any = self.fields[name]
        field.offer(rows)

    @staticmethod
    def start(agreement: Agreement) -> dict[str, Any]:
        """What the form shows of a version first."""
        named = agreement.power or agreement.enactment
        codes = {label: code for code, label in lists.choices("power") if code != ANOTHER}
        law = codes.get(named, ANOTHER if named else "")
        plain = {name: getattr(agreement, name) for name in AgreementTermsForm.base_fields if name in _OWN}
        return plain | {"law": law, "law_named": named if law == ANOTHER else ""}

    def clean(self) -> dict[str, Any]:
        """Ask for what the terms need together; the words go beside the question they are about."""
        if self.cleaned_data.get("law") == ANOTHER and not self.cleaned_data.get("law_named"):
            self.add_error("law_named", ValidationError("Enter the Act and the section", code="required"))
        for name, words in agreements.problems(self.values()).items():
            field = "law" if name in ("power", "enactment") else name
            if not {field, "law_named"} & set(self.errors):
                self.add_error(field, words)
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """The terms as `record_agreement` takes them. A law is stored by its name, wherever it was found."""
        given = self.cleaned_data
        code = given.get("law") or ""
        law = given.get("law_named", "") if code == ANOTHER else lists.label("power", code)
        needs = _needs(given.get("basis"))
        found = {name: given[name] for name in _OWN if name in given}
        laws = {name: law if needs == name else "" for name in ("power", "enactment")}
        return found | laws | {"annex_1": given.get("annex_1", "") if needs == "annex_1" else ""}

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """The questions under their headings."""
        for heading, names in _GROUPS.items():
            yield heading, [self[name] for name in names if name in self.fields]


NO_NAMES: Mapping[str, str] = {}
SHORT: Mapping[str, str] = {
    "name": "Name",
    "agencies": "Agencies",
    "aims": "What it is for",
    **{name: words for name, words in agreements.SETTLES.items() if name != "method"},
    "policy_document": "Policy document",
    "methods": "Ways of sending",
    "agreed_on": "Agreed",
    "review_on": "Review by",
}
"""The terms by what they are called in lists."""
_LISTED = {"methods": "method"}


def terms(
    agreement: Agreement, agencies: Mapping[str, str], procedures: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    """What a version says, in words; what it does not settle is left out.

    Args:
        agencies: the directory's names by code.
        procedures: the names of the organisation's policies by code.
    """
    found = [(words, said(agreement, name, agencies, procedures)) for name, words in SHORT.items()]
    return [row for row in found if row[1]]


def said(
    agreement: Agreement, name: str, agencies: Mapping[str, str], procedures: Mapping[str, str] = NO_NAMES
) -> list[str]:
    """One of its terms in words; nothing where it settles none."""
    value = getattr(agreement, name)
    if name == "agencies":
        return [agencies.get(code) or lists.label("agency", code) for code in value]
    if name == "procedure" and value in procedures:
        return [procedures[value]]
    listed = _LISTED.get(name, name)
    if listed in lists.LISTS:
        return [lists.label(listed, code) for code in ([value] if isinstance(value, str) else value) if code]
    return [in_words(value)] if value else []


def differences(older: Agreement, newer: Agreement) -> list[str]:
    """What the next version changed, by what it is called."""
    pairs = ((name, getattr(older, name), getattr(newer, name)) for name in SHORT)
    return [SHORT[name] for name, was, becomes in pairs if not agreements.same(name, was, becomes)]


_OWN = frozenset(AgreementTermsForm.base_fields) - {"law", "law_named"}
_GROUPS: Mapping[str, Sequence[str]] = {
    "Who and what for": ("name", "agencies", "aims"),
    "The law": (
        "basis", "law", "law_named", "annex_1", "article_9", "schedule_1", "offence_condition",
        "policy_document",
    ),
    "How it is shared": ("methods", "conditions", "procedure", "fits"),
    "Dates": ("agreed_on", "review_on"),
}  # fmt: skip


def _needs(basis: str | None) -> str:
    row = lists.row("basis", basis)
    return str(row.marks.get("needs", "")) if row else ""


def _paragraphs(*parts: int) -> list[Option]:
    """The paragraphs of these parts of Schedule 1, those that fit domestic abuse work first."""
    rows = [row for row in lists.rows("schedule_1") if row.marks["part"] in parts]
    return [(row.code, row.label) for row in rows if row.marks.get("offered") != "no" or row.code in _TAKEN]


_TAKEN = frozenset(
    row.marks["takes"][0] for row in lists.rows("article_9") if len(row.marks.get("takes", ())) == 1
)
"""The paragraphs that are the only one a condition takes."""

"""Filling in the journey as a browser does: what its tests share."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import User
from sharing import lists
from sharing.actions import answers_of
from sharing.models import Agreement, Draft
from tests.cast import CaseFile
from tests.sharing.agreeing import agreed

BACKEND = "cases.signed_in.Backend"
REASON = "He waited at the school gate with a knife on 27 February, and the children walk home alone."
PAGES: dict[str, dict[str, Any]] = {
    "request": {
        "started": "offer",
        "already_sent": "no",
        "aims": ["protect_adult", "marac"],
        "aim_text": "The police can plan for her safety this week",
        "urgency": "two_days",
        "without_identity": "no",
    },
    "reasons": {
        "safeguarding": "yes",
        "risk_assessment": "yes",
        "services": "not_sure",
        "harm_if_not": "Nobody would know about the knife",
        "less_safe": "yes",
    },
    "safer": {"mitigation": "The police do not say where it comes from"},
    "lawful-basis": {"basis": "6-1-e", "kinds": ["ordinary", "offence"]},
    "power": {"power": "crime-and-disorder-1998-115"},
    "conditions": {"offence_condition": "10"},
    "tests": {"no_consent_reason": "would_prejudice"},
    "telling": {
        "informed": "unsafe_to_tell",
        "wishes": "not_known",
        "consent": "not_sought_misleading",
        "perpetrator_told": "no_unsafe",
        "children_told": "not_appropriate",
    },
    "telling-details": {"consent_reason": "The threshold is met, a choice would not be a real one"},
    "unsafe": {
        "unsafe_reason_codes": ["found_out"],
        "unsafe_reasons": "He reads her telephone every evening",
    },
    "how": {
        "send_by_time": "4pm",
        "procedure": "marac-protocol",
        "fits": "The protocol asks for a referral on the same day",
    },
    "decision": {"doubt": "no", "outcome": "share_part", "decided_at_time": ""},
    "main-reasons": {"reasons": ["risk_of_serious_harm"], "reason_text": REASON},
}
RECIPIENT = {
    "name": "DC Amara Osei",
    "role": "Detective",
    "agency": "police",
    "why": "Plans for her safety this week",
    "linked": "no",
}


def day(name: str, ahead: int, time: str | None = None) -> dict[str, str]:
    """A day in its boxes, so many days from today."""
    found = timezone.localdate() + timedelta(days=ahead)
    boxes = {
        f"{name}_day": str(found.day),
        f"{name}_month": str(found.month),
        f"{name}_year": str(found.year),
    }
    return boxes | ({} if time is None else {f"{name}_time": time})


@dataclass
class Decider:
    """Somebody at a draft."""

    client: Client
    case_file: CaseFile
    draft: Draft
    key: str = field(default="")

    def url(self, name: str, *args: Any) -> str:
        """An address of the draft."""
        return reverse(name, args=[self.draft.id, *args])

    def step(self, slug: str) -> str:
        """The address of a page."""
        return self.url("draft_step", slug)

    @property
    def saves(self) -> int:
        """How often the draft was saved."""
        return Draft.objects.get(id=self.draft.id).saves

    @property
    def answers(self) -> dict[str, Any]:
        """What the draft stores."""
        return answers_of(Draft.objects.get(id=self.draft.id))

    def post(self, url: str, **data: Any) -> Any:
        """Post to a page that was opened just now."""
        return self.client.post(url, {"saves": self.saves, **data})

    def page(self, slug: str, **changes: Any) -> Any:
        """Fill in a page, with changes."""
        data = PAGES[slug] | self._days(slug) | changes
        return self.post(
            self.step(slug), **{name: value for name, value in data.items() if value is not None}
        )

    def _days(self, slug: str) -> dict[str, str]:
        if slug == "how":
            everybody = self.answers.get("recipients", ())
            return day("send_by", 1) | {f"method_{one['key']}": "secure_email" for one in everybody}
        return day("decided_at", -1, "12:00") if slug == "decision" else {}

    def recipient(self, **changes: Any) -> Any:
        """Add somebody."""
        found = self.post(self.url("recipient_add"), **(RECIPIENT | changes))
        self.key = (self.answers.get("recipients") or [{"key": ""}])[-1]["key"]
        return found

    def item(self, which: Any = None, **changes: Any) -> Any:
        """Share an item."""
        item = which or self.case_file.information
        shared = {
            "include": "share",
            "recipients": [self.key],
            "why": "It shows how near he came",
            "relevant": "yes",
            "enough": "yes",
        }
        return self.post(self.url("item_change", item.id), **(shared | changes))

    def withhold(self, which: Any = None, reason: str = "The repairs tell the police nothing new") -> Any:
        """Withhold an item."""
        item = which or self.case_file.older
        return self.post(self.url("item_change", item.id), include="withhold", withheld_reason=reason)

    def everything(self) -> None:
        """Go through all pages, up to the check."""
        self.page("request")
        self.recipient()
        self.post(self.step("recipients"))
        for slug in ("reasons", "safer", "lawful-basis", "power"):
            self.page(slug)
        self.item()
        self.withhold()
        for slug in ("conditions", "tests", "telling", "telling-details", "unsafe"):
            self.page(slug)
        self.post(self.step("items"))
        for slug in ("how", "decision", "main-reasons"):
            self.page(slug)

    def open_up(self) -> None:
        """Give answers with which every page of the journey arises."""
        self.page("request", started="asked", already_sent="yes", aims=["court_or_duty", "protect_adult"])
        self.recipient()
        self.recipient(name="Duty desk", agency="immigration_enforcement")
        agree_on_everything()
        self.page("reasons")
        self.page("lawful-basis", kinds=["ordinary", "special", "offence"])
        self.page("conditions", article_9="9-2-g", schedule_1="18", offence_condition="10")
        self.page("telling", informed="unsafe_to_tell", wishes="disagrees", consent="refused")
        self.item()
        self.page("decision", outcome="do_not_share")

    def record(self) -> Any:
        """Look at the check page and press Record."""
        return self.post(self.url("draft_record"), seen=self.seen())

    def seen(self) -> str:
        """The mark of what the check page shows; none once there is nothing to check."""
        page = self.client.get(self.url("draft_check"))
        return str(page.context["seen"]) if page.status_code == 200 else ""


def agree_on_everything() -> Agreement:
    """A sharing agreement that covers every agency and every aim."""
    by, _ = User.objects.get_or_create(email="kept@council.example", role=User.Role.GOVERNANCE)
    return agreed(by, agencies=sorted(lists.codes("agency")), aims=sorted(lists.codes("aims")))


def decider(user: User, case_file: CaseFile) -> Decider:
    """Start a decision as the browser does."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    key = uuid4()
    client.post(reverse("draft_start", args=[case_file.case.reference]), {"request_key": key})
    return Decider(client, case_file, Draft.objects.get(id=key))

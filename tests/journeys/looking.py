"""axe on every page there is: empty, filled, in error, no script, 320 px, 400% zoom, forced colours, print.

The pages are those of the matrix and every step of a decision: a new address fails here until it is seen to,
or says why it is no page. What a page looks like does not hang on the database, and looking takes minutes: it
is done in the SQLite run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page

from cases import actions as case_actions
from cases.models import User
from sharing import actions, journey
from tests.browser import AXE, assert_summary_links_land, screenshot, signed_in
from tests.cast import LONDON, CaseFile
from tests.journeys.seeing import Eyes
from tests.sharing.agreeing import agreed
from tests.sharing.deciding import NOW, draft_of, recipient
from tests.test_matrix import CAST, MATRIX, POSTED

NO_PAGE = {
    "decision_pdf": "a file; tests/sharing/test_paper_tags.py reads its tags",
    "checkpoint_file": "a file",
    "health": "for machines",
    "letter_pdf": "a file; tests/sharing/test_letters.py reads its tags",
    "letter_text": "a file",
    "export_progress": "for the script that looks how far an export is",
    "mfa_login_webauthn": "for the script that asks for a passkey",
    "stay": "for the script that warns before the session ends",
}
NOT_SIGNED_IN = {"account_login", "quick_exit"}
SEEN_BY = {"letter": "manager"}
"""Who is asked something on a page that others may only read."""


def _seen_by(pattern: str) -> str:
    """The member of the cast who is shown a page, or asked something on it."""
    codes = MATRIX[pattern].split()
    first = next((member for member, code in zip(CAST, codes, strict=True) if code == "200"), "")
    return SEEN_BY.get(pattern, first)


SHOWN = [
    name for name, codes in MATRIX.items() if "200" in codes and name not in {*NO_PAGE, *POSTED, "draft_step"}
]
"""Every page that shows something; what answers a post alone shows nothing."""
NAMES = sorted(SHOWN) + [f"draft_step {slug}" for slug in journey.BY_SLUG]
ENDS_SOMETHING = (
    "account_logout", "case_staff_safety", "draft_discard", "item_remove", "mfa_remove", "person_deactivate",
    "quick_exit", "recipient_remove",
)  # fmt: skip
"""Their buttons take away what other pages show: they come last."""
# One owner's pages after another's: to sign in takes as long as to open a page.
NAMES.sort(key=lambda name: (name in ENDS_SOMETHING, _seen_by(name.split()[0])))
OF_DRAFTS = [name for name in NAMES if name.startswith(("draft", "item", "recipient"))]
OTHERS = [name for name in NAMES if name not in OF_DRAFTS]
WITHOUT_ERROR = {
    "decision_anew", "reviews", "sample_of",
    "advice", "advice_list",
    "accessibility", "account_logout", "account_sessions", "agreement_end", "agreements", "asked", "case",
    "case_access", "case_chronology", "case_close", "case_duplicate", "case_information", "case_people",
    "case_safety", "case_sharing", "case_staff_safety", "case_timeline",
    "cases", "cookies", "dashboard", "dashboard_overdue", "decision",
    "draft", "draft_check", "draft_discard", "draft_done", "draft_items", "draft_panel", "draft_recipients",
    "draft_step items", "draft_step recipients", "emergency_done", "export", "exports", "guidance",
    "log_views", "guidance_page", "home", "incident", "incidents", "integrity", "item_remove", "logs",
    "mfa_add_webauthn", "mfa_generate_recovery_codes", "mfa_index", "mfa_remove", "mfa_view_recovery_codes",
    "my_team",
    "oversight", "parked", "people", "processing", "register",
    "person_access", "person_deactivate", "person_hand_on", "person_link",
    "person_reactivate", "person_sign_out", "person_two_step", "privacy", "quick_exit",
    "recipient_remove", "request", "requests", "setup",
}  # fmt: skip
"""Pages that ask nothing, or take whatever can be sent from them as they are filled here.

The lists of a decision are in error where they are empty: tests/journeys/test_decision.py looks at them so.
"""

EVERY_STEP: dict[str, Any] = {
    "started": "asked",
    "already_sent": True,
    "aims": ["protect_adult", "court_or_duty"],
    "recipients": [recipient("home-office", agency="immigration_enforcement"), recipient()],
    "basis": "6-1-e",
    "kinds": ["ordinary", "special", "offence"],
    "article_9": "9-2-g",
    "schedule_1": "18",
    "informed": "unsafe_to_tell",
    "wishes": "disagrees",
    "consent": "refused",
    "pages": {},
}
"""Answers with which the question of every page arises."""


@dataclass(frozen=True)
class Look:
    """A way of looking at a page: the media it asks for, and the size of the window in CSS pixels.

    `colours`: whether contrast is judged. A narrow window changes no colour, and of forced colours axe knows
    only what they would have been.
    """

    name: str
    media: dict[str, Any] = field(default_factory=dict)
    width: int = 1280
    height: int = 900
    zoom: int = 1
    colours: bool = False


LOOKS = (
    Look("filled", colours=True),
    Look("320 px", {}, 320, 640),
    Look("400% zoom in forced colours", {"forced_colors": "active"}, 320, 225, 4),
    Look("print", {"media": "print"}, colours=True),
)
EMPTY = Look("empty", colours=True)
NO_SCRIPT = Look("no script")
IN_ERROR = Look("in error", colours=True)
UNREADABLE = "31 \u202e"
"""A character that nobody can read; and digits, so that a number is not refused for that alone."""
CLEAR = """(text) => {
  for (const one of document.querySelectorAll("main form:not([method=get]) :is(input, textarea, select)")) {
    if (one.type === "hidden") continue;
    if (one.type === "radio" || one.type === "checkbox") one.checked = false;
    else one.value = one.matches("textarea, [type=text]") ? text : "";
  }
}"""


@pytest.fixture
def scriptless(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A window in which none of our scripts arrive. Switched off altogether, axe itself could not run."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    devtools = context.new_cdp_session(opened)
    devtools.send("Network.enable")
    devtools.send("Network.setBlockedURLs", {"urls": ["*.js"]})
    yield opened
    context.close()


@pytest.fixture
def empty(officer: User, case_file: CaseFile) -> dict[str, Any]:
    """A case of which nothing is recorded, and a decision of which nothing is answered."""
    case = case_actions.create_case(
        by=officer, team=case_file.case.team, concern_identified_at=NOW.astimezone(LONDON)
    )
    draft = actions.start_draft(by=officer, case=case)
    return {"reference": case.reference, "draft_id": draft.id, "slug": "request"}


@dataclass(frozen=True)
class Place:
    """A page: who looks at it, where it is, and where it is with nothing recorded (None: the same)."""

    name: str
    user: User | None
    address: str
    empty: str | None


@pytest.fixture
def places(
    addresses: dict[str, dict[str, Any]],
    empty: dict[str, Any],
    officer: User,
    governance: User,
    case_file: CaseFile,
    request: pytest.FixtureRequest,
) -> dict[str, Place]:
    """Every page by its name."""
    agreed(governance, agencies=["police", "immigration_enforcement"], aims=["protect_adult"])
    every_step = draft_of(officer, case_file, **EVERY_STEP)
    found = {}
    for name in NAMES:
        pattern, _, slug = name.partition(" ")
        kwargs = {"draft_id": every_step.id, "slug": slug} if slug else addresses.get(pattern) or {}
        without = (
            {key: empty[key] for key in kwargs if key in empty} if kwargs.keys() <= empty.keys() else None
        )
        if slug:
            without = {**empty, "slug": slug} if slug in FIRST_STEPS else None
            without = without and {key: without[key] for key in ("draft_id", "slug")}
        user = None if pattern in NOT_SIGNED_IN else request.getfixturevalue(_seen_by(pattern))
        at_empty = reverse(pattern, kwargs=without) if without else None
        found[name] = Place(name, user, reverse(pattern, kwargs=kwargs), at_empty)
    return found


FIRST_STEPS = {step.slug for step in journey.STEPS if not step.of}
"""The pages that are asked of a decision of which nothing is answered yet."""


def look_at(names: list[str], page: Page, scriptless: Page, places: dict[str, Place]) -> None:
    """Bring each page into each state; assert that axe finds nothing in any."""
    page.add_init_script(AXE.axe_script)
    sessions, eyes = Sessions((page, scriptless)), Eyes()
    found: list[str] = []
    for name in names:
        place = places[name]
        sessions.sign_in(place)
        for look in _looks(page, place):
            found += _problems(name, look, page, eyes)
        _open(scriptless, place.address)
        found += _problems(name, NO_SCRIPT, scriptless, eyes)
        if _in_error(page, UNREADABLE if name.startswith("draft_step") else ""):
            found += _links_astray(name, page) + _problems(name, IN_ERROR, page, eyes)
        elif name not in WITHOUT_ERROR:
            found.append(f"{name}: leads on to {page.url} without an error")
    assert not found, "\n".join(found)


class Sessions:
    """Signs the owner of each page in, in both windows; who owns the next page too stays signed in."""

    def __init__(self, windows: tuple[Page, Page]) -> None:
        self.windows = windows
        self.user: User | None = None

    def sign_in(self, place: Place) -> None:
        """Let the owner of a page be signed in, and nobody else."""
        if self.user and self.user == place.user:
            return
        page, scriptless = self.windows
        page.goto("about:blank")  # what a page still has to send goes out before somebody else signs in
        page.context.clear_cookies()
        if place.user:
            signed_in(page, place.user)
        scriptless.context.clear_cookies()
        scriptless.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
        # The buttons of these end the session in which they are pressed.
        self.user = None if place.name in ENDS_SOMETHING else place.user


def _open(page: Page, address: str) -> None:
    page.goto(address)
    assert urlsplit(page.url).path == address, f"{address} leads to {page.url}"


def _looks(page: Page, place: Place) -> Iterator[Look]:
    """Show the page in each way, and say which."""
    if place.empty:
        # A page whose question does not arise yet leads on, and what it leads to is seen.
        page.goto(place.empty)
        yield EMPTY
    _open(page, place.address)
    screenshot(page, place.name.replace(" ", "-"))
    devtools = page.context.new_cdp_session(page)
    for look in LOOKS:
        size = {"width": look.width, "height": look.height, "deviceScaleFactor": look.zoom}
        devtools.send("Emulation.setDeviceMetricsOverride", {**size, "mobile": False})
        page.emulate_media(**{"media": "screen", "forced_colors": "none", **look.media})
        yield look
    devtools.send("Emulation.clearDeviceMetricsOverride")
    page.emulate_media(media="screen", forced_colors="none")
    devtools.detach()


def _problems(name: str, look: Look, page: Page, eyes: Eyes) -> list[str]:
    what = f"{name}, {look.name}"
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    # Paper does not scroll: what is wide there is for tests/journeys/test_on_paper.py to see.
    found = [f"{what}: {wide} px too wide"] if wide > 0 and look.media.get("media") != "print" else []
    try:
        eyes.judge(page, colours=look.colours)
    except AssertionError as error:
        found.append(f"{what}: {error}")
    return found


def _in_error(page: Page, text: str) -> bool:
    """Whether the page, sent with nothing chosen and only `text` in it, comes back and says what is wrong."""
    button = page.locator("main form[method=post] button[type=submit]").first
    if not button.count():
        return False
    page.evaluate(CLEAR, text)
    with page.expect_navigation():
        button.click()
    return page.locator(".govuk-error-summary").count() > 0


def _links_astray(name: str, page: Page) -> list[str]:
    """What is wrong with the summary of errors: each of its links lands on the field that says the same."""
    try:
        assert_summary_links_land(page)
    except AssertionError as error:
        return [f"{name}: {error}"]
    return []

"""A case by keyboard alone, from its opening to what is held about it, in parts that journeys share."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils import timezone
from playwright.sync_api import Page

from tests.browser import Keys


def day(keys: Keys, legend: str, value: date) -> None:
    """Answer a question about a day."""
    keys.day(legend, value.day, value.month, value.year)


def open_case(
    page: Page, name: str, preferred: str, *, looked: Callable[[str], object] = lambda _name: None
) -> None:
    """From the list of cases to the overview of a new one, whose concern was identified yesterday.

    Args:
        looked: is told the name of each page when it is open.
    """
    page.goto("/cases/")
    keys, identified = Keys(page), timezone.localtime() - timedelta(days=1)
    keys.press("Open a new case")
    looked("who")
    keys.type("What is the victim/survivor’s name?", name)
    keys.type("What do they prefer to be called? (optional)", preferred)
    for at in ("contact", "others", "concern"):
        keys.press("Continue")
        looked(at)
    keys.type("What happened, or what is the worry?", "She told us that she is afraid at home")
    parts = identified.day, identified.month, identified.year
    keys.day("When was the concern identified?", *parts, f"{identified:%H:%M}")
    keys.type("Who told us, or how do we know?", "She came to the office")
    keys.choose("Has the victim/survivor been given privacy information?", "Not recorded")
    keys.press("Continue")
    looked("check")
    keys.press("Open the case")


def safe_contact(page: Page, preferred: str) -> None:
    """From the overview: the telephone is safe, the post is not."""
    keys = Keys(page)
    keys.press(f"No safe way to contact {preferred} is recorded")
    keys.choose("Phone", "Safe")
    keys.choose("Post", "Not safe")
    keys.tick("Ways to contact", within="What have you checked with them?")
    keys.press("Save")


def add_child(page: Page, name: str) -> None:
    """From a page of the case: a child of the household."""
    keys = Keys(page)
    keys.press("People")
    keys.press("Add a person")
    keys.choose("Who are they in this case?", "Child")
    keys.type("Name", name)
    keys.press("Save")


def assess_as_high(page: Page) -> None:
    """From a page of the case: fifteen of the checklist's answers are yes."""
    keys = Keys(page)
    keys.press("Risk")
    checklist(keys)
    keys.choose("What is the level of risk?", "High")
    keys.press("Save the assessment")


def checklist(keys: Keys) -> None:
    """On the risk page: everything but the level."""
    day(keys, "When was the risk assessed?", timezone.localdate())
    keys.type("How many “yes” answers on the risk checklist? (optional)", "15")
    keys.choose("In your professional judgement, is the risk high?", "No")


def add_information(page: Page, text: str, *, about: str, dated: date) -> None:
    """From a page of the case: something that the victim/survivor said."""
    keys = Keys(page)
    keys.press("Information")
    keys.press("Add information")
    keys.type("What is the information?", text)
    keys.type("Where did it come from?", "Told us at the office")
    day(keys, "What is its date?", dated)
    keys.choose("Is it a fact, an opinion, or reported by someone?", "Reported by someone")
    keys.choose("Is it current or historical?", "Current")
    keys.tick(about, within="Whom is it about?")
    keys.choose("Does it say or suggest that somebody committed an offence?", "No")
    keys.press("Save")

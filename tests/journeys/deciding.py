"""A full decision by keyboard alone, in parts that other journeys use too."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser import Keys

NEXT = "Save and continue"
REASON = "He waited at the school gate with a knife on 27 February, and the children walk home alone."
YES_TO = (
    "Would sharing help to protect or support people at risk?",
    "Would it make the risk assessment more accurate?",
    "Would it help to decide which services to offer?",
)


def on(page: Page, heading: str) -> Keys:
    """Assert that a page is open, and hand over its keyboard."""
    expect(page.locator("h1")).to_have_text(heading)
    return Keys(page)


def start_decision(page: Page) -> None:
    """From the sharing page of a case to page 1."""
    on(page, "Sharing").press("Start a decision")
    on(page, "Decide whether to share").press("Begin with page 1")


def pages_1_to_3(page: Page) -> None:
    """What it is for, who needs to know, why."""
    keys = on(page, "What this is about")
    keys.choose("How did this start?", "We think that we should share")
    keys.choose("Has this already been shared?", "No")
    keys.tick("Protect an adult", within="What is sharing meant to achieve?")
    keys.tick("Refer to MARAC, or take part in it", within="What is sharing meant to achieve?")
    keys.type(
        "In your own words: what is it meant to achieve?", "The police can plan for her safety this week"
    )
    keys.choose("How soon is it needed?", "Within two working days")
    keys.choose("Could it work without identifying anyone?", "No")
    keys.press(NEXT)
    on(page, "Who needs to know").press("Add who needs to know")
    keys = on(page, "Somebody who needs to know")
    keys.type("Who needs to know?", "DC Amara Osei")
    keys.type("What is their job?", "Detective constable")
    keys.select("Which agency are they from?", "Police")
    keys.type("Why do they need it?", "She plans for her safety this week")
    keys.choose("Are they connected to the alleged perpetrator?", "No")
    keys.press(NEXT)
    keys = on(page, "Who needs to know")
    expect(page.locator("#recipients")).to_be_focused()
    keys.press(NEXT)
    keys = on(page, "Why share, or why not")
    for question in YES_TO:
        keys.choose(question, "Yes")
    keys.type("What could happen if we do not share?", "Nobody who can act would know about the knife")
    keys.choose("Could sharing make anyone less safe?", "Yes")
    keys.press(NEXT)
    keys = on(page, "Keeping everybody safe")
    keys.type("What will you do so that nobody is less safe?", "The police do not say where it comes from")
    keys.press(NEXT)


def pages_4_and_5(page: Page) -> None:
    """The lawful basis, and what the person knows."""
    page_4(page)
    page_5(page)


def page_4(page: Page) -> None:
    """The lawful basis, what it rests on, the condition for allegations."""
    keys = on(page, "Why we can share")
    keys.choose("Which lawful basis fits this purpose?", "Public task")
    keys.tick("Criminal allegations or offences", within="What kinds of information")
    keys.press(NEXT)
    keys = on(page, "What the basis rests on")
    keys.choose("Which legal power makes this part of our task?", "Crime and Disorder Act 1998, section 115")
    keys.press(NEXT)
    keys = on(page, "Sensitive information")
    offence = "Which condition lets us share a criminal allegation or offence?"
    keys.choose(offence, "Paragraph 10: preventing or detecting unlawful acts")
    keys.press(NEXT)
    keys = on(page, "Whether the condition fits")
    prejudice = "Asking for consent would make the protection weaker, or get in its way"
    keys.choose("Why is consent not relied on?", prejudice)
    keys.press(NEXT)


def page_5(page: Page) -> None:
    """What the person knows and wants."""
    keys = on(page, "Being open with the person")
    keys.choose("Does Roz know that it will be shared?", "It is not safe to tell them")
    keys.choose("What does Roz want?", "We do not know")
    keys.choose("Where does consent stand?", "Not asked: we rely on another lawful basis")
    keys.choose("Has the alleged perpetrator been told?", "No: it would not be safe")
    keys.choose("Have the children been told?", "Not yet")
    keys.press(NEXT)
    keys = on(page, "How and when they are told")
    keys.type("Why does consent stand so?", "A yes or a no would change nothing: the police must know")
    keys.press(NEXT)
    keys = on(page, "Why they are not told")
    keys.tick("The alleged perpetrator could find out", within="Why is it not safe")
    keys.type("What makes you think so?", "He reads her telephone every evening")
    keys.press(NEXT)


def pages_6_to_8(page: Page, *, share: str, withhold: str) -> None:
    """What is shared, how, and the decision. `share`, `withhold`: the names of the links of two items."""
    page_6(page, share=share, withhold=withhold)
    page_7(page)
    page_8(page)


def page_6(page: Page, *, share: str, withhold: str) -> None:
    """One item to share, one to withhold."""
    on(page, "What to share").press(share)
    keys = on(page, "Share this, or withhold it?")
    keys.choose("Share this, or withhold it?", "Share it")
    keys.tick("DC Amara Osei", within="Who needs it?")
    keys.type("Why do they need it?", "It shows how near he came, and with what")
    keys.choose("Is it relevant to what sharing is meant to achieve?", "Yes")
    keys.choose("Is it enough to be understood?", "Yes")
    keys.press(NEXT)
    on(page, "What to share").press(withhold)
    keys = on(page, "Share this, or withhold it?")
    keys.choose("Share this, or withhold it?", "Withhold it")
    keys.type("If you withhold it: why?", "The repairs tell the police nothing new")
    keys.press(NEXT)
    keys = on(page, "What to share")
    expect(page.locator("#information")).to_be_focused()
    keys.press(NEXT)


def page_7(page: Page) -> None:
    """How it is sent, and when."""
    keys = on(page, "How and when it is sent")
    keys.select("How will it be sent to DC Amara Osei?", "Secure e-mail")
    tomorrow = timezone.localdate() + timedelta(days=1)
    sent = "When will it be sent, at the latest?"
    keys.day(sent, tomorrow.day, tomorrow.month, tomorrow.year, "4pm")
    keys.tick("Do not tell the alleged perpetrator", within="What must they do with it?")
    keys.choose("Which of our procedures covers this?", "MARAC operating protocol")
    keys.type("How does it fit that procedure?", "The protocol asks for a referral on the same day")
    keys.press(NEXT)


def page_8(page: Page) -> None:
    """The decision and its reasons."""
    keys = on(page, "Your decision")
    keys.choose("Are you in doubt about anything?", "No")
    keys.choose("What have you decided?", "Share part of it")
    keys.press(NEXT)
    keys = on(page, "Your reasons")
    keys.tick("There is a risk of serious harm", within="What are your main reasons?")
    keys.type("Why, in this case?", REASON)
    keys.press(NEXT)


def answer_points(page: Page) -> None:
    """Say of every point why it is right."""
    keys = on(page, "Points to check")
    for n in range(page.locator("textarea").count()):
        field = page.locator("textarea").nth(n)
        while page.evaluate("document.activeElement.id") != field.get_attribute("id"):
            page.keyboard.press("Tab")
        page.keyboard.insert_text("She told us again yesterday that nothing has changed")
    keys.press(NEXT)


def record(page: Page) -> str:
    """Record it. Returns the reference of the decision."""
    on(page, "Check the decision before you record it").press("Record decision")
    on(page, "Decision recorded")
    return page.locator(".govuk-panel strong").inner_text()

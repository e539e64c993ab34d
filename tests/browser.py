"""A real Chromium for the journeys: pages, keyboard, axe, screenshots. A console error fails the test.

@pytest.mark.browser
def test_…(page, officer):
    signed_in(page, officer)
    page.goto("/cases/new/")
    check_page(page, "new-case")               # axe at two widths, no sideways scroll, screenshots
    keys = Keys(page)
    keys.type("Preferred name", "Sam")          # Tab until the field has the focus, then type
    keys.choose("Who is this?", "Victim/survivor")  # radios: Tab, then arrows
    keys.press("Save and continue")             # Tab, then Enter
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, ViewportSize, sync_playwright

from tests import servers

BACKEND = "cases.signed_in.Backend"
AXE = Axe()
MOST_TABS = 150
DESK: ViewportSize = {"width": 1280, "height": 900}
WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "PaintHolding",
    "RenderDocument",
)  # fmt: skip
"""Of Chromium: this takes the place of Playwright's list, of which the first four matter on this machine. The
last makes a new frame for every page, which is a fifth of the work of opening one."""
PATIENCE = 15_000
"""Milliseconds that a page may take."""
ACTIVE = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return {name: "", group: "", checked: false};
  const text = (node) => (node ? node.textContent : "").replace(/\\s+/g, " ").trim();
  const label = e.labels && e.labels.length ? text(e.labels[0]) : "";
  const fieldset = e.closest("fieldset");
  return {
    name: e.getAttribute("aria-label") || label || text(e),
    group: text(fieldset && fieldset.querySelector("legend")),
    checked: Boolean(e.checked), id: e.id, radio: e.type === "radio",
  };
}"""

LANDED = """() => {
  const [first, ...others] = document.querySelectorAll(".govuk-error-summary a");
  const landed = (link) => {
    const target = (link.getAttribute("href") || "").replace(/^#+/, "");
    const field = document.getElementById(target);
    const group = field && field.parentElement.closest(".govuk-form-group--error");
    return [link.innerText, target, document.activeElement.id, group ? group.innerText : ""];
  };
  return [landed(first), ...others.map((link) => { link.click(); return landed(link); })];
}"""
"""Where the first link of a summary of errors has led and the others lead: words, target, focus, field."""


AXE_FINDS = """async ([options, selector]) => {
  axe.configure({rules: [{id: "color-contrast", selector}]});
  const {violations, incomplete} = await axe.run(options);
  const where = (nodes) => nodes.map((node) => node.target.flat().join(" "));
  const found = violations.map((v) => `${v.id} (${v.impact}): ${v.help} at ${where(v.nodes).join(", ")}`);
  // axe is not sure about words in the colour of what is behind them; nobody can read those.
  const unsure = incomplete.filter((one) => one.id === "color-contrast").flatMap((one) => one.nodes);
  const same = unsure.filter((node) => JSON.stringify(node.any).includes("equalRatio"));
  return [...found, ...where(same).map((target) => `unreadable: ${target}`)];
}"""
"""In the page: all that axe saw takes longer to fetch from there than to find."""


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """The system's Chromium, started once."""
    # Playwright's loop runs in this thread; Django would take every query for one inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        flags = [*servers.chromium_flags(), f"--disable-features={','.join(WITHOUT)}"]
        started = playwright.chromium.launch(executable_path=chromium_path, args=flags)
        yield started
        started.close()


@pytest.fixture(autouse=True, scope="session")
def _files_are_kept() -> Iterator[None]:
    """Let a browser keep our files as it does in use, instead of asking for six with every page."""
    with pytest.MonkeyPatch.context() as patch:
        give = StaticFilesHandler.serve

        def serve(self: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
            answer = give(self, request)
            answer["Cache-Control"] = "public, max-age=3600"
            return answer

        patch.setattr(StaticFilesHandler, "serve", serve)
        yield


class Windows:
    """Windows of the browser that tests take one after another: to open one takes longer than five pages.

    A test may do in it what somebody at a screen can do. What cannot be taken back is for `own_page`.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.open: dict[str, tuple[Page, list[str]]] = {}

    def new(self, script: str = "", **options: Any) -> tuple[Page, list[str]]:
        """A window of its own, and what is found wrong in it. `script`: runs before those of each page."""
        context = self.browser.new_context(
            base_url=self.address, locale="en-GB", timezone_id="Europe/London", viewport=DESK, **options
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if script:
            page.add_init_script(script)
        return page, _watch(page)

    @contextmanager
    def lent(self, script: str = "", **options: Any) -> Iterator[Page]:
        """A window as if it were new: no page, no cookie, nothing of the test that had it before."""
        kind = f"{script} {options}"
        if kind not in self.open:
            self.open[kind] = self.new(script, **options)
            _refuse_what_stays(self.open[kind][0])
        page, errors = self.open[kind]
        try:
            yield page
            page.context.cookies()  # what the console still had to say arrives before the answer
            assert errors == []
        finally:
            if not _tidied(page):
                del self.open[kind]
            errors.clear()


STAYS = ("add_init_script", "expose_binding", "expose_function", "new_cdp_session", "on", "once", "route")


def _refuse_what_stays(page: Page) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the next test would have this too: ask for own_page")

    for holder in (page, page.context):
        for name in STAYS:
            setattr(holder, name, refuse)


def _tidied(page: Page) -> bool:
    """Take back what a test did in its window; False where that fails, and then the window is closed."""
    context = page.context
    try:
        # What a page sends when it is left would reach the database of the next test.
        context.set_offline(True)
        page.goto("about:blank")
        for other in context.pages:
            if other != page:
                other.close()
        context.clear_cookies()
        context.clear_permissions()
        context.set_offline(False)
        page.emulate_media(media="null", color_scheme="null", forced_colors="null", reduced_motion="null")
        page.set_viewport_size(DESK)
    except Error:
        context.close()
        return False
    return True


def _watch(page: Page) -> list[str]:
    """Collect errors of scripts, of the content security policy, and of files that are not there."""
    found: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # A page that is meant to be a 404 says so in the console; a file that is missing is a fault.
        is_document = message.location.get("url", "").split("#")[0] == page.url.split("#")[0]
        if message.type == "error" and not (is_document and message.text.startswith("Failed to load")):
            found.append(f"{message.text} {message.location.get('url', '')}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture(scope="session")
def windows(browser: Browser, live_server: Any) -> Windows:
    """The windows of this run, on the live server; addresses may begin with a slash."""
    return Windows(browser, live_server.url)


@pytest.fixture
def page(windows: Windows, live_server: Any) -> Iterator[Page]:
    """A window at a desk."""
    with windows.lent() as lent:
        yield lent


@pytest.fixture
def own_page(windows: Windows, live_server: Any) -> Iterator[Page]:
    """A window that is closed after the test: for scripts, listeners and tools that stay in one."""
    opened, errors = windows.new()
    yield opened
    opened.context.close()
    assert errors == []


@pytest.fixture
def page_without_script(windows: Windows, live_server: Any) -> Iterator[Page]:
    """The same with JavaScript off: every page must work."""
    with windows.lent(java_script_enabled=False) as lent:
        yield lent


def signed_in(page: Page, user: Any) -> None:
    """Sign a user in, without the sign-in page."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    name = settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    cookie = {"name": name, "value": client.cookies[name].value, "domain": "localhost", "path": "/"}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def axe(page: Page, *, contrast: str = "*", only: Sequence[str] = ()) -> None:
    """Assert that axe-core finds nothing at all, best practices included.

    Args:
        contrast: of which elements contrast is judged, as a selector; empty: of none. It takes longer than
            all the rest together.
        only: the names of the other rules to look at; none: all of them.
    """
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.axe_script)
    # No rule of ours needs what axe would fetch beforehand: style sheets again, and lengths of films.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    judged = ["color-contrast", *only] if contrast else list(only)
    options |= {"runOnly": judged} if only else {"rules": {"color-contrast": {"enabled": bool(contrast)}}}
    violations = page.evaluate(AXE_FINDS, [options, contrast or "*"])
    assert violations == [], f"{page.url}: {violations}"


def screenshot(page: Page, name: str) -> None:
    """Save the page at 1280 and 375 px in the folder DAHASHARE_SCREENSHOTS, where that is set."""
    folder = os.environ.get("DAHASHARE_SCREENSHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def check_page(page: Page, name: str) -> None:
    """Assert what holds for every page: axe, one h1, no scrolling sideways at 320 px. Take screenshots.

    tests/journeys/looking.py looks at each page in every other way.
    """
    page.wait_for_load_state("load")
    axe(page)
    assert page.locator("h1").count() == 1, f"{page.url} has {page.locator('h1').count()} h1"
    page.set_viewport_size({"width": 320, "height": 640})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320, f"{page.url} is {wide} px wide on a screen of 320"
    screenshot(page, name)
    page.set_viewport_size(DESK)


def assert_summary_links_land(page: Page) -> None:
    """Assert that the summary has the focus and every link lands on a field that says the same."""
    summary = page.locator(".govuk-error-summary")
    page.locator(
        ".govuk-error-summary:focus"
    ).wait_for()  # a function to poll would need eval, which CSP forbids
    assert page.title().startswith("Error: "), page.title()
    first = summary.locator("a").first
    assert first.count() > 0, f"{page.url}: the error summary has no link"
    first.click()
    # The others by script: a link that a pointer has to reach takes as long as opening half a page.
    for words, target, active, group in page.evaluate(LANDED):
        assert active == target, f"{page.url}: “{words}” lands on “{active}”, not on “{target}”"
        assert words in group, f"{page.url}: the field does not say “{words}”"


class Keys:
    """Somebody who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def active(self) -> dict[str, Any]:
        """What has the focus: name, group (its legend), checked, id."""
        found: dict[str, Any] = self.page.evaluate(ACTIVE)
        return found

    def to(self, name: str, *, within: str = "") -> None:
        """Press Tab until something called `name` has the focus. `within` – (the start of) its legend."""
        for _ in range(MOST_TABS):
            active = self.active()
            if active["name"] == name and active["group"].startswith(within):
                self._visible()
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.page.url}: Tab never reaches “{name}” {within}")

    def _visible(self) -> None:
        """Assert that what has the focus can be seen (WCAG 2.4.7, 2.4.11)."""
        box = self.page.evaluate(
            "() => { const r = document.activeElement.getBoundingClientRect();"
            " return r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight; }"
        )
        assert box, f"{self.page.url}: the focus is out of sight on {self.active()['name']}"

    def type(self, name: str, text: str, *, within: str = "") -> None:
        """Tab to a text field and replace what is in it."""
        self.to(name, within=within)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)

    def choose(self, legend: str, option: str) -> None:
        """Tab into the radios of a legend and move with the arrows to an option."""
        for _ in range(MOST_TABS):
            if self.active()["group"] == legend and self.active()["radio"]:
                break
            self.page.keyboard.press("Tab")
        first = self.active()
        if first["group"] != legend:
            raise AssertionError(f"{self.page.url}: Tab never reaches the question “{legend}”")
        for _ in range(MOST_TABS):
            if self.active()["name"] == option:
                self.page.keyboard.press("Space")
                assert self.active()["checked"], f"“{option}” is not chosen"
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: “{legend}” has no “{option}”")

    def select(self, name: str, option: str) -> None:
        """Tab to a drop-down and type the start of an option."""
        self.to(name)
        self.page.keyboard.type(option)
        chosen = self.page.evaluate("document.activeElement.selectedOptions[0].textContent.trim()")
        assert chosen == option, f"“{name}” shows “{chosen}”"

    def tick(self, name: str, *, within: str = "") -> None:
        """Tab to a checkbox and tick it."""
        self.to(name, within=within)
        if not self.active()["checked"]:
            self.page.keyboard.press("Space")
        assert self.active()["checked"], f"“{name}” is not ticked"

    def press(self, name: str) -> None:
        """Tab to a button or a link, press Enter, and wait for the page that follows."""
        self.to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def day(self, legend: str, day: int, month: int, year: int, time: str = "") -> None:
        """Type a date, and a time where the question has one."""
        for label, text in (("Day", day), ("Month", month), ("Year", year), ("Time", time)):
            if text:
                self.type(label, str(text), within=legend)

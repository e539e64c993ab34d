"""How long a browser takes to draw the pages of `bench/_pages.py`. Imported once Django is set up."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from bench._pages import Visit
from tests import servers


def drawn(visit: Visit, rounds: int) -> dict[str, list[float]]:
    """The seconds until Chromium had drawn each page, each time; the pages take turns."""
    found: dict[str, list[float]] = {name: [] for name in visit}
    program, flags = servers.chromium_program(), servers.chromium_flags()
    with serving() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        clients = {id(client): client for client, _ in visit.values()}
        windows = {key: _window(browser, base, client) for key, client in clients.items()}
        for number in range(rounds + 3):
            for name, (client, address) in visit.items():
                seconds = _seconds(windows[id(client)], address)
                found[name].extend([seconds] if number >= 3 else [])  # the first rounds warm up
        browser.close()
    return found


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The web server on this database, as run.py starts it; gives its address."""
    port = servers.free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dahashare.serving", "dahashare.wsgi"]
    log = settings.DATA_DIR / "web.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env={**os.environ, "WEB_BIND": f"localhost:{port}"}, stdout=output, stderr=output
        )
        try:
            servers.wait_until(lambda: _listens(port), server, log)
            yield f"http://localhost:{port}"
        finally:
            server.terminate()
            server.wait(30)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
        return True
    return False


def _window(browser: Browser, base: str, client: Client) -> Page:
    context = browser.new_context(base_url=base)
    for name, morsel in client.cookies.items():
        context.add_cookies([{"name": name, "value": morsel.value, "url": base}])
    return context.new_page()


def _seconds(page: Page, address: str) -> float:
    """From asking to the end of the load event, told by the browser itself."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok, f"{address} answered {answer.status}"
    while not (milliseconds := page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")):
        page.wait_for_timeout(1)
    return float(milliseconds) / 1000

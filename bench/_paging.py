"""What each copy of `bench/page.py` does. Imported once Django is set up."""

import http.client
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from bench import _caseload, _drawing
from bench._pages import counted, signs_in
from cases.models import User

PAGES = {
    "list": "/cases/",
    "guardian": "/bench/guardian/",
    "prefetched": "/bench/prefetched/",
    "constant": "/bench/constant/",
}
ROWS = {"list": b"dh-why", "guardian": b"Open to you", "prefetched": b"Open to you"}
"""What stands in each of the 25 rows of a page: why it is open."""


class Work:
    """One caseload behind the web server, and somebody signed in."""

    def __init__(self, load: _caseload.Caseload) -> None:
        self.load = load
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        self.clients: dict[str, Client] = {}
        self.stack = ExitStack()
        address = urlsplit(self.stack.enter_context(_drawing.serving()))
        self.line = http.client.HTTPConnection(address.hostname or "", address.port)

    def client(self, who: str) -> Client:
        """Somebody who has signed in with both steps."""
        if who not in self.clients:
            self.clients[who] = signs_in(User.objects.get(id=getattr(self.load, who).id))
        return self.clients[who]

    def ask(self, who: str, name: str) -> float:
        """The seconds from asking for a page to its last byte."""
        client = self.client(who)
        cookies = "; ".join(f"{key}={morsel.value}" for key, morsel in client.cookies.items())
        try:
            start = time.perf_counter()
            self.line.request("GET", PAGES[name], headers={"Cookie": cookies})
            answer = self.line.getresponse()
        except http.client.RemoteDisconnected:  # it was idle for longer than the server keeps it
            self.line.close()
            return self.ask(who, name)
        body = answer.read()
        took = time.perf_counter() - start
        assert answer.status == 200, (name, answer.status, answer.headers.get("Location"))
        assert name == "constant" or body.count(ROWS[name]) == 25, body[:2000]
        return took

    def queries(self, who: str) -> int:
        """How many queries the list makes."""
        return counted(self.client(who), PAGES["list"])

    def close(self) -> None:
        """Stop the web server."""
        self.stack.close()

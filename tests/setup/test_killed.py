"""The server is killed between two requests of the journey: what was kept a moment before is there again."""

import http.cookiejar
import re
import signal
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from os import kill
from pathlib import Path
from uuid import uuid4

import pytest

from tests.setup.running import eventually, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
TYPED = "The last words before the machine stopped"


class Visitor:
    """A browser without a window."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        with self.opener.open(self.address + path, timeout=30) as answer:
            self.path = urllib.parse.urlsplit(answer.url).path
            return str(answer.read().decode())

    def post(self, path: str, on: str, **fields: str) -> str:
        """Post a form that stands on a page."""
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', on)[0]
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        with self.opener.open(self.address + path, body, timeout=30) as answer:
            self.path = urllib.parse.urlsplit(answer.url).path
            return str(answer.read().decode())

    def answers(self) -> bool:
        try:
            self.get("/accessibility/")
        except OSError:
            return False
        return True


@pytest.mark.both_databases
def test_what_was_typed_survives_the_kill_of_the_server(
    tmp_path: Path, migrated: Callable[[Path], dict[str, str]]
) -> None:
    data = tmp_path / "killed"
    with serving(data, **migrated(data)) as copy:
        visitor = Visitor(f"http://127.0.0.1:{copy.port}")
        visitor.post("/demo/sign-in/", visitor.get("/sign-in/"), role="officer")
        reference = re.findall(r"/cases/(C-[2-9A-Z]{6})/", visitor.get("/cases/"))[0]
        sharing = visitor.get(f"/cases/{reference}/sharing/")
        visitor.post(f"/cases/{reference}/sharing/start/", sharing, request_key=str(uuid4()))
        draft = visitor.path
        page = visitor.get(f"{draft}reasons/")
        window = re.findall(r'name="window"\s+value="([^"]+)"', page)[0]
        visitor.post(f"{draft}typing/reasons/", page, window=window, saves="0", harm_if_not=TYPED)
        killed = copy.processes("gunicorn")
        assert killed
        for process in killed:
            kill(process, signal.SIGKILL)
        assert eventually(lambda: not set(killed) & set(copy.processes("gunicorn")))
        assert eventually(visitor.answers, 60), copy.output()
        page = visitor.get(f"{draft}reasons/")
        assert TYPED in page
        assert "was kept and is not saved yet" in page
        assert TYPED not in copy.output()

"""A real worker with its beat, a real database and a mail server: what is due leads to a mail."""

import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from cases import vault
from cases.models import User
from sharing.models import Mail, Reminder
from tests.cast import CaseFile
from tests.setup.running import NOT_INHERITED, ROOT, eventually
from tests.sharing import waiting
from tests.sharing.waiting import MONDAY

WORKER = [sys.executable, "-m", "celery", "-A", "dahashare.celery", "--quiet", "worker", "--beat"]
ALONE = [
    "--pool",
    "threads",
    "--concurrency",
    "2",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
]


class Sink(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.taken: list[str] = []


class Session(socketserver.StreamRequestHandler):
    """One conversation of SMTP."""

    server: Sink

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.taken.append(b"".join(lines).decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def sink() -> Iterator[Sink]:
    """The mail server, listening."""
    with Sink() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def canary(transactional_db: None) -> None:
    """What a start leaves in a new database, and what the worker looks for: before the first case."""
    vault.check_canary()


def _environment(data: Path, sink: Sink) -> dict[str, str]:
    """What a live copy's worker is started with; its database is that of this test."""
    inherited = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
    database: Any = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return inherited | {
        "DAHASHARE_DATA": str(data),
        "DAHASHARE_KEYS": str(settings.KEYS_DIR),
        "DATABASE_URL": url,
        "DAHASHARE_URL": "https://sharing.council.example",
        "DAHASHARE_MAIL": f"smtp://127.0.0.1:{sink.server_address[1]}",
        "DAHASHARE_REMIND_SECONDS": "1",
    }


@pytest.mark.django_db(transaction=True)
def test_what_is_due_leads_to_a_mail(
    canary: None, case_file: CaseFile, officer: User, sink: Sink, tmp_path: Path
) -> None:
    waiting.request(waiting.decision(case_file.case, officer, MONDAY), MONDAY, MONDAY)
    log = tmp_path / "log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [*WORKER, *ALONE], cwd=ROOT, env=_environment(tmp_path, sink), stdout=output, stderr=output
        )
    try:
        went = Mail.objects.filter(state="sent").exists
        assert eventually(lambda: went() or worker.poll() is not None, 60), log.read_text()
        assert worker.poll() is None, log.read_text()
    finally:
        worker.terminate()
        worker.wait(30)
    (mail,) = Mail.objects.all()
    (text,) = sink.taken
    assert f"Message-ID: <{mail.id}@sharing.council.example>" in text
    assert Reminder.objects.get().reference in text
    assert officer.email not in log.read_text()

"""A Celery application of one task, for the tests of the queues; run it to ring the doorbell."""

import os
import sys
from pathlib import Path

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

# Not dahashare.celery: its worker refuses to start without tables, and this one needs none.
TRANSPORT_ALIASES["folder"] = "dahashare.queue:Transport"

folder = Path(os.environ.get("ECHO_FOLDER", "."))
app = Celery("echo", broker=os.environ.get("ECHO_BROKER", "folder://"), set_as_current=False)
app.conf.broker_transport_options = (
    {"folder": str(folder / "queue")} if "folder" in str(app.conf.broker_url) else {}
)
app.conf.worker_enable_remote_control = False
app.conf.broker_connection_retry_on_startup = True


@app.task(name="echo.hear", ignore_result=True)
def hear(word: str) -> None:
    """Leave a file that says the word was heard."""
    (folder / f"heard-{word}").touch()


if __name__ == "__main__":
    app.send_task("echo.hear", args=[sys.argv[1]], ignore_result=True)

"""A queue of files for Celery, for one machine without Redis.

Kombu's own ``filesystem://`` lets a reader take a file that is still empty, and loses it. Here a message is
written under another name and renamed into the queue whole, and renamed out of it by exactly one reader.
A message is only a doorbell: what a reader had taken when it was killed is rung again from the database.
"""

import os
import secrets
import time
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import virtual
from kombu.utils.json import dumps, loads


class Channel(virtual.Channel):
    """One folder a queue: ``<folder>/<queue>/<time>-<random>.msg``."""

    def _folder(self, queue: str) -> Path:
        # A queue's name is Celery's or ours; a separator in one would leave the folder.
        if not queue.replace("-", "").replace("_", "").replace(".", "").isalnum() or queue.startswith("."):
            raise ValueError(f"{queue!r} cannot be a queue's name")
        folder = Path(self.connection.client.transport_options["folder"]) / queue
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _messages(self, queue: str) -> list[Path]:
        folder = self._folder(queue)
        return sorted(folder.glob("*.msg"))

    def _put(self, queue: str, message: dict[str, Any], **_: Any) -> None:
        name = f"{time.time_ns():020}-{secrets.token_hex(8)}"
        folder = self._folder(queue)
        draft = folder / f"{name}.new"
        with draft.open("w", encoding="utf-8") as file:
            file.write(dumps(message))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / f"{name}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 - kombu's signature
        for path in self._messages(queue):
            taken = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # another reader was faster
            text = taken.read_text("utf-8")
            taken.unlink()
            return loads(text)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._messages(queue))

    def _purge(self, queue: str) -> int:
        messages = self._messages(queue)
        for path in messages:
            path.unlink(missing_ok=True)
        return len(messages)


class Transport(virtual.Transport):
    """``folder://`` with the broker transport option ``folder``."""

    Channel = Channel
    driver_type = "folder"
    driver_name = "folder"
    default_port = None
    # A look into one folder costs microseconds: four a second keep jobs prompt.
    polling_interval = 0.25

    def driver_version(self) -> str:
        """Kombu asks; there is no driver."""
        return "1"

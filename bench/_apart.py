"""A copy of the product in a process of its own, since Django knows one database for as long as it lives."""

import importlib
import multiprocessing
import traceback
from multiprocessing.connection import Connection
from operator import attrgetter
from typing import Any

import django

from bench._common import throwaway


class Apart:
    """A process that makes `module.Work(**arguments)` on a database of its own and does what it is told."""

    def __init__(self, module: str, url: str, settings: str = "dahashare.settings", **arguments: Any) -> None:
        self.pipe, child = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self.process = context.Process(
            target=_serve, args=(child, module, url, settings, arguments), daemon=True
        )
        self.process.start()
        child.close()  # so that a process that dies is an end of file here, and not a wait

    def tell(self, name: str, *arguments: Any) -> None:
        """Have a method called (`part.method`: of a part); `hear` waits for what it gives."""
        self.pipe.send((name, arguments))

    def hear(self) -> Any:
        """What came of it."""
        done, answer = self.pipe.recv()
        if not done:
            raise RuntimeError(answer)
        return answer

    def ask(self, name: str, *arguments: Any) -> Any:
        """Call a method and wait."""
        self.tell(name, *arguments)
        return self.hear()

    def end(self) -> None:
        """Let it end."""
        self.pipe.send(("", ()))
        self.process.join(60)


def _serve(pipe: Connection, module: str, url: str, settings: str, arguments: dict[str, Any]) -> None:
    with throwaway(url, settings):
        django.setup()
        work = None
        while True:
            name, values = pipe.recv()
            if not name:
                break
            try:
                work = work or importlib.import_module(module).Work(**arguments)
                pipe.send((True, attrgetter(name)(work)(*values)))
            except Exception:  # noqa: BLE001 - whatever it was is told to whoever asked
                pipe.send((False, traceback.format_exc()))

"""What the writers of `bench/record.py` do. Imported once Django is set up."""

import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections

from bench import _peers
from cases import setup_actions
from cases.models import User
from dahashare import demonstration
from sharing import actions, scenario_file

CASES = 4
SCENARIO = Path(demonstration.__file__).parent / "scenarios" / "high-risk-police-and-marac.toml"
PEERS = {"plain": _peers.PLAIN, "tracked": _peers.TRACKED}

Task = Callable[[], object]


def prepare() -> None:
    """Tables, the peers' tables, the officer and the team."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (*_peers.PLAIN.values(), *_peers.TRACKED.values(), *_peers.histories()):
            editor.create_model(model)
    administrator = demonstration.cast()["administrator"]
    scenario = scenario_file.load(SCENARIO)
    setup_actions.set_organisation(by=administrator, values=scenario.organisation)
    connections.close_all()


def serve(pipe: Connection) -> None:
    """Make ready what the way needs, say so, do it when told, say from when to when it took."""
    own = Own()
    while (order := pipe.recv())[0] != "end":
        tasks = own.tasks(*order)
        pipe.send((0.0, 0.0))
        pipe.recv()
        start = time.monotonic()
        for task in tasks:
            task()
        pipe.send((start, time.monotonic()))


class Own:
    """A writer's own cases: officers work on different ones."""

    def __init__(self) -> None:
        self.officer = User.objects.get(email="officer@demo.example")
        self.scenario = scenario_file.load(SCENARIO)
        self.held = [demonstration.open_case(self.scenario, self.officer, None) for _ in range(CASES)]
        self.stands = {
            way: [tables["Case"]._default_manager.create().pk for _ in range(CASES)]
            for way, tables in PEERS.items()
        }

    def tasks(self, way: str, count: int) -> list[Task]:
        """What to do `count` times. Drafts are typed before the clock runs."""
        make = self._ours if way == "ours" else partial(self._peer, way)
        return [make(number % CASES) for number in range(count)]

    def _ours(self, number: int) -> Task:
        draft = demonstration.type_draft(self.scenario, *self.held[number], self.officer)
        return partial(actions.record, by=self.officer, draft=draft, now=self.scenario.now)

    def _peer(self, way: str, number: int) -> Task:
        draft = demonstration.type_draft(self.scenario, *self.held[number], self.officer)
        stands, now = self.stands[way][number], self.scenario.now
        return partial(
            _peers.create, PEERS[way], by=self.officer, draft_id=draft.id, stands_id=stands, now=now
        )

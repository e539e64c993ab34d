"""Fill the demonstration copy: its people, agreements and made-up cases. Runs at every start."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dahashare import (
    demonstration,
    demonstration_agreements,
    demonstration_asking,
    demonstration_life,
    demonstration_reviews,
)
from sharing import scenario_file

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


class Command(BaseCommand):
    help = "Make the demonstration's people, agreements and cases, where they are not there yet."

    def handle(self, **_: Any) -> None:
        """Make what is missing; refuse to touch a live copy."""
        if not settings.DEMO:
            raise CommandError(
                "This is not the demonstration copy: made-up people and cases do not belong here."
            )
        cast = demonstration.cast()
        officer, administrator = cast["officer"], cast["administrator"]
        demonstration_agreements.make(by=cast["governance"])
        new = 0
        for path in sorted(SCENARIOS.glob("*.toml")):
            scenario = scenario_file.load(path)
            outcome = demonstration.enter(scenario, by=officer, administrator=administrator)
            if outcome is None:
                continue
            new += 1
            if told := scenario_file.differences(scenario, outcome.findings, recorded=outcome.recorded):
                raise CommandError(f"{path.name}: {'; '.join(told)}")
            case = demonstration.case_of(scenario)
            demonstration_life.lived_in(scenario.id, case, cast)
            demonstration_asking.entered(scenario.id, case, cast)
            demonstration_reviews.entered(scenario.id, case, cast)
        demonstration_life.round_off(cast)
        self.stdout.write(f"The demonstration is ready ({new} cases entered).")

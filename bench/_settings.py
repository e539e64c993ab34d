"""The product's settings with the peers' addresses and template."""

from pathlib import Path

from dahashare.settings import *  # noqa: F403
from dahashare.settings import TEMPLATES

ROOT_URLCONF = "bench._site"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]  # type: ignore[misc]

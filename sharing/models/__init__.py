"""Floor 3's tables."""

from sharing.models.decisions import Decision, Draft

__all__ = ["Decision", "Draft"]

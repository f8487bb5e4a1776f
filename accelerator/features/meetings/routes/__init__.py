"""The pages of a gate meeting."""

from accelerator.features.meetings.routes import chairing, reading, voting
from accelerator.features.meetings.routes.blueprint import bp

__all__ = ["bp", "chairing", "reading", "voting"]

"""The pages of ideas."""

from accelerator.features.ideas.routes import attachments, reading, team, writing
from accelerator.features.ideas.routes.blueprint import bp

__all__ = ["attachments", "bp", "reading", "team", "writing"]

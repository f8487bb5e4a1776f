"""The pages of ideas."""

from accelerator.features.ideas.routes import (
    answering,
    attachments,
    eligibility,
    reading,
    team,
    writing,
)
from accelerator.features.ideas.routes.blueprint import bp

__all__ = ["answering", "attachments", "bp", "eligibility", "reading", "team", "writing"]

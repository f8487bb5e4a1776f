"""The pages of milestones: of an idea, of one, of a cohort, and moving many dates."""

from accelerator.features.milestones.routes import cohort, doing, reading, shifting
from accelerator.features.milestones.routes.blueprint import bp

__all__ = ["bp", "cohort", "doing", "reading", "shifting"]

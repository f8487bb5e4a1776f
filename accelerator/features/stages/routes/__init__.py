"""The pages of the designer: the stages of a programme, and each stage's own."""

from accelerator.features.stages.routes import editing, listing, rows
from accelerator.features.stages.routes.blueprint import bp

__all__ = ["bp", "editing", "listing", "rows"]

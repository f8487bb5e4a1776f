"""The pages of programmes as templates: files, copies, previews."""

from accelerator.features.outlines.routes import making, previews
from accelerator.features.outlines.routes.blueprint import bp

__all__ = ["bp", "making", "previews"]

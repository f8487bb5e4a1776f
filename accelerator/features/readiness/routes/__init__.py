"""The pages of readiness: an idea's, past days, requests for experts, a programme's own model."""

from accelerator.features.readiness.routes import asking, model, page, proving
from accelerator.features.readiness.routes.blueprint import bp

__all__ = ["asking", "bp", "model", "page", "proving"]

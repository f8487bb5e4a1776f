"""The pages of reviewing: the reviewer's and the manager's."""

from accelerator.features.reviews.routes import answering, inquiries, managing, reviewing
from accelerator.features.reviews.routes.blueprint import bp

__all__ = ["answering", "bp", "inquiries", "managing", "reviewing"]

"""The routes of the inbox and of how people hear."""

from accelerator.features.inbox.routes import choosing, reading
from accelerator.features.inbox.routes.blueprint import bp

__all__ = ["bp", "choosing", "reading"]

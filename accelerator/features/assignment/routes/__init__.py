"""Requests: proposals, capacities, interests, and the table of assignments."""

from accelerator.features.assignment.routes import proposals, tables, wishes
from accelerator.features.assignment.routes.blueprint import bp

__all__ = ["bp", "proposals", "tables", "wishes"]

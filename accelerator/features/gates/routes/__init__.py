"""The pages of a gate: choose, look before, decide, undo, announce; and what the team reads."""

from accelerator.features.gates.routes import afterwards, batches, deciding, listing
from accelerator.features.gates.routes.blueprint import bp

__all__ = ["afterwards", "batches", "bp", "deciding", "listing"]

"""Outlines: a programme without people and dates, as plain values, and the one schema for it.

The ready-made programmes, exported ones and the rows of a programme all have this form, so that
one reader and one checklist serve them all.
"""

from accelerator.domain.outline.nodes import Fault, Faults, Fields, Items, Node, Scalar
from accelerator.domain.outline.schema import PROGRAMME, check

TAKEN_KEYS = ("new", "import")  # pages of their own below /programmes

__all__ = [
    "PROGRAMME",
    "TAKEN_KEYS",
    "Fault",
    "Faults",
    "Fields",
    "Items",
    "Node",
    "Scalar",
    "check",
]

"""What the pages of a gate show."""

from accelerator.features.gates.queries.deciding import (
    decided_meanwhile,
    own_conflicts,
    receivers,
)
from accelerator.features.gates.queries.gate import ZONES, chosen_rows, gate_page
from accelerator.features.gates.queries.outcome import outcomes

__all__ = [
    "ZONES",
    "chosen_rows",
    "decided_meanwhile",
    "gate_page",
    "outcomes",
    "own_conflicts",
    "receivers",
]

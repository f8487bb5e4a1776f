"""What the pages of a gate show."""

from accelerator.features.gates.queries.batches import batch_page, batches_of_gate
from accelerator.features.gates.queries.chosen import chosen_rows
from accelerator.features.gates.queries.deciding import (
    comments,
    decided_meanwhile,
    kept_back,
    own_conflicts,
    receivers,
    watchers,
    watchers_of_idea,
)
from accelerator.features.gates.queries.gate import SHOWN, ZONES, every_code, gate_page
from accelerator.features.gates.queries.outcome import outcomes

__all__ = [
    "SHOWN",
    "ZONES",
    "batch_page",
    "batches_of_gate",
    "chosen_rows",
    "comments",
    "decided_meanwhile",
    "every_code",
    "gate_page",
    "kept_back",
    "outcomes",
    "own_conflicts",
    "receivers",
    "watchers",
    "watchers_of_idea",
]

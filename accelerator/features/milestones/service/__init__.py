"""Change milestones: work on them, who does, what waits for what, proof, other dates."""

from accelerator.features.milestones.service.base import record_export
from accelerator.features.milestones.service.dates import answer_date, ask_date
from accelerator.features.milestones.service.doing import add, complete, reopen, start
from accelerator.features.milestones.service.links import set_needs
from accelerator.features.milestones.service.people import hand_over, set_helpers
from accelerator.features.milestones.service.proofs import add_file, add_link, take_off
from accelerator.features.milestones.service.shifting import shift

__all__ = [
    "add", "add_file", "add_link", "answer_date", "ask_date", "complete", "hand_over",
    "record_export", "reopen", "set_helpers", "set_needs", "shift", "start", "take_off",
]  # fmt: skip

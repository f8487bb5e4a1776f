"""Decide at a gate, take back, announce: what the gate's pages and its meeting both do.

A decision, its audit row and its messages are all there or none. What a decision opens (the next
passage, milestones) and closes (reviewers' work, reminders) happens when it is announced, so that
until then nobody can tell it from waiting.
"""

from accelerator.deciding.announcing import (
    TRIES,
    announce,
    announce_next,
    begin_announcing,
    give_up_announcing,
    plan,
)
from accelerator.deciding.idling import park_idle, parked_by_rules, take_up
from accelerator.deciding.making import decide, may_not_decide, require_decider, verdict_of
from accelerator.deciding.reversing import reverse, reversible
from accelerator.deciding.undoing import undo, undo_many

__all__ = [
    "TRIES",
    "announce",
    "announce_next",
    "begin_announcing",
    "decide",
    "give_up_announcing",
    "may_not_decide",
    "park_idle",
    "parked_by_rules",
    "plan",
    "require_decider",
    "reverse",
    "reversible",
    "take_up",
    "undo",
    "undo_many",
    "verdict_of",
]

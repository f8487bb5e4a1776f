"""Ladders of reminders: the kinds of things due, the steps, and the rules of who hears when."""

from accelerator.domain.ladder.kinds import (
    DEFAULTS,
    KINDS,
    LEAST_IDLE,
    MOST_IDLE,
    MOST_STEPS,
    PLACEHOLDERS,
    RECEIVERS,
    Ladder,
    UnsoundLadder,
    placeholders,
    require_sound,
)
from accelerator.domain.ladder.rules import (
    DEFAULT_LADDER,
    Due,
    Reminder,
    ahead,
    reminder_for,
)
from accelerator.domain.ladder.steps import Channel, Receiver, Step, Unit, steps_of

__all__ = [
    "DEFAULTS",
    "DEFAULT_LADDER",
    "KINDS",
    "LEAST_IDLE",
    "MOST_IDLE",
    "MOST_STEPS",
    "PLACEHOLDERS",
    "RECEIVERS",
    "Channel",
    "Due",
    "Ladder",
    "Receiver",
    "Reminder",
    "Step",
    "Unit",
    "UnsoundLadder",
    "ahead",
    "placeholders",
    "reminder_for",
    "require_sound",
    "steps_of",
]

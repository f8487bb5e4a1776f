"""Reminders: no events of their own, but messages about what is due."""

from accelerator.activity.events.base import Hears, Receivers
from accelerator.domain.ladder import Reminder
from accelerator.domain.notices import Kind

TEMPLATE = "reminder"


def notice_of(reminder: Reminder) -> Hears:
    """Return the line of the table for a reminder: each step names its own channels."""
    channels = tuple(str(channel) for channel in reminder.step.channels)
    return Hears(Receivers.PERSON, TEMPLATE, channels=channels, kind=Kind(reminder.kind))

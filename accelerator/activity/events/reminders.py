"""Reminders: no events of their own, but messages about what is due."""

from accelerator.activity.events.base import Hears, Receivers

# One mail a day with every line, and one notice in the inbox for each line.
MAIL = Hears(Receivers.PERSON, "reminders", channels=("mail",))
NOTICE = Hears(Receivers.PERSON, "reminder", channels=("inbox",))

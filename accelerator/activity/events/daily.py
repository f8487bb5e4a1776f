"""The messages that come by themselves: the day's one, and the week's summary."""

from accelerator.activity.events.base import Hears, Receivers
from accelerator.domain.notices import Kind

DAILY, WEEKLY = "daily", "weekly"
SUMMARY = Hears(Receivers.PERSON, WEEKLY, channels=("mail",), urgent=True, kind=Kind.WEEKLY)

"""The messages that come by themselves: the day's one, and the week's summary."""

DAILY, WEEKLY = "daily", "weekly"

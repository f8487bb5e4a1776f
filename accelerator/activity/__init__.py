"""What happened, and who hears: events and their messages, in the caller's transaction.

`record(session, IdeaSubmitted(…), now=now)` adds one event row and one delivery row per receiver
and channel. Each event class says itself who hears of it; `accelerator.activity.hears` collects
them into one table.
"""

from accelerator.activity.outbox import notify
from accelerator.activity.record import record, record_all, record_for_teams

__all__ = ["notify", "record", "record_all", "record_for_teams"]

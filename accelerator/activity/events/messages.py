"""What administrators do with messages."""

from dataclasses import dataclass

from accelerator.activity.events.base import Event


@dataclass(frozen=True, kw_only=True)
class MessagesResent(Event):
    """Mails that had failed were put in line again."""

    count: int

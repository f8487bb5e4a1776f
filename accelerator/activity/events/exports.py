"""Data that left the house."""

from dataclasses import dataclass

from accelerator.activity.events.base import Event


@dataclass(frozen=True, kw_only=True)
class Exported(Event):
    """Somebody took a list out as a file; `what` names the list, `about` what it was about."""

    what: str
    about: str

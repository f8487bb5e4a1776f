"""What people say about how they want to hear, and when they are away."""

from dataclasses import dataclass

from accelerator.activity.events.base import Event


@dataclass(frozen=True, kw_only=True)
class NoticesChosen(Event):
    """Somebody chose how to hear of what; `choices` holds what differs from the usual, by kind."""

    choices: dict[str, str]
    quiet: str


@dataclass(frozen=True, kw_only=True)
class MailsEnded(Event):
    """Somebody ended the mails of a kind by the button in their mail program, or its page."""

    mails: str


@dataclass(frozen=True, kw_only=True)
class AbsenceAdded(Event):
    """Somebody said when they are away, and perhaps who hears on their behalf."""

    first_on: str
    last_on: str
    stand_in: str


@dataclass(frozen=True, kw_only=True)
class AbsenceRemoved(Event):
    """Somebody is not away after all."""

    first_on: str
    last_on: str

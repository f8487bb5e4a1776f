"""The rungs of a ladder: how far from the due day, who hears, where, and in what words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.workdays import Calendar


class Unit(StrEnum):
    """In what the distance of a step from the due day is counted."""

    CALENDAR = "calendar"
    WORKING = "working"


class Receiver(StrEnum):
    """Whom a step addresses."""

    OWNER = "owner"
    LEAD = "lead"
    MANAGER = "manager"
    LINE = "line"  # the line manager of whoever has it in hand


class Channel(StrEnum):
    """Where a step is told; a mail means the one of the day, a hook the programme's chat."""

    INBOX = "inbox"
    MAIL = "mail"
    HOOK = "hook"


OURS = Bilingual()
USUAL = (Channel.INBOX, Channel.MAIL)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: so many days after the due day, or before it when negative, to whom.

    `words` is a sentence of the programme's own with placeholders; without it ours is said.
    """

    offset_days: int
    unit: Unit
    to: Receiver
    channels: tuple[Channel, ...] = USUAL
    words: Bilingual = OURS

    @property
    def key(self) -> str:
        """What names the step, whatever else stands on the ladder."""
        return f"{self.offset_days:+d}{self.unit}:{self.to}"

    def falls_on(self, due_on: date, calendar: Calendar) -> date:
        """Return the working day of the step; a free day moves it to the next working one."""
        if self.unit is Unit.WORKING:
            return calendar.on_or_after(calendar.add(due_on, self.offset_days))
        return calendar.on_or_after(due_on + timedelta(days=self.offset_days))

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "offset_days": self.offset_days, "unit": str(self.unit), "to": str(self.to),
            "channels": [str(channel) for channel in self.channels], "words": self.words.as_dict(),
        }  # fmt: skip


def steps_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Read the JSON form."""
    return tuple(
        Step(
            one["offset_days"],
            Unit(one["unit"]),
            Receiver(one["to"]),
            tuple(Channel(channel) for channel in one.get("channels", USUAL)),
            Bilingual.of(one.get("words")),
        )
        for one in stored
    )


def at(offset_days: int, to: Receiver, unit: Unit = Unit.CALENDAR) -> Step:
    """Make a step that is told in the usual places, in our words."""
    return Step(offset_days, unit, to)

"""A word from a manager to somebody with whom something waits."""

from dataclasses import dataclass
from typing import Any

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind

NUDGE = Hears(Receivers.PERSON, "nudged", urgent=True, kind=Kind.NEWS, replies_to_actor=True)


@dataclass(frozen=True, kw_only=True)
class PersonNudged(Event):
    """A manager reminded somebody by hand; `lines` are what waits, `note` is the manager's own."""

    cohort: Bilingual
    by: str
    note: str
    lines: list[dict[str, Any]]

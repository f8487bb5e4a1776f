"""The form of an event: facts as a frozen dataclass, and the table of who hears."""

from dataclasses import dataclass, fields
from enum import StrEnum, auto
from typing import Any, ClassVar

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


class Receivers(StrEnum):
    """Who can hear of an event."""

    TEAM = auto()
    OWNER = auto()
    MANAGERS = auto()
    PERSON = auto()
    HOOKS = auto()  # the channels of chat programs alone


@dataclass(frozen=True, slots=True)
class Hears:
    """A line of the table: these receivers get this template on these channels.

    `templates/email/<template>/` holds subject.txt, body.txt and body.html. The inbox shows the
    subject. Security mail and the like go by mail alone. What is `urgent` is mailed at once, all
    else goes into the day's one message, unless the receiver chose otherwise for its `kind`. With
    "hook" among the channels, the chat channels of the programme hear too: `templates/hook/` where
    it says it differently. `replies_to_actor` says that the words name who acted, so that an answer
    may go to them; otherwise it goes to the managers.
    """

    who: Receivers
    template: str
    channels: tuple[str, ...] = ("inbox", "mail")
    urgent: bool = False
    actor_too: bool = False
    kind: Kind = Kind.NEWS
    replies_to_actor: bool = False


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. Fields named here go to columns, all others into `data`.

    `person_id` is the receiver for Receivers.PERSON. `path` is the page that shows more.
    """

    hears: ClassVar[tuple[Hears, ...]] = ()

    actor_id: int | None = None
    programme_id: int | None = None
    idea_id: int | None = None
    person_id: int | None = None
    subject: str = ""
    path: str = ""

    @property
    def kind(self) -> str:
        """Return the event's name in the log."""
        return type(self).__name__

    def data(self) -> dict[str, Any]:
        """Return the event's own facts as JSON."""
        return {
            f.name: _json(getattr(self, f.name)) for f in fields(self) if f.name not in _COLUMNS
        }


_COLUMNS = {"actor_id", "programme_id", "idea_id", "subject"}


def _json(value: Any) -> Any:
    if isinstance(value, Bilingual):
        return value.as_dict()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value

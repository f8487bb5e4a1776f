"""One thing that is due from somebody, and what a reminder says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accelerator.domain.ladder import Due, Ladder, Receiver, Reminder
from accelerator.domain.notices import Kind

TEMPLATE = "reminder"  # in the keys of the notices in the inbox, which are kept


@dataclass(frozen=True, slots=True)
class Task:
    """Something due, with the words and pages that tell of it; `who` is who has it in hand.

    `facts` are what the words of its kind need besides; what is `private` is the owner's alone.
    """

    due: Due
    ladder: Ladder
    idea_id: int
    programme_id: int
    programme: dict[str, str]
    title: dict[str, str]
    code: str
    paths: Mapping[Receiver, str]
    name: dict[str, str] | None = None
    who: str = ""
    who_id: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: bool = False

    @property
    def about(self) -> str:
        """Return what messages about it are found by."""
        return f"idea:{self.idea_id}"

    def line(self, reminder: Reminder, absent: tuple[int, str] | None = None) -> dict[str, Any]:
        """Return what one reminder says, as JSON; `absent` is on whose behalf somebody hears.

        A line manager may not be somebody who may read the idea: no title, no page of it.
        """
        to = reminder.step.to
        found: dict[str, Any] = {
            "kind": str(reminder.kind),
            "subject_id": reminder.subject_id,
            "due_on": reminder.due_on.isoformat(),
            "on": reminder.on.isoformat(),
            "to": str(to),
            "title": self.title,
            "code": self.code,
            "name": self.name,
            "who": "" if reminder.person == self.who_id else self.who,
            "path": self.paths.get(to, "/"),
            **self.facts,
        }
        if to is Receiver.LINE:
            found |= {"title": None, "code": "", "name": None, "path": "/"}
        if to is Receiver.LINE or reminder.step.words:
            found["programme"] = self.programme
        if reminder.step.words:
            found["words"] = reminder.step.words.as_dict()
        if absent is not None:
            found["for_id"], found["for"] = absent
        return found

    def line_for_all(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said of it where all who manage read it, its team's members among them."""
        hidden = self.due.kind == Kind.REVIEW
        said = {name: value for name, value in line.items() if name not in ("for", "for_id")}
        return said | {
            "to": str(Receiver.MANAGER),
            "title": self.title,
            "code": self.code,
            "name": self.name,
            "who": "" if hidden else self.who,
            "path": f"/ideas/{self.code}" if hidden else self.paths[Receiver.MANAGER],
        }

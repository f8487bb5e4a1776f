"""What the team was told at its gates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual, language_of
from accelerator.storage.tables import Event, Idea


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wrote, in the language it is in; `by` where the author may be known."""

    text: str
    by: str = ""
    due_on: date | None = None

    @property
    def language(self) -> str:
        """Return the language of the text."""
        return language_of(self.text)


@dataclass(frozen=True, slots=True)
class OutcomeCard:
    """One announced decision, as the team was told."""

    announced_at: datetime
    code: str
    title: Bilingual
    stage: Bilingual
    outcome: str
    graduated: bool
    reason: Words
    comments: tuple[Words, ...]
    conditions: tuple[Words, ...]
    checklist: tuple[Words, ...]
    change: str
    would_change: Words
    watcher: str
    learned: Words
    next_step: Words
    next_stage: Bilingual
    by: date
    reverses: Mapping[str, Any]  # the outcome taken back, and the day `on` which it was told
    by_rules: bool


def outcomes(session: Session, idea: Idea) -> tuple[OutcomeCard, ...]:
    """Load what the team was told at its gates, the newest first, word for word."""
    rows = session.execute(
        select(Event.at, Event.data)
        .where(Event.idea_id == idea.id, Event.kind == "DecisionAnnounced")
        .order_by(Event.id.desc())
    )
    return tuple(_card(at, told) for at, told in rows)


def _card(at: datetime, told: Mapping[str, Any]) -> OutcomeCard:
    return OutcomeCard(
        announced_at=at,
        code=told["code"],
        title=Bilingual.of(told["title"]),
        stage=Bilingual.of(told["stage"]),
        outcome=told["outcome"],
        graduated=told["graduated"],
        reason=Words(told["reason"]),
        comments=tuple(Words(each["text"], each["reviewer"]) for each in told["comments"]),
        conditions=tuple(
            Words(each["text"], due_on=date.fromisoformat(each["due_on"]))
            for each in told["conditions"]
        ),
        checklist=tuple(Words(text) for text in told["checklist"]),
        change=told["change"],
        would_change=Words(told["would_change"]),
        watcher=told["watcher"],
        learned=Words(told["learned"]),
        next_step=Words(told["next_step"]),
        next_stage=Bilingual.of(told["next_stage"]),
        by=date.fromisoformat(told["by"]),
        by_rules=told.get("by_rules", False),
        reverses=told["reverses"]
        and {
            "outcome": told["reverses"]["outcome"],
            "on": date.fromisoformat(told["reverses"]["on"]),
        },
    )

"""Lets things happen again: who people are and which idea is meant, and no rows kept between."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor
from accelerator.storage.tables import Cohort, Idea, Passage, Programme, Stage

Told = Mapping[str, Any]
ZONE = ZoneInfo("Asia/Tokyo")
COUNTRY = "JP"


@dataclass(frozen=True, slots=True)
class Days:
    """The story's days on the calendar; what falls on a day off happens on the next working day."""

    today: date

    def coming(self, day: int) -> date:
        """Return a day that may lie in the future."""
        found = self.today + timedelta(days=day)
        return calendar_of(COUNTRY, found.year).on_or_after(found)

    def past(self, day: int) -> date:
        """Return the day on which something happened: today at the latest."""
        return min(self.coming(day), self.today)


@dataclass
class Player:
    """What is known while the story is played."""

    session: Session
    story: Told
    days: Days
    actors: dict[str, Actor] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def let(self, play: Callable[["Player", datetime], None], now: datetime) -> None:
        """Let one thing happen as a request of its own would: nothing that it loaded stays."""
        play(self, now)
        self.session.flush()
        self.session.expunge_all()

    def person(self, key: str) -> Told:
        """Return what the story says of somebody."""
        return next(told for told in self.story["people"] if told["key"] == key)

    def manager(self, programme: str) -> Actor:
        """Return who runs a programme day by day: the last one named as its manager."""
        keys = [p["key"] for p in self.story["people"] if "manager" in roles_of(p, programme)]
        return self.actors[keys[-1]]

    def programme(self, key: str) -> Programme:
        """Load a programme of the story."""
        return self.session.scalars(
            select(Programme).where(Programme.key == programme_key(key))
        ).one()

    def cohort(self, key: str) -> Cohort:
        """Load a cohort of the story."""
        code = next(told["code"] for told in self.story["cohorts"] if told["key"] == key)
        return self.session.scalars(select(Cohort).where(Cohort.code == code)).one()

    def idea(self, told: Told) -> Idea:
        """Load an idea of the story."""
        code = self.codes[told["key"]]
        return self.session.scalars(select(Idea).where(Idea.code == code)).one()

    def stage(self, idea: Idea) -> Stage:
        """Load the stage an idea is in."""
        return self.session.scalars(
            select(Stage)
            .join(Passage, Passage.stage_id == Stage.id)
            .where(Passage.id == idea.passage_id)
        ).one()


def programme_key(key: str) -> str:
    """Return a programme's key as it stands in addresses."""
    return key.replace("_", "-")


def roles_of(person: Told, programme: str) -> list[str]:
    """Return the roles the story gives somebody in a programme."""
    found: list[str] = person.get("roles", {}).get(programme, [])
    return found


def said(text: Mapping[str, str] | None, language: str) -> str:
    """Return a text in a language, else in the other one; nothing where nothing was said."""
    return Bilingual.of(dict(text or {})).pick(language)

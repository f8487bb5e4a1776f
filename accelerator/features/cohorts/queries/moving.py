"""Who is affected when the dates of a cohort move, and what each of them will read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from accelerator.activity.events.base import Event
from accelerator.activity.events.cohorts import MilestonesMoved
from accelerator.activity.events.programmes import HandInMoved
from accelerator.activity.letters import Reader, Words, words_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.cohort_dates import StageDates
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState
from accelerator.features.cohorts.service.moving import (
    DAYS,
    Shift,
    gate_milestones,
    hand_in_event,
    milestones_event,
    moved_milestones,
    open_reviews,
    reviews_event,
    teams_at_work,
)
from accelerator.storage.tables import Cohort, CohortStage, Idea, Person, Stage, TeamMember

SHOWN = 20
A_DRAFT = Bilingual("下書き", "A draft")


@dataclass(frozen=True, slots=True)
class Moved:
    """A date that would change."""

    stage: Bilingual
    what: str
    was: date
    now: date


@dataclass(frozen=True, slots=True)
class Sample:
    """A message as one of its receivers will read it, in their language; `to` nobody named."""

    language: str
    to: str
    letter: Words


@dataclass(frozen=True, slots=True)
class Moves:
    """All that the page before saving shows; lists hold the first few of each `…_total`."""

    days: tuple[Moved, ...]
    teams: tuple[Row[Any], ...]
    teams_total: int
    reviewers: tuple[Row[Any], ...]
    reviewers_total: int
    milestones: tuple[tuple[Row[Any], date], ...]
    milestones_total: int
    samples: tuple[Sample, ...]

    @property
    def anybody(self) -> bool:
        """Say whether anybody is affected."""
        return bool(self.teams or self.reviewers or self.milestones)


def moves(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    stages: Sequence[Stage],
    dates: Mapping[str, StageDates],
    *,
    base_url: str,
    now: datetime,
) -> Moves:
    """Find who is affected by other dates, and write their messages; five queries at most."""
    shifts = list(_shifts(session, cohort, stages, dates))
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    moved = {shift.stage.id: shift for shift in shifts}
    teams = _some(session, teams_at_work(cohort, _ids(shifts, "hand_in_by")))
    reviewers = _some(session, open_reviews(cohort, _ids(shifts, "review_by")))
    gates = _ids(shifts, "gate_on")
    found = session.execute(gate_milestones(cohort, gates)).all() if gates else []
    milestones = list(moved_milestones(found, moved, cohort, today))
    return Moves(
        days=tuple(_days(shifts)),
        teams=tuple(teams[0]),
        teams_total=teams[1],
        reviewers=tuple(reviewers[0]),
        reviewers_total=reviewers[1],
        milestones=tuple(milestones[:SHOWN]),
        milestones_total=len(milestones),
        samples=tuple(
            _samples(session, actor, cohort, moved, teams[0], reviewers[0], milestones, base_url)
        ),
    )


def _shifts(
    session: Session, cohort: Cohort, stages: Sequence[Stage], dates: Mapping[str, StageDates]
) -> Iterator[Shift]:
    for stage in stages:
        row = session.get(CohortStage, (cohort.id, stage.id)) if stage.key in dates else None
        if row is not None:
            was = StageDates(row.hand_in_by, row.review_by, row.gate_on)
            if was != dates[stage.key]:
                yield Shift(stage, was, dates[stage.key])


def _ids(shifts: Sequence[Shift], what: str) -> list[int]:
    return [shift.stage.id for shift in shifts if shift.moves(what)]


def _some(session: Session, statement: Any) -> tuple[list[Row[Any]], int]:
    """Return the first rows and how many there are."""
    if statement is None:
        return [], 0
    rows = session.execute(statement.add_columns(func.count().over().label("total")).limit(SHOWN))
    found = list(rows)
    return found, found[0].total if found else 0


def _days(shifts: Sequence[Shift]) -> Iterator[Moved]:
    for shift in shifts:
        for what in DAYS:
            if shift.moves(what):
                was, now = getattr(shift.was, what), getattr(shift.now, what)
                yield Moved(shift.stage.name, what, was, now)


def _samples(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    moved: Mapping[int, Shift],
    teams: Sequence[Row[Any]],
    reviewers: Sequence[Row[Any]],
    milestones: Sequence[tuple[Row[Any], date]],
    base_url: str,
) -> Iterator[Sample]:
    """Write one message of each sort in each language that somebody reads it in."""
    by_idea: dict[int, list[tuple[Row[Any], date]]] = {}
    for row, day in milestones:
        by_idea.setdefault(row.idea_id, []).append((row, day))
    drafts = {row.idea_id for row in teams if row.state == IdeaState.DRAFT}
    drafts |= {row.idea_id for row, _ in milestones if row.state == IdeaState.DRAFT}
    events: dict[int, tuple[str, HandInMoved | MilestonesMoved]] = {}
    for row, _ in milestones[:SHOWN]:
        stage = moved[row.stage_id].stage
        events[row.idea_id] = (
            "milestones_moved", milestones_event(actor, cohort, stage, by_idea[row.idea_id]),
        )  # fmt: skip
    for row in teams:
        told = by_idea.get(row.idea_id, [])
        events[row.idea_id] = (
            "hand_in_moved", hand_in_event(actor, cohort, moved[row.stage_id], row, told),
        )  # fmt: skip
    seen: set[tuple[str, str]] = set()
    for idea_id, person in _members(session, actor, list(events)):
        template, event = events[idea_id]
        if (template, person.language) not in seen:
            seen.add((template, person.language))
            if idea_id in drafts:  # who writes it, and what, is the team's own affair
                private = replace(event, code="…", title=A_DRAFT, path="/")
                yield _sample(template, private, person, base_url, to="")
            else:
                yield _sample(template, event, person, base_url, to=person.display_name)
    for row in reviewers:
        if ("reviews_moved", row.Person.language) not in seen and row.Person.id != actor.id:
            seen.add(("reviews_moved", row.Person.language))
            shift = moved[row.stage_id]
            told_reviewer = reviews_event(actor, cohort, shift, row.Person.id, row.reviews)
            name = row.Person.display_name
            yield _sample("reviews_moved", told_reviewer, row.Person, base_url, to=name)


def _members(session: Session, actor: Actor, ideas: list[int]) -> Iterator[tuple[int, Person]]:
    if not ideas:
        return
    rows = session.execute(
        select(TeamMember.idea_id, Person)
        .join(Person, Person.id == TeamMember.person_id)
        .join(Idea, Idea.id == TeamMember.idea_id)
        .where(
            TeamMember.idea_id.in_(ideas),
            TeamMember.state == "accepted",
            Person.disabled_at.is_(None),
            Person.id != actor.id,
        )
        .order_by(TeamMember.idea_id, TeamMember.id)
    )
    yield from ((idea_id, person) for idea_id, person in rows)


def _sample(template: str, event: Event, person: Person, base_url: str, *, to: str) -> Sample:
    reader = Reader(to, person.language, person.time_zone)
    written = words_of(template, event.data(), reader, base_url=base_url)
    return Sample(person.language, to, written)

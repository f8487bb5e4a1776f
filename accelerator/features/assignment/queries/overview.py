"""The page of a stage: what is to be shared out, and the proposals made so far."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.domain.policy import Actor
from accelerator.domain.proposals import ProposalState, Settings
from accelerator.domain.reviews import GONE, is_late
from accelerator.features.assignment.queries.field import programme_reviewers, waiting_ideas
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Interest,
    Person,
    Proposal,
    Stage,
)

SHOWN = 20


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal in the list."""

    id: int
    made_by: str
    made_at: datetime
    state: ProposalState
    progress: int
    settings: Settings
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overview:
    """A stage before its reviews are shared out."""

    ideas: int
    reviewers: int
    assigned: int
    interests: int
    interests_open: bool
    proposals: tuple[ProposalRow, ...]
    due_on: date | None

    @property
    def last(self) -> Settings | None:
        """Return what was asked for last."""
        return self.proposals[0].settings if self.proposals else None


def overview(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, now: datetime
) -> Overview:
    """Load what there is to share out; six queries."""
    ideas = waiting_ideas(actor, cohort.id, stage.id).subquery()
    people = programme_reviewers(stage.programme_id).with_only_columns(Person.id).subquery()
    standing = select(func.count(Assignment.id)).join(
        ideas, ideas.c.passage_id == Assignment.passage_id
    )
    stated = select(func.count()).select_from(Interest).join(ideas, ideas.c.id == Interest.idea_id)
    rows = session.execute(
        select(Proposal, Person)
        .join(Person, Person.id == Proposal.made_by_id)
        .where(Proposal.cohort_id == cohort.id, Proposal.stage_id == stage.id)
        .order_by(Proposal.id.desc())
        .limit(SHOWN)
    )
    dates = session.get(CohortStage, (cohort.id, stage.id))
    return Overview(
        ideas=session.scalar(select(func.count()).select_from(ideas)) or 0,
        reviewers=session.scalar(select(func.count()).select_from(people)) or 0,
        assigned=session.scalar(standing.where(Assignment.state.not_in(GONE))) or 0,
        interests=session.scalar(stated) or 0,
        interests_open=bool(dates and dates.interests_open),
        proposals=tuple(
            ProposalRow(
                row.Proposal.id, row.Person.display_name, row.Proposal.made_at,
                ProposalState(row.Proposal.state), row.Proposal.progress,
                Settings.of(row.Proposal.settings), row.Proposal.result,
            )
            for row in rows
        ),
        due_on=due_on(dates, cohort, now),
    )  # fmt: skip


def due_on(dates: CohortStage | None, cohort: Cohort, now: datetime) -> date | None:
    """Return the stage's review day unless it has passed."""
    if dates is None or is_late(now, dates.review_by, cohort.time_zone):
        return None
    return dates.review_by

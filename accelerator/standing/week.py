"""What a week holds for those who answer for cohorts: late, due, promised, gates, waiting for them.

Numbers about reviews leave out the ideas of which the reader is of the team.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from accelerator.domain.milestones import MilestoneState
from accelerator.domain.policy import Actor, Role
from accelerator.domain.reviews import AssignmentState
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    ExpertRequest,
    Idea,
    Milestone,
    Passage,
    Programme,
    Stage,
)
from accelerator.storage.visibility import outside_team

MOST = 30  # cohorts in one summary
Counts = dict[int, int]


def week_of(session: Session, actor: Actor, *, first: date, last: date) -> list[dict[str, Any]]:
    """Return a line for each cohort somebody manages or sponsors with something to tell.

    `first` is today in the reader's calendar, `last` the end of the week, both included.
    """
    managed = actor.programmes(Role.MANAGER)
    programmes = managed | actor.programmes(Role.SPONSOR)
    figures = _figures(session, actor, programmes, first, last)
    gates = _gates(session, programmes, first, last)
    cohorts = session.execute(
        select(Cohort.id, Cohort.code, Cohort.name, Programme.id, Programme.name)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Programme.id.in_(programmes), Cohort.preparing.is_(False))
        .order_by(Programme.id, Cohort.id)
    )
    lines = []
    for id_, code, name, programme_id, programme in cohorts:
        counts = [
            [figure, found[id_]]
            for figure, found in figures.items()
            if id_ in found and (figure not in _OF_MANAGERS or programme_id in managed)
        ]
        if counts or id_ in gates:
            lines.append(
                {
                    "cohort": name.as_dict(), "programme": programme.as_dict(), "code": code,
                    "counts": counts, "gates": gates.get(id_, []),
                    "manages": programme_id in managed,
                }
            )  # fmt: skip
    return lines[:MOST]


_OF_MANAGERS = ("asked", "late_reviews", "experts")


def _figures(
    session: Session, actor: Actor, programmes: Collection[int], first: date, last: date
) -> dict[str, Counts]:
    active = Idea.state == IdeaState.ACTIVE
    open_ = Milestone.state != MilestoneState.DONE
    milestones = _by_cohort(programmes).join(Milestone, Milestone.idea_id == Idea.id)
    promises = _by_cohort(programmes).join(Passage, Passage.id == Idea.passage_id)
    owed = Passage.state.in_((PassageState.HANDED_IN, PassageState.DECIDED))
    reviews = _by_cohort(programmes).join(Assignment, Assignment.passage_id == Idea.passage_id)
    waiting = Assignment.state.in_((AssignmentState.ASSIGNED, AssignmentState.ACCEPTED))
    experts = _by_cohort(programmes).join(ExpertRequest, ExpertRequest.idea_id == Idea.id)

    def counts(found: Select[int, int], *conditions: ColumnElement[bool]) -> Counts:
        return {row[0]: row[1] for row in session.execute(found.where(active, *conditions))}

    return {
        "late_promises": counts(promises, owed, Passage.promise_on < first),
        "promises": counts(promises, owed, Passage.promise_on.between(first, last)),
        "late": counts(milestones, open_, Milestone.due_on < first),
        "due": counts(milestones, open_, Milestone.due_on.between(first, last)),
        "asked": counts(milestones, open_, Milestone.asked_due_on.is_not(None)),
        "late_reviews": counts(reviews, waiting, Assignment.due_on < first, outside_team(actor)),
        "experts": counts(experts, ExpertRequest.state == "open"),
    }


def _by_cohort(programmes: Collection[int]) -> Select[int, int]:
    return (
        select(Cohort.id, func.count())
        .select_from(Idea)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(Cohort.programme_id.in_(programmes))
        .group_by(Cohort.id)
    )


def _gates(
    session: Session, programmes: Collection[int], first: date, last: date
) -> dict[int, list[dict[str, Any]]]:
    rows = session.execute(
        select(CohortStage.cohort_id, CohortStage.gate_on, Stage.name, Stage.key)
        .join(Cohort, Cohort.id == CohortStage.cohort_id)
        .join(Stage, Stage.id == CohortStage.stage_id)
        .where(
            Cohort.programme_id.in_(programmes),
            Stage.removed_at.is_(None),
            Stage.timing == "cohort",
            CohortStage.gate_on.between(first, last),
        )
        .order_by(CohortStage.gate_on, Stage.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for cohort_id, gate_on, name, key in rows:
        line = {"stage": name.as_dict(), "on": gate_on.isoformat(), "key": key}
        found.setdefault(cohort_id, []).append(line)
    return found

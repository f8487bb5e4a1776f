"""How an idea joins a running cohort of its programme, with dates counted from today.

Managers bring an idea in from another cohort, out of a line, or one that was parked. What the
verb changes is told by its answer; the caller records it (`activity/events/cohorts.IdeaJoined`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.errors import DomainError
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.i18n import N_
from accelerator.standing.passages import enter_stage, entrance
from accelerator.storage.tables import Cohort, CohortStage, Idea, Milestone, Passage, Stage

MOVABLE = (PassageState.OPEN, PassageState.HANDED_IN)


@dataclass(frozen=True, slots=True)
class Landing:
    """Where an idea would come down in a cohort: its stage, and the days proposed from today.

    `hand_in_by` is None when the text is in already and only the promise counts.
    """

    stage: Stage
    hand_in_by: date | None
    promise_on: date | None


@dataclass(frozen=True, slots=True)
class Joined:
    """What a joining changed."""

    idea: Idea
    passage: Passage
    stage: Stage
    left: Cohort
    joined: Cohort


def landing(session: Session, *, idea: Idea, cohort: Cohort, now: datetime) -> Landing:
    """Propose where and by when an idea joins a cohort; raise DomainError when it cannot.

    A parked idea begins its stage anew; one at work keeps its passage, one handed in its version.
    A stage that was removed is passed over. The hand-in day is the cohort's own when at least
    half of the stage's time box is left until then, else the whole time box from today.
    """
    passage = session.get_one(Passage, idea.passage_id)
    _require_joinable(session, idea, passage, cohort)
    stage = session.get_one(Stage, passage.stage_id)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    calendar = calendar_of(cohort.country, today.year)
    if passage.state == PassageState.HANDED_IN:
        promise_on = passage.promise_on
        if idea.state == IdeaState.WAITING:
            promise_on = calendar.add(today, stage.promise_days)
        return Landing(stage, None, promise_on)
    if idea.state == IdeaState.PARKED and stage.removed_at is not None:
        stage = _standing_stage(session, stage)
    whole = calendar.add(today, stage.time_box_days)
    dates = session.get(CohortStage, (cohort.id, stage.id))
    enough = (
        dates is not None and calendar.count(today, dates.hand_in_by) * 2 >= stage.time_box_days
    )
    return Landing(stage, dates.hand_in_by if enough and dates is not None else whole, None)


def join(
    session: Session,
    *,
    idea: Idea,
    cohort: Cohort,
    now: datetime,
    hand_in_by: date | None = None,
) -> Joined:
    """Bring an idea into a running cohort of its programme; `hand_in_by` as chosen, or proposed.

    It holds a place there even when all are taken: a manager's word. Its milestones that are not
    done get new days. Raises DomainError when it cannot join. The caller lets the next in line
    into the place it leaves (`places.admit_next` of `left`).
    """
    where = landing(session, idea=idea, cohort=cohort, now=now)
    left = session.get_one(Cohort, idea.cohort_id)
    passage = session.get_one(Passage, idea.passage_id)
    _move(session, idea, passage, cohort)
    if where.hand_in_by is not None and (hand_in_by or where.hand_in_by) < _today(cohort, now):
        raise DomainError("hand_in_past", N_("Choose a day from today on."), field="hand_in_by")
    if idea.state == IdeaState.PARKED:
        idea.state = IdeaState.ACTIVE
        passage = enter_stage(session, idea=idea, cohort=cohort, stage=where.stage, now=now)
    elif idea.state == IdeaState.WAITING:
        idea.state = IdeaState.ACTIVE
        passage.handed_in_at = now
        passage.promise_on = where.promise_on
    else:
        _date_milestones(session, passage, cohort, where.stage, now)
    if where.hand_in_by is not None:
        passage.hand_in_by = hand_in_by or where.hand_in_by
    idea.updated_at = now
    session.flush()
    return Joined(idea, passage, where.stage, left, cohort)


def _today(cohort: Cohort, now: datetime) -> date:
    return now.astimezone(ZoneInfo(cohort.time_zone)).date()


def _require_joinable(session: Session, idea: Idea, passage: Passage, cohort: Cohort) -> None:
    home = session.get_one(Cohort, idea.cohort_id)
    if home.programme_id != cohort.programme_id:
        raise DomainError(
            "other_programme",
            N_("An idea joins cohorts of its own programme only."),
            field="cohort",
        )
    if cohort.preparing:
        raise DomainError(
            "cohort_in_preparation", N_("This cohort is still being prepared."), field="cohort"
        )
    if idea.state == IdeaState.ACTIVE and passage.state not in MOVABLE:
        raise DomainError(
            "decided_already",
            N_("The gate has decided about this idea. Announce the decision first."),
        )
    if idea.state not in (IdeaState.ACTIVE, IdeaState.WAITING, IdeaState.PARKED):
        raise DomainError(
            "cannot_join", N_("Only an idea at work, waiting or parked can join a cohort.")
        )
    if idea.state == IdeaState.ACTIVE and home.id == cohort.id:
        raise DomainError("in_already", N_("This idea is in that cohort already."), field="cohort")


def _standing_stage(session: Session, stage: Stage) -> Stage:
    """Return the next stage that was not removed."""
    found = session.scalars(
        select(Stage)
        .where(
            Stage.programme_id == stage.programme_id,
            Stage.position > stage.position,
            Stage.removed_at.is_(None),
        )
        .order_by(Stage.position)
        .limit(1)
    ).first()
    if found is None:
        raise DomainError(
            "no_stage_left", N_("The stage of this idea was removed, and none follows.")
        )
    return found


def _move(session: Session, idea: Idea, passage: Passage, cohort: Cohort) -> None:
    """Change the cohort, also of the passage it is in; a number taken there is given up."""
    if idea.cohort_id == cohort.id:
        return
    same = select(Idea.id).where(Idea.cohort_id == cohort.id, Idea.external_id == idea.external_id)
    if idea.external_id is not None and session.scalar(same) is not None:
        idea.external_id = None
    idea.cohort_id = cohort.id
    if passage.state != PassageState.LEFT:
        passage.cohort_id = cohort.id


def _date_milestones(
    session: Session, passage: Passage, cohort: Cohort, stage: Stage, now: datetime
) -> None:
    """Move the open milestones of the stage's templates to the days of the new cohort."""
    given = entrance(session, cohort=cohort, stage=stage, now=now)
    due = {template.id: day for template, day in given.milestones}
    for milestone in session.scalars(
        select(Milestone).where(
            Milestone.passage_id == passage.id,
            Milestone.state == "open",
            Milestone.template_id.in_(due),
            Milestone.due_set_at.is_(None),
        )
    ):
        milestone.due_on = due[milestone.template_id or 0]

"""Change a rubric: what was given under the old one keeps its marks, score and wording."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.stages import ReviewToLookAt, RubricChanged
from accelerator.domain.designing import require_weight
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.stages import PassageState
from accelerator.features.stages.queries import effects, one
from accelerator.features.stages.queries.in_flight import in_flight, written
from accelerator.features.stages.service import rows
from accelerator.i18n import N_, language
from accelerator.storage.tables import (
    Assignment,
    Criterion,
    Idea,
    Passage,
    Programme,
    Review,
    Rubric,
    Stage,
)

NAMES = ("name", "help", "weight", "counted", "levels")
MOST_CRITERIA = 30


def mark(stage: Stage, criteria: one.Rows) -> str:
    """Return the mark of a rubric as a form shows it."""
    return rows.mark(criteria.living, NAMES, stage.scale)


def change(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    version: str,
    scale: int,
    wanted: Sequence[rows.Row],
    seen: str,
    now: datetime,
) -> None:
    """Change the rubric; where reviews were handed in, the old one is kept for them to name.

    Reviewers who have begun and not handed in are told.
    """
    criteria = one.criteria(session, stage)
    rows.require_fresh(mark(stage, criteria), version)
    fields = rows.differences(criteria, wanted) + (["scale"] if scale != stage.scale else [])
    if not fields:
        return
    _require_sound(criteria, wanted)
    ideas = in_flight(session, actor, [stage.id])[stage.id]
    reviews = written(session, stage.id)
    gone = {each.key for each in wanted if each.gone}
    removed = [row.name.pick(language()) for row in criteria.living if row.key in gone]
    lines = effects.of_rubric(removed, (stage.scale, scale), ideas, reviews)
    effects.require_seen(lines, seen)
    kept = _keep(session, stage, criteria, now) if reviews.submitted else None
    stage.scale = scale
    rows.apply(session, Criterion, stage, criteria, wanted, word="criterion", now=now)
    for row in criteria.living:  # those that the form did not name, too
        row.levels = [*row.levels, *[{"ja": "", "en": ""}] * scale][:scale]
    about: dict[str, Any] = {"actor_id": actor.id, "programme_id": programme.id}
    record(
        session,
        RubricChanged(
            **about,
            subject=f"stage:{stage.key}",
            path=f"/programmes/{programme.key}/stages/{stage.key}/rubric",
            fields=fields,
            kept=kept,
        ),
        now=now,
    )
    _tell(session, stage, about, now)


def _require_sound(criteria: one.Rows, wanted: Sequence[rows.Row]) -> None:
    named = {each.key for each in wanted}
    found = [dict(each.values) for each in wanted if not each.gone]
    found += [
        {"weight": row.weight, "counted": row.counted}
        for row in criteria.living
        if row.key not in named
    ]
    require_weight(found)
    if len(found) > MOST_CRITERIA:
        raise DomainError(
            "too_many_criteria", N_("A rubric has at most %(most)s criteria."), most=MOST_CRITERIA
        )


def _keep(session: Session, stage: Stage, criteria: one.Rows, now: datetime) -> int:
    """Freeze the rubric that held and name it in the reviews given under it."""
    last = session.scalar(select(func.max(Rubric.number)).where(Rubric.stage_id == stage.id))
    old = Rubric(
        stage_id=stage.id,
        number=(last or 0) + 1,
        scale=stage.scale,
        until=now,
        criteria=[
            {
                "key": row.key, "name": row.name.as_dict(), "help": row.help.as_dict(),
                "weight": row.weight, "counted": row.counted, "levels": row.levels,
            }
            for row in criteria.living
        ],
    )  # fmt: skip
    session.add(old)
    session.flush()
    of_stage = (
        select(Assignment.id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .where(Passage.stage_id == stage.id)
    )
    session.execute(
        update(Review)
        .where(
            Review.assignment_id.in_(of_stage),
            Review.submitted_at.is_not(None),
            Review.rubric_id.is_(None),
        )
        .values(rubric_id=old.id)
        .execution_options(synchronize_session=False)
    )
    return old.number


def _tell(session: Session, stage: Stage, about: dict[str, Any], now: datetime) -> None:
    """Tell the reviewers who are writing; each hears of each idea."""
    begun = session.execute(
        select(Assignment.reviewer_id, Idea.code, Idea.title)
        .select_from(Review)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Idea, Idea.id == Assignment.idea_id)
        .where(
            Passage.stage_id == stage.id,
            Passage.state == PassageState.HANDED_IN,
            Review.submitted_at.is_(None),
            Assignment.state.in_(("assigned", "accepted")),
        )
    )
    for reviewer, code, title in begun.all():
        record(
            session,
            ReviewToLookAt(
                **about, subject=f"idea:{code}", person_id=reviewer, code=code, title=title,
                stage=stage.name, path=f"/ideas/{code}/review",
            ),
            now=now,
        )  # fmt: skip

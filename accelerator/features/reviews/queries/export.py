"""The submitted reviews of a stage, in short lists, so that a long file never fills the memory."""

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accelerator.domain.policy import Actor
from accelerator.domain.reviews import AssignmentState
from accelerator.i18n import N_
from accelerator.storage.tables import Assignment, Cohort, Idea, Passage, Person, Review, Stage
from accelerator.storage.visibility import outside_team

BATCH = 250
BEFORE_MARKS = (
    N_("Code"), N_("Idea"), N_("Family name"), N_("Given name"), N_("E-mail"), N_("Department"),
    N_("Review by"), N_("Submitted"), N_("Late"),
)  # fmt: skip
AFTER_MARKS = (
    N_("Score"), N_("Confidence"), N_("Recommendation"), N_("Comment to the team"),
    N_("Note to the programme manager"),
)  # fmt: skip
Row = list[str | int | float | None]


def review_rows(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    criteria: Sequence[str],
    words: Mapping[str, str],
) -> Iterator[list[Row]]:
    """Yield lists of rows: one row for each review, idea by idea.

    The ids of the passages are read first; each list is a query of its own, so that neither a
    cursor nor a transaction stays open while the file travels. Moments are on the cohort's clock.
    `words` says recommendations, and "late", in the reader's language.
    """
    passages = session.scalars(
        _passages(actor, cohort.id, stage.id).order_by(Idea.id, Passage.id)
    ).all()
    zone, language = ZoneInfo(cohort.time_zone), actor.language
    columns = (
        Idea.code, Idea.title, Person.family_name, Person.given_name, Person.email,
        Person.department, Assignment.due_on, Review.submitted_at, Review.marks, Review.score,
        Review.confidence, Review.recommendation, Review.comment_to_team, Review.note_to_manager,
    )  # fmt: skip
    for start in range(0, len(passages), BATCH):
        found = session.execute(
            select(*columns)
            .select_from(Assignment)
            .join(Review, Review.assignment_id == Assignment.id)
            .join(Idea, Idea.id == Assignment.idea_id)
            .join(Person, Person.id == Assignment.reviewer_id)
            .where(
                Assignment.passage_id.in_(passages[start : start + BATCH]),
                Assignment.state == AssignmentState.SUBMITTED,
            )
            .order_by(Assignment.idea_id, Assignment.id)
        )
        rows: list[Row] = []
        for (
            code, title, family, given, email, department, due_on, at, marks, score, confidence,
            recommendation, comment, note,
        ) in found:  # fmt: skip
            local = at.astimezone(zone)  # type: ignore[union-attr]  # submitted, so it has one
            rows.append(
                [
                    code, title.pick(language), family, given, email, department,
                    due_on.isoformat(), f"{local:%Y-%m-%d %H:%M}",
                    words["late"] if local.date() > due_on else "",
                    *[marks.get(key) for key in criteria],
                    None if score is None else round(score, 4), confidence,
                    words.get(recommendation, ""), comment, note,
                ]
            )  # fmt: skip
        yield rows


def _passages(actor: Actor, cohort_id: int, stage_id: int) -> Select[int]:
    """The passages through a stage in a cohort, those of the reader's own ideas left out."""
    return (
        select(Passage.id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(
            Idea.cohort_id == cohort_id,
            Idea.state != "draft",
            Passage.stage_id == stage_id,
            outside_team(actor),
        )
    )

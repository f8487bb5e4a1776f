"""The ranking with its reviews, in short lists, so that a long file never fills the memory."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.policy import Actor
from accelerator.domain.reviews import AssignmentState
from accelerator.features.ranking.queries.words import criteria_of, titles
from accelerator.i18n import N_
from accelerator.standing.ranking import Scope, ranking_of
from accelerator.storage.tables import Assignment, Cohort, Idea, Person, Review, Stage
from accelerator.storage.visibility import outside_team

if TYPE_CHECKING:
    from accelerator.domain.scoring import RankedIdea

BATCH = 250
IDEA = (
    N_("Rank"), N_("Code"), N_("Idea"), N_("Reviews"), N_("Raw mean"), N_("Adjusted mean"),
    N_("Interval from"), N_("Interval to"), N_("Probability above the line"), N_("Group"),
    N_("Marks apart"),
)  # fmt: skip
REVIEW = (N_("Reviewer"), N_("E-mail"), N_("Submitted"), N_("Score"))
TEXTS = (
    N_("Confidence"), N_("Recommendation"), N_("Comment to the team"),
    N_("Note to the programme manager"),
)  # fmt: skip
WORDS = {
    "group go": N_("clear go"),
    "group discuss": N_("discuss"),
    "group stop": N_("clear stop"),
    "advance": N_("Advance"),
    "rework": N_("Rework"),
    "park": N_("Park"),
    "stop": N_("Stop"),
}
Row = list[str | int | float | None]
Blocks = Iterator[list[tuple[Row, list[Row]]]]


def criterion_names(session: Session, stage: Stage, language: str) -> list[tuple[str, str]]:
    """Return key and name of each criterion, in order: the columns of marks."""
    return [(c.key, c.name.pick(language)) for c in criteria_of(session, stage.id)]


def ranked_with_reviews(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    scope: Scope,
    capacity: int | None,
    criteria: Sequence[str],
    words: Mapping[str, str],
) -> Blocks:
    """Yield lists of ideas, best first, each with its reviews.

    Reviews of the reader's own ideas are left out. `words` are WORDS in the reader's
    language.
    """
    lines = ranking_of(session, cohort, stage.id, capacity=capacity, scope=scope).ranked.lines
    zone = ZoneInfo(cohort.time_zone)
    for start in range(0, len(lines), BATCH):
        block = lines[start : start + BATCH]
        passages = [line.idea for line in block]
        titled = titles(session, passages, actor)
        reviews = _reviews(session, actor, passages, criteria, words, zone)
        yield [
            (
                _idea(
                    line,
                    titled[line.idea].code,
                    titled[line.idea].title.pick(actor.language),
                    words,
                ),
                reviews[line.idea],
            )
            for line in block
        ]


def _idea(line: "RankedIdea[int]", code: str, title: str, words: Mapping[str, str]) -> Row:
    means = (line.raw, line.adjusted, line.low, line.high, line.probability)
    return [
        line.place, code, title, line.reviews, *(round(mean, 4) for mean in means),
        words[f"group {line.zone}"], round(line.apart, 4),
    ]  # fmt: skip


def _reviews(
    session: Session,
    actor: Actor,
    passages: Sequence[int],
    criteria: Sequence[str],
    words: Mapping[str, str],
    zone: ZoneInfo,
) -> dict[int, list[Row]]:
    rows = session.execute(
        select(
            Assignment.passage_id, Person, Review.submitted_at, Review.score, Review.marks,
            Review.confidence, Review.recommendation, Review.comment_to_team,
            Review.note_to_manager,
        )
        .join(Review, Review.assignment_id == Assignment.id)
        .join(Person, Person.id == Assignment.reviewer_id)
        .join(Idea, Idea.id == Assignment.idea_id)
        .where(
            Assignment.passage_id.in_(passages),
            Assignment.state == AssignmentState.SUBMITTED,
            outside_team(actor),
        )
        .order_by(Assignment.id)
    )  # fmt: skip
    found: dict[int, list[Row]] = defaultdict(list)
    for passage, person, at, score, marks, confidence, recommendation, comment, note in rows:
        found[passage].append(
            [
                person.display_name, person.email,
                f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "",
                None if score is None else round(score, 4), *(marks.get(key) for key in criteria),
                confidence, words.get(recommendation or "", ""), comment, note,
            ]
        )  # fmt: skip
    return found

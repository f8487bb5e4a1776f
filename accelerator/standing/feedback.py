"""What reviewers wrote to the team, for after the announcement."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accelerator.domain.people import display_name
from accelerator.domain.reviews import AssignmentState
from accelerator.storage.tables import Assignment, Person, Review

_COMMENTS = (
    select(Review.comment_to_team, Person.family_name, Person.given_name)
    .join(Assignment, Assignment.id == Review.assignment_id)
    .join(Person, Person.id == Assignment.reviewer_id)
    .where(
        Assignment.passage_id == bindparam("passage"),
        Assignment.state == AssignmentState.SUBMITTED,
        Review.comment_to_team != "",
        Review.id.not_in(bindparam("left_out", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class TeamComment:
    """One comment to the team; `reviewer` is empty where reviewers are hidden."""

    text: str
    reviewer: str = ""


def comments_for_team(
    session: Session, passage_id: int, show_names: bool, left_out: Collection[int] = ()
) -> tuple[TeamComment, ...]:
    """Return the submitted comments of a passage, but for the reviews the gate left out.

    Without names they stand in the order of their texts, so that the same place in two ideas does
    not give the same reviewer away.
    """
    rows = session.execute(_COMMENTS, {"passage": passage_id, "left_out": list(left_out)})
    comments = (
        TeamComment(text, display_name(*name) if show_names else "") for text, *name in rows
    )
    return tuple(sorted(comments, key=lambda comment: (comment.reviewer, comment.text)))

"""What stands beside a decision: who hears, whose interests meet, who was faster."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.deciding import may_not_decide
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.conflicts import Conflict
from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor, Role
from accelerator.domain.reviews import AssignmentState
from accelerator.domain.stages import IdeaState
from accelerator.features.gates.queries.gate import GateRow
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Decision,
    Idea,
    Membership,
    Passage,
    Person,
    Review,
    Stage,
    TeamMember,
)
from accelerator.storage.visibility import outside_team

MOST_WATCHERS = 100


def own_conflicts(
    session: Session, actor: Actor, rows: Sequence[GateRow]
) -> dict[str, frozenset[Conflict]]:
    """Return the decider's conflicts of interest, by the idea's code."""
    return may_not_decide(session, actor, {row.idea_id: row.code for row in rows})


@dataclass(frozen=True, slots=True)
class CommentRow:
    """What a reviewer wrote to the team; the manager chooses whether it goes along."""

    review_id: int
    code: str
    text: str
    reviewer: str


def comments(session: Session, rows: Sequence[GateRow]) -> dict[str, list[CommentRow]]:
    """Return the comments to the teams of some ideas, by code."""
    codes = {row.passage_id: row.code for row in rows}
    found: dict[str, list[CommentRow]] = {}
    for passage, review, text, *name in session.execute(_COMMENTS, {"passages": [*codes]}):
        row = CommentRow(review, codes[passage], text, display_name(*name))
        found.setdefault(row.code, []).append(row)
    return found


_COMMENTS = (
    select(
        Assignment.passage_id, Review.id, Review.comment_to_team, Person.family_name,
        Person.given_name,
    )
    .join(Review, Review.assignment_id == Assignment.id)
    .join(Person, Person.id == Assignment.reviewer_id)
    .where(
        Assignment.passage_id.in_(bindparam("passages", expanding=True)),
        Assignment.state == AssignmentState.SUBMITTED,
        Review.comment_to_team != "",
    )
    .order_by(Review.id)
)  # fmt: skip


def kept_back(
    session: Session, codes: Collection[str], reviews: Collection[int]
) -> dict[str, list[int]]:
    """Return by code which of these reviews' comments the teams of these ideas do not read."""
    if not reviews:
        return {}
    chosen, found = set(codes), dict[str, list[int]]()
    for code, review in session.execute(
        select(Idea.code, Review.id)
        .join(Assignment, Assignment.passage_id == Idea.passage_id)
        .join(Review, Review.assignment_id == Assignment.id)
        .where(Review.id.in_(reviews))
        .order_by(Review.id)
    ):
        if code in chosen:
            found.setdefault(code, []).append(review)
    return found


def watchers(session: Session, programme_id: int) -> list[tuple[int, str]]:
    """Return who can keep an eye on a parked idea: the managers of the programme."""
    rows = session.execute(_WATCHERS, {"programme": programme_id})
    return [(person, display_name(*name)) for person, *name in rows]


_WATCHERS = (
    select(Person.id, Person.family_name, Person.given_name)
    .join(Membership, Membership.person_id == Person.id)
    .where(
        Membership.programme_id == bindparam("programme"),
        Membership.role == Role.MANAGER,
        Person.disabled_at.is_(None),
    )
    .order_by(Person.id)
    .limit(MOST_WATCHERS)
)


def watchers_of_idea(session: Session, idea: Idea) -> list[tuple[int, str]]:
    """Return who can keep an eye on an idea once it is parked."""
    return watchers(session, session.get_one(Cohort, idea.cohort_id).programme_id)


class ReceiverRow(NamedTuple):
    """Somebody who will hear; one message for each of the ideas."""

    name: str
    language: str
    time_zone: str
    codes: list[str]


def receivers(session: Session, rows: Sequence[GateRow]) -> tuple[ReceiverRow, ...]:
    """List who will hear of a decision about these ideas."""
    codes = {row.idea_id: row.code for row in rows}
    found: dict[int, ReceiverRow] = {}
    for idea, person, family, given, language, zone in session.execute(
        _HEARING, {"ideas": [*codes]}
    ).all():
        if person in found:
            found[person].codes.append(codes[idea])
        else:
            name = display_name(family, given)
            found[person] = ReceiverRow(name, language, zone, [codes[idea]])
    return tuple(found.values())


_HEARING = (
    select(
        TeamMember.idea_id, Person.id, Person.family_name, Person.given_name, Person.language,
        Person.time_zone,
    )
    .join(Person, Person.id == TeamMember.person_id)
    .where(
        TeamMember.idea_id.in_(bindparam("ideas", expanding=True, literal_execute=True)),
        TeamMember.state == "accepted",
        Person.disabled_at.is_(None),
    )
    .order_by(TeamMember.idea_id, Person.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MeanwhileRow:
    """What somebody else decided about an idea; without a decision it left in another way."""

    code: str
    title: Bilingual
    outcome: str | None
    reason: str
    decided_by: str
    decided_at: datetime | None


def decided_meanwhile(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage, codes: Sequence[str]
) -> tuple[MeanwhileRow, ...]:
    """Load the newest decision of this gate about each of these ideas, but the actor's own."""
    newest = (
        select(func.max(Decision.id))
        .join(Passage, Passage.id == Decision.passage_id)
        .where(Decision.idea_id == Idea.id, Passage.stage_id == stage.id)
        .correlate(Idea)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Idea.code, Idea.title, Decision, Person)
        .select_from(Idea)
        .outerjoin(Decision, Decision.id == newest)
        .outerjoin(Person, Person.id == Decision.decided_by_id)
        .where(
            Idea.cohort_id == cohort.id,
            Idea.code.in_(codes),
            Idea.state != IdeaState.DRAFT,
            outside_team(actor),
        )
        .order_by(Idea.id)
    )
    return tuple(
        MeanwhileRow(
            code,
            title,
            decision.outcome if decision else None,
            decision.reason if decision else "",
            person.display_name if person else "",
            decision.decided_at if decision else None,
        )
        for code, title, decision, person in rows
    )

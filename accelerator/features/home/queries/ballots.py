"""Whether a decider's vote is wanted before a gate meeting.

Asked in two steps, because hardly anybody has such a meeting: what plans to look through the ideas
of a gate would cost everybody more than all the rest of their tasks.
"""

from collections.abc import Collection

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.policy import Role
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.storage.tables import (
    Cohort,
    Conflict,
    Decider,
    Idea,
    Meeting,
    Membership,
    Passage,
    Person,
    Stage,
    TeamMember,
    Vote,
)


def may_vote(reader: BindParameter[int]) -> ColumnElement[bool]:
    """Say of a cohort's meeting at a stage that it has not begun and that the reader decides."""
    return and_(Meeting.started_at.is_(None), Meeting.ended_at.is_(None), _decides(reader))


def votes_wanted(
    session: Session, reader_id: int, cohort_codes: Collection[str]
) -> set[tuple[str, str]]:
    """Return the gates, as cohort's code and stage's key, at which an idea lacks one's vote."""
    if not cohort_codes:
        return set()
    rows = session.execute(_WANTED, {"reader": reader_id, "cohorts": [*cohort_codes]})
    return {(code, key) for code, key in rows}


def _decides(reader: BindParameter[int]) -> ColumnElement[bool]:
    """Say whether the reader decides at a meeting's gate: named by its stage, or its manager."""
    named = select(Decider.stage_id)
    runs = select(Membership.programme_id).where(
        Membership.person_id == reader, Membership.role == Role.MANAGER
    )
    return or_(
        Stage.id.in_(named.where(Decider.person_id == reader)),
        and_(Stage.id.not_in(named), Cohort.programme_id.in_(runs)),
    )


def _unvoted(reader: BindParameter[int]) -> ColumnElement[bool]:
    """Say whether an idea of a meeting's gate lacks the reader's vote.

    Ideas of the reader's own teams, department or line, and declared conflicts, are left out. What
    else bars from a vote is not worth asking here.
    """
    me, owner = aliased(Person), aliased(Person)
    own = select(TeamMember.idea_id).where(TeamMember.person_id == reader)
    declared = select(Conflict.idea_id).where(Conflict.person_id == reader)
    return exists().where(
        Passage.cohort_id == Meeting.cohort_id,
        Passage.stage_id == Meeting.stage_id,
        Passage.state == PassageState.HANDED_IN,
        Idea.passage_id == Passage.id,
        Idea.state == IdeaState.ACTIVE,
        Idea.owner_id != reader,
        Idea.id.not_in(own),
        Idea.id.not_in(declared),
        owner.id == Idea.owner_id,
        me.id == reader,
        or_(owner.department == "", owner.department != me.department),
        owner.line_manager_id.is_distinct_from(reader),
        me.line_manager_id.is_distinct_from(owner.id),
        ~exists().where(Vote.passage_id == Passage.id, Vote.person_id == reader),
    )


_READER: BindParameter[int] = bindparam("reader")
_WANTED = (
    select(Cohort.code, Stage.key)
    .join(Meeting, Meeting.cohort_id == Cohort.id)
    .join(Stage, Stage.id == Meeting.stage_id)
    .where(
        Cohort.code.in_(bindparam("cohorts", expanding=True)), may_vote(_READER), _unvoted(_READER)
    )
)

"""What a person may see, as SQL: the clauses of the policy, asked about many rows at once."""

from functools import lru_cache

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

from accelerator.domain.policy import Actor, Role
from accelerator.domain.stages import PRIVATE, Audience
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Idea,
    Passage,
    Programme,
    Stage,
    TeamMember,
)


def in_team(actor: Actor) -> ColumnElement[bool]:
    """The actor accepted an invitation to the idea's team."""
    return (
        exists()
        .where(
            TeamMember.idea_id == Idea.id,
            TeamMember.person_id == actor.id,
            TeamMember.state == "accepted",
        )
        .correlate(Idea)
    )


def is_invited(actor: Actor) -> ColumnElement[bool]:
    """The actor's invitation waits for an answer."""
    return (
        exists()
        .where(
            TeamMember.idea_id == Idea.id,
            TeamMember.person_id == actor.id,
            TeamMember.state == "pending",
        )
        .correlate(Idea)
    )


def outside_team(actor: Actor) -> ColumnElement[bool]:
    """The actor neither brought the idea, nor is in its team or invited to it."""
    return and_(Idea.owner_id != actor.id, not_(in_team(actor)), not_(is_invited(actor)))


def is_reviewer(actor: Actor) -> ColumnElement[bool]:
    """The actor is assigned to review the idea and did not decline."""
    return (
        exists()
        .where(
            Assignment.idea_id == Idea.id,
            Assignment.reviewer_id == actor.id,
            Assignment.state.not_in(("declined", "removed")),
        )
        .correlate(Idea)
    )


def is_shown() -> ColumnElement[bool]:
    """The programme has, or had, a cohort that is more than being prepared."""
    return (
        exists()
        .where(Cohort.programme_id == Programme.id, Cohort.preparing.is_(False))
        .correlate(Programme)
    )


def visible_programmes(actor: Actor) -> ColumnElement[bool]:
    """The programmes for which `can(PROGRAMME_VIEW)` says yes; to be used in a WHERE."""
    if actor.is_admin:
        return true()
    if actor.is_guest:
        return false()
    return or_(Programme.id.in_({programme for programme, _ in actor.roles}), is_shown())


def team_is_hidden() -> ColumnElement[bool]:
    """The stage the idea is in hides teams from reviewers."""
    return (
        select(Stage.teams_hidden)
        .join(Passage, Passage.stage_id == Stage.id)
        .where(Passage.id == Idea.passage_id)
        .correlate(Idea)
        .scalar_subquery()
    )


def in_programmes(ids: frozenset[int]) -> ColumnElement[bool]:
    """The idea belongs to one of these programmes."""
    if not ids:
        return false()
    return Idea.cohort_id.in_(select(Cohort.id).where(Cohort.programme_id.in_(ids)))


@lru_cache(maxsize=256)  # building the clause costs more than asking with it
def visible_ideas(actor: Actor) -> ColumnElement[bool]:
    """The ideas for which `can(IDEA_VIEW)` says yes; to be used in a WHERE."""
    handed_in = Idea.state.not_in(PRIVATE)
    overseen = actor.programmes(Role.MANAGER) | actor.programmes(Role.SPONSOR)
    open_idea = false() if actor.is_guest else Idea.audience == Audience.EVERYBODY
    if actor.is_admin:
        return or_(Idea.owner_id == actor.id, in_team(actor), is_invited(actor), handed_in)
    return or_(
        Idea.owner_id == actor.id,
        in_team(actor),
        is_invited(actor),
        and_(handed_in, or_(is_reviewer(actor), in_programmes(overseen), open_idea)),
    )


def managed_ideas(actor: Actor) -> ColumnElement[bool]:
    """The ideas past their draft in programmes that the actor manages."""
    return and_(Idea.state.not_in(PRIVATE), in_programmes(actor.programmes(Role.MANAGER)))

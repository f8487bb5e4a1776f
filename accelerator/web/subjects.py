"""How a view's subject is loaded from its URL, and what the person is to it.

A loader takes its own parameters out of the URL's arguments. It answers with the row, the
relation the policy asks about, and the permission that decides whether the person may know
that the thing exists at all.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import request
from sqlalchemy import Select, bindparam, false, literal, select

from accelerator.domain.policy import Actor, Permission, Role, Subject
from accelerator.domain.stages import PRIVATE, Audience
from accelerator.storage.tables import (
    Assignment,
    Attachment,
    Batch,
    Cohort,
    Decider,
    Evidence,
    ExpertRequest,
    Final,
    FinalJudge,
    Idea,
    Milestone,
    Person,
    Programme,
    Proposal,
    Stage,
)
from accelerator.storage.visibility import (
    in_team,
    is_invited,
    is_reviewer,
    is_shown,
    team_is_hidden,
)
from accelerator.web.session import SAFE, db

Loaded = tuple[Any, Subject, Permission]
Loader = Callable[[Actor, dict[str, Any]], Loaded | None]


def load(name: str, actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    """Load the named subject, or return None when there is none."""
    return _LOADERS[name](actor, arguments)


Statement = Callable[[Actor], Select[Any]]


def _row(statement: Statement, actor: Actor, table: Any = None, **values: Any) -> Any:
    """Ask for one row; for a write it is locked, so that two people take turns at changing it.

    A part is locked after its idea: PostgreSQL would show it as it was before the wait.
    """
    locked = request.method not in SAFE
    wanted = _built(statement, actor, table, locked=locked)
    found = db().execute(wanted, values).one_or_none()
    if found is None and locked:
        # PostgreSQL misses an idea that changed its cohort while its lock was waited for.
        found = db().execute(wanted, values).one_or_none()
    return found


@lru_cache(maxsize=512)  # putting the statement together costs more than asking it
def _built(statement: Statement, actor: Actor, table: Any, *, locked: bool) -> Select[Any]:
    wanted = statement(actor)
    return wanted.with_for_update(of=[Idea, table] if table else Idea) if locked else wanted


def relation_columns(actor: Actor) -> tuple[Any, ...]:
    """Return the columns that say what the actor is to each Idea row, beside its programme."""
    return (
        Cohort.programme_id,
        in_team(actor).label("team"),
        is_invited(actor).label("invited"),
        is_reviewer(actor).label("reviewer"),
        team_is_hidden().label("team_hidden"),
    )


def _relation(actor: Actor, row: Any, **more: bool) -> Subject:
    return Subject(
        programme_id=row.programme_id,
        owner=row.Idea.owner_id == actor.id,
        team=bool(row.team),
        invited=bool(row.invited),
        reviewer=bool(row.reviewer),
        draft=row.Idea.state in PRIVATE,
        open_to_all=row.Idea.audience == Audience.EVERYBODY,
        team_hidden=bool(row.team_hidden),
        **more,
    )


def _ideas(actor: Actor) -> Select[Any]:
    return (
        select(Idea, *relation_columns(actor))
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(Idea.code == bindparam("code"))
    )


def _idea(actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    row = _row(_ideas, actor, code=arguments.pop("code"))
    return None if row is None else (row.Idea, _relation(actor, row), Permission.IDEA_VIEW)


def _part_of_idea(table: Any, parameter: str, *, shown_by: Permission) -> Loader:
    """Make the loader of something that hangs on an idea: `/ideas/<code>/…/<id>`."""

    def parts(actor: Actor) -> Select[Any]:
        own = table.reviewer_id == actor.id if table is Assignment else false()
        return (
            select(table, Idea, own.label("own"), *relation_columns(actor))
            .join(Idea, Idea.id == table.idea_id)
            .join(Cohort, Cohort.id == Idea.cohort_id)
            .where(Idea.code == bindparam("code"), table.id == bindparam("part"))
        )

    def loader(actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
        row = _row(parts, actor, table, code=arguments.pop("code"), part=arguments.pop(parameter))
        if row is None:
            return None
        return row[0], _relation(actor, row, own=bool(row.own)), shown_by

    return loader


def _reviews(actor: Actor) -> Select[Any]:
    return (
        select(Assignment, Idea, literal(1).label("own"), *relation_columns(actor))
        .join(Idea, Idea.id == Assignment.idea_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(Idea.code == bindparam("code"), Assignment.reviewer_id == actor.id)
        .order_by(Assignment.id.desc())
        .limit(1)
    )


def _review(actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    """Load the actor's own newest assignment to an idea: `/ideas/<code>/review`."""
    row = _row(_reviews, actor, code=arguments.pop("code"))
    if row is None:
        return None
    return row.Assignment, _relation(actor, row, own=True), Permission.REVIEW_WRITE


def _programme(_actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    row = (
        db()
        .execute(
            select(Programme, is_shown().label("shown")).where(
                Programme.key == arguments.pop("programme_key")
            )
        )
        .one_or_none()
    )
    if row is None:
        return None
    subject = Subject(programme_id=row.Programme.id, preparing=not row.shown)
    return row.Programme, subject, Permission.PROGRAMME_VIEW


def _cohort(_actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    found = db().scalar(select(Cohort).where(Cohort.code == arguments.pop("cohort_code")))
    return (found, _to_cohort(found), Permission.COHORT_VIEW) if found else None


def _to_cohort(cohort: Cohort) -> Subject:
    return Subject(programme_id=cohort.programme_id, preparing=cohort.preparing)


def _cohort_stage(_actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    """Load a cohort and one of its stages: `/cohorts/<cohort_code>/<stage_key>/…`."""
    place = {"cohort": arguments.pop("cohort_code"), "stage": arguments.pop("stage_key")}
    row = db().execute(_COHORT_STAGE, place).one_or_none()
    if row is None:
        return None
    found = (row.Cohort, row.Stage)
    return found, _to_cohort(row.Cohort), Permission.COHORT_VIEW


_COHORT_STAGE = (
    select(Cohort, Stage)
    .join(Stage, Stage.programme_id == Cohort.programme_id)
    .where(Cohort.code == bindparam("cohort"), Stage.key == bindparam("stage"))
)


def _gate(actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    """Load a cohort's stage for those who decide at its gate: named ones, or else the managers."""
    named = select(Decider.person_id).where(Decider.stage_id == Stage.id)
    row = (
        db()
        .execute(
            select(
                Cohort, Stage, named.exists().label("named"),
                named.where(Decider.person_id == actor.id).exists().label("mine"),
            )
            .join(Stage, Stage.programme_id == Cohort.programme_id)
            .where(
                Cohort.code == arguments.pop("cohort_code"), Stage.key == arguments.pop("stage_key")
            )
        )
        .one_or_none()
    )  # fmt: skip
    if row is None:
        return None
    programme_id = row.Cohort.programme_id
    decides = row.mine if row.named else (programme_id, Role.MANAGER) in actor.roles
    subject = replace(_to_cohort(row.Cohort), decider=bool(decides))
    return (row.Cohort, row.Stage), subject, Permission.COHORT_VIEW


def _final(actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    """Load the final round of a cohort's stage for its judges: `…/<stage_key>/final/judge`."""
    statement = (
        select(Cohort, Stage, Final, FinalJudge.person_id)
        .select_from(Final)
        .join(Cohort, Cohort.id == Final.cohort_id)
        .join(Stage, Stage.id == Final.stage_id)
        .outerjoin(
            FinalJudge, (FinalJudge.final_id == Final.id) & (FinalJudge.person_id == actor.id)
        )
        .where(Cohort.code == arguments.pop("cohort_code"), Stage.key == arguments.pop("stage_key"))
    )
    if request.method not in SAFE:  # so that no pick arrives while the round is being closed
        statement = statement.with_for_update(of=Final)
    row = db().execute(statement).one_or_none()
    if row is None:
        return None
    relation = Subject(programme_id=row.Cohort.programme_id, own=row.person_id is not None)
    return (row.Cohort, row.Stage, row.Final), relation, Permission.FINAL_JUDGE


def _proposal(_actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    """Load a proposal with its cohort and stage; who writes, locks it."""
    found = (
        select(Cohort, Stage, Proposal)
        .join(Stage, Stage.programme_id == Cohort.programme_id)
        .join(Proposal, (Proposal.cohort_id == Cohort.id) & (Proposal.stage_id == Stage.id))
        .where(
            Cohort.code == arguments.pop("cohort_code"),
            Stage.key == arguments.pop("stage_key"),
            Proposal.id == arguments.pop("proposal_id"),
        )
    )
    if request.method not in SAFE:
        found = found.with_for_update(of=Proposal)
    row = db().execute(found).one_or_none()
    if row is None:
        return None
    subject = Subject(programme_id=row.Cohort.programme_id)
    return tuple(row), subject, Permission.RANKING_VIEW


def _batch(_actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    """Load a batch of decisions with its cohort and stage; who writes, locks it."""
    found = (
        select(Cohort, Stage, Batch)
        .select_from(Batch)
        .join(Cohort, Cohort.id == Batch.cohort_id)
        .join(Stage, Stage.id == Batch.stage_id)
        .where(
            Cohort.code == arguments.pop("cohort_code"),
            Stage.key == arguments.pop("stage_key"),
            Batch.id == arguments.pop("batch_id"),
        )
    )
    if request.method not in SAFE:
        found = found.with_for_update(of=Batch)
    row = db().execute(found).one_or_none()
    if row is None:
        return None
    return tuple(row), Subject(programme_id=row.Cohort.programme_id), Permission.RANKING_VIEW


def _person(actor: Actor, arguments: dict[str, Any]) -> Loaded | None:
    found = db().get(Person, arguments.pop("person_id"))
    return (
        (found, Subject(own=found.id == actor.id), Permission.PEOPLE_ADMINISTER) if found else None
    )


_LOADERS: dict[str, Loader] = {
    "idea": _idea,
    "review": _review,
    "milestone": _part_of_idea(Milestone, "milestone_id", shown_by=Permission.IDEA_VIEW),
    "evidence": _part_of_idea(Evidence, "evidence_id", shown_by=Permission.READINESS_VIEW),
    "expert_request": _part_of_idea(
        ExpertRequest, "request_id", shown_by=Permission.READINESS_VIEW
    ),
    "attachment": _part_of_idea(Attachment, "attachment_id", shown_by=Permission.IDEA_VIEW),
    "assignment": _part_of_idea(Assignment, "assignment_id", shown_by=Permission.REVIEW_READ),
    "programme": _programme,
    "cohort": _cohort,
    "cohort_stage": _cohort_stage,
    "proposal": _proposal,
    "batch": _batch,
    "final": _final,
    "gate": _gate,
    "person": _person,
}

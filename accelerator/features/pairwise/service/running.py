"""A manager opens a final round, lets it grow, and closes it. Its order decides nothing."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from accelerator.activity.events.pairwise import (
    FinalClosed,
    FinalIdeasChanged,
    FinalOpened,
    FinalReopened,
    JudgeAsked,
    JudgeRemoved,
)
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.features.pairwise.queries.choosing import MOST_IDEAS, at_gate, reviewers
from accelerator.features.pairwise.queries.facts import Contender, contenders, final_of
from accelerator.i18n import N_
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Cohort, Final, FinalIdea, FinalJudge, Person, Pick, Stage

PAIR = 2
SEEDS = 2**31 - 1


def add(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Collection[str],
    judge_ids: Collection[int],
    now: datetime,
) -> tuple[int, int]:
    """Put ideas and judges into the final round, opening it first; return how many were new.

    What does not wait at the gate or is no reviewer of the programme is left out. A judge needs two
    ideas without a conflict of interest, and hears of the round once.
    """
    final = final_of(session, cohort, stage, lock=True)
    if final is not None and final.closed_at is not None:
        raise DomainError("final_closed", N_("This final round is closed; open it again first."))
    ideas = contenders(session, final) if final else ()
    asked = _asked(session, final) if final else set()
    known = {idea.passage_id for idea in ideas}
    new = [
        Contender(row.passage_id, row.idea_id, row.code, row.title, open=True)
        for row in session.execute(at_gate(cohort, stage, codes))
        if row.passage_id not in known
    ]
    wanted = reviewers(stage.programme_id).where(Person.id.in_(judge_ids)).order_by(Person.id)
    judges = [person for person in session.scalars(wanted) if person.id not in asked]
    _require_enough(session, (*ideas, *new), judges, asked)
    if not new and not judges:
        raise DomainError("nothing_new", N_("Tick what shall join the round."))
    final = final or _open(session, actor, cohort, stage, now)
    session.add_all(FinalIdea(final_id=final.id, passage_id=idea.passage_id) for idea in new)
    session.add_all(FinalJudge(final_id=final.id, person_id=judge.id) for judge in judges)
    session.flush()
    added = [idea.code for idea in new]
    if not known:
        record(
            session,
            FinalOpened(
                actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
                stage=stage.key, codes=added,
            ),
            now=now,
        )  # fmt: skip
    elif added:
        record(
            session,
            FinalIdeasChanged(
                actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
                stage=stage.key, added=added, removed=[],
            ),
            now=now,
        )  # fmt: skip
    for judge in judges:
        record(
            session,
            JudgeAsked(
                actor_id=actor.id, programme_id=cohort.programme_id, person_id=judge.id,
                path=f"/cohorts/{cohort.code}/{stage.key}/final/judge", cohort=cohort.name,
                stage=stage.name, ideas=len(ideas) + len(new),
            ),
            now=now,
        )  # fmt: skip
    return len(new), len(judges)


def _open(session: Session, actor: Actor, cohort: Cohort, stage: Stage, now: datetime) -> Final:
    """Make the round; somebody else who does so at the same moment comes first."""
    opened = session.scalar(
        insert_into(session, Final)
        .values(
            cohort_id=cohort.id, stage_id=stage.id, seed=secrets.randbelow(SEEDS),
            opened_by_id=actor.id, opened_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Final.id)
    )  # fmt: skip
    if opened is None:
        raise DomainError("final_opened", N_("Somebody opened this final round meanwhile."))
    return session.get_one(Final, opened)


def _asked(session: Session, final: Final) -> set[int]:
    return set(session.scalars(select(FinalJudge.person_id).where(FinalJudge.final_id == final.id)))


def _require_enough(
    session: Session, ideas: Collection[Contender], judges: Collection[Person], asked: set[int]
) -> None:
    """Raise unless there is something to compare and everybody newly asked can compare it."""
    if len(ideas) < PAIR:
        raise DomainError("too_few_ideas", N_("Tick at least two ideas."), field="idea")
    if len(ideas) > MOST_IDEAS:
        raise DomainError(
            "too_many_ideas", N_("A final round holds %(most)s ideas at most."), field="idea",
            most=MOST_IDEAS,
        )  # fmt: skip
    if not judges and not asked:
        raise DomainError("no_judges", N_("Tick at least one reviewer."), field="judge")
    found = conflicts_between(
        session, [idea.idea_id for idea in ideas], [judge.id for judge in judges]
    )
    barred = [
        judge.display_name
        for judge in judges
        if sum((idea.idea_id, judge.id) not in found for idea in ideas) < PAIR
    ]
    if barred:
        raise DomainError(
            "judge_conflicts",
            N_("A conflict of interest leaves fewer than two ideas to: %(names)s."),
            field="judge",
            names=", ".join(barred),
        )


def close(session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, now: datetime) -> None:
    """End the round: nobody picks any more. Nothing is decided by it."""
    final = _required(session, cohort, stage)
    if final.closed_at is not None:
        return
    final.closed_at = now
    count = select(func.count()).select_from(Pick).where(Pick.final_id == final.id)
    record(
        session,
        FinalClosed(
            actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
            stage=stage.key, picks=session.scalar(count) or 0,
        ),
        now=now,
    )  # fmt: skip


def reopen(session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, now: datetime) -> None:
    """Let the judges go on where they stopped."""
    final = _required(session, cohort, stage)
    if final.closed_at is None:
        return
    final.closed_at = None
    record(
        session,
        FinalReopened(
            actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
            stage=stage.key,
        ),
        now=now,
    )  # fmt: skip


def remove_judge(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, person_id: int, now: datetime
) -> None:
    """No longer ask a judge; what they picked stays."""
    final = _required(session, cohort, stage)
    gone = session.execute(
        delete(FinalJudge)
        .where(FinalJudge.final_id == final.id, FinalJudge.person_id == person_id)
        .returning(FinalJudge.person_id)
    ).all()
    if gone:
        record(
            session,
            JudgeRemoved(
                actor_id=actor.id, programme_id=cohort.programme_id, person_id=person_id,
                path="/inbox", cohort=cohort.name, stage=stage.name,
            ),
            now=now,
        )  # fmt: skip


def remove_idea(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, code: str, now: datetime
) -> None:
    """Take an idea out that nobody has compared yet; a comparison counts and stays."""
    final = _required(session, cohort, stage)
    ideas = {idea.code: idea.passage_id for idea in contenders(session, final)}
    passage = ideas.get(code)
    if passage is None:
        return
    if len(ideas) <= PAIR:
        raise DomainError("too_few_ideas", N_("A final round needs two ideas at least."))
    compared = select(Pick.id).where(
        Pick.final_id == final.id, or_(Pick.lower_id == passage, Pick.higher_id == passage)
    )
    if session.scalar(compared.limit(1)) is not None:
        raise DomainError(
            "idea_compared", N_("This idea was compared already; its comparisons count.")
        )
    session.execute(
        delete(FinalIdea).where(FinalIdea.final_id == final.id, FinalIdea.passage_id == passage)
    )
    record(
        session,
        FinalIdeasChanged(
            actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
            stage=stage.key, added=[], removed=[code],
        ),
        now=now,
    )  # fmt: skip


def _required(session: Session, cohort: Cohort, stage: Stage) -> Final:
    final = final_of(session, cohort, stage, lock=True)
    if final is None:
        raise DomainError("no_final", N_("No final round was opened for this stage."))
    return final

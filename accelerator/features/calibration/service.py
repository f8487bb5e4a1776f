"""A manager begins a calibration round, asks those who joined since, and ends it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accelerator.activity.events.calibration import AnchorsAssigned, AnchorsChosen, AnchorsEnded
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import ASKED, require_due
from accelerator.features.calibration.queries.choosing import at_gate
from accelerator.features.calibration.queries.facts import AnchorRow, anchors, given, reviewers
from accelerator.i18n import N_
from accelerator.standing.assignments import ask
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import Anchor, Assignment, Cohort, Idea, Stage

LEAST, MOST = 2, 3


def begin(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Collection[str],
    due_on: date,
    now: datetime,
) -> int:
    """Make two or three ideas anchors and ask all reviewers without a conflict; return how many.

    What a reviewer was asked or has done before stays as it is; who declined is not asked again.
    Two managers who begin at once take turns, so that there is one round.
    """
    require_due(due_on, cohort.time_zone, now)
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    if anchors(session, cohort, stage):
        raise DomainError("anchors_chosen", N_("The anchor ideas are chosen already."))
    rows = session.execute(
        at_gate(actor, cohort, stage).where(Idea.code.in_(codes)).with_for_update(of=Idea)
    )
    found = tuple(AnchorRow(row.passage_id, row.idea_id, row.code, row.title, True) for row in rows)
    if not LEAST <= len(found) <= MOST:
        raise DomainError("anchor_count", N_("Tick two or three ideas."), field="idea")
    session.add_all(
        Anchor(passage_id=anchor.passage_id, chosen_by_id=actor.id, chosen_at=now)
        for anchor in found
    )
    session.flush()
    record(
        session,
        AnchorsChosen(
            actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
            stage=stage.key, codes=[anchor.code for anchor in found],
        ),
        now=now,
    )  # fmt: skip
    return _ask(session, actor, cohort, stage, found, due_on, now, everybody=True)


def ask_others(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, now: datetime
) -> int:
    """Ask those who became reviewers since, by the day of the others; return how many are asked."""
    found = tuple(
        anchor for anchor in anchors(session, cohort, stage, manager=actor) if anchor.open
    )
    days = [row.due_on for row in given(session, [anchor.passage_id for anchor in found])]
    if not days:
        raise DomainError("no_anchors", N_("No anchor idea waits for reviews here."))
    return _ask(session, actor, cohort, stage, found, max(days), now, everybody=False)


def end(session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, now: datetime) -> None:
    """End the round; the reviews asked for stay, they are reviews like all others."""
    found = anchors(session, cohort, stage)
    if not found:
        return
    passages = [anchor.passage_id for anchor in found]
    session.execute(delete(Anchor).where(Anchor.passage_id.in_(passages)))
    record(
        session,
        AnchorsEnded(
            actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
            stage=stage.key, codes=[anchor.code for anchor in found],
        ),
        now=now,
    )  # fmt: skip


def _ask(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    found: Sequence[AnchorRow],
    due_on: date,
    now: datetime,
    *,
    everybody: bool,
) -> int:
    """Assign what is missing; tell whom it concerns, each once of all their open anchors."""
    people = session.scalars(reviewers(stage.programme_id)).all()
    conflicts = conflicts_between(
        session, [anchor.idea_id for anchor in found], [person.id for person in people]
    )
    wanted = [
        (anchor.idea_id, anchor.passage_id, person.id)
        for anchor in found
        for person in people
        if (anchor.idea_id, person.id) not in conflicts
    ]
    made = ask(session, wanted, asked_by_id=actor.id, due_on=due_on, now=now)
    new = {reviewer for _passage, reviewer in made}
    by_passage = {anchor.passage_id: anchor for anchor in found}
    open_now: dict[int, list[AnchorRow]] = {}
    rows = session.execute(
        select(Assignment.reviewer_id, Assignment.passage_id)
        .where(Assignment.passage_id.in_(by_passage), Assignment.state.in_(ASKED))
        .order_by(Assignment.reviewer_id, Assignment.passage_id)
    )
    for reviewer, passage in rows:
        open_now.setdefault(reviewer, []).append(by_passage[passage])
    told = [reviewer for reviewer in open_now if everybody or reviewer in new]
    for reviewer in told:
        record(
            session,
            AnchorsAssigned(
                actor_id=actor.id, programme_id=cohort.programme_id, person_id=reviewer,
                path=f"/cohorts/{cohort.code}/{stage.key}/calibration/mine", stage=stage.name,
                ideas=[
                    {"code": anchor.code, "title": anchor.title.as_dict()}
                    for anchor in open_now[reviewer]
                ],
                due_on=due_on.isoformat(),
            ),
            now=now,
        )  # fmt: skip
    return len(told)

"""Deciders vote in silence before the meeting; never about an idea with which they have a tie."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.meetings import VoteCast
from accelerator.domain.errors import DomainError
from accelerator.domain.meeting import Choice, require_silent
from accelerator.domain.policy import Actor
from accelerator.features.meetings.queries.facts import AT_GATE
from accelerator.i18n import N_
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import Cohort, Idea, Meeting, Passage, Person, Stage, Vote
from accelerator.storage.visibility import outside_team

MOST = 50
Cast = Mapping[str, tuple[str, str]]


def vote(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, cast: Cast, now: datetime
) -> int:
    """Keep the votes and notes by the ideas' codes; return how many are new or other than before.

    An empty choice takes a vote back. Raises when the meeting has begun or a conflict stands
    against a vote; then none is kept.
    """
    meeting = session.scalar(
        select(Meeting)
        .where(
            Meeting.cohort_id == cohort.id, Meeting.stage_id == stage.id,
            Meeting.ended_at.is_(None),
        )
        .with_for_update()
    )  # fmt: skip
    # The same person in two windows votes once.
    session.execute(select(Person.id).where(Person.id == actor.id).with_for_update())
    require_silent(started=meeting is not None and meeting.started_at is not None)
    rows: Any = session.execute(
        select(Idea, Passage.id, Vote)
        .join(Passage, AT_GATE)
        .outerjoin(Vote, (Vote.passage_id == Passage.id) & (Vote.person_id == actor.id))
        .where(
            Idea.cohort_id == cohort.id, Passage.stage_id == stage.id,
            Idea.code.in_(list(cast)[:MOST]), outside_team(actor),
        )
        .order_by(Idea.id)
    ).all()  # fmt: skip
    wanted = [row for row in rows if cast[row.Idea.code][0]]
    barred = conflicts_between(session, [row.Idea.id for row in wanted], [actor.id])
    if barred:
        raise DomainError(
            "conflict", N_("You have a conflict of interest with one of these ideas.")
        )
    changed = []
    for idea, passage_id, kept in rows:
        choice, note = cast[idea.code]
        if choice and choice not in set(Choice):
            raise DomainError("no_choice", N_("Choose one of the three votes."))
        if not choice:
            if kept is not None:
                session.delete(kept)
                changed.append(idea.code)
            continue
        if kept is not None and (kept.choice, kept.note) == (choice, note):
            continue
        if kept is None:
            kept = Vote(passage_id=passage_id, person_id=actor.id)  # noqa: PLW2901
            session.add(kept)
        kept.choice, kept.note, kept.cast_at = choice, note, now
        changed.append(idea.code)
    if changed:
        session.flush()
        record(
            session,
            VoteCast(
                actor_id=actor.id, programme_id=cohort.programme_id, codes=changed,
                path=f"/cohorts/{cohort.code}/{stage.key}/meeting",
            ),
            now=now,
        )  # fmt: skip
    return len(changed)

"""Claim a level, show it, verify it; each change stores the day's score with its policy version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity.events import readiness as events
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import Dimension
from accelerator.features.readiness.service.living import require_living, say, today_of
from accelerator.i18n import N_
from accelerator.standing.readiness import remember_score
from accelerator.storage.tables import Attachment, Claim, Evidence, Idea, Verification


def claim(
    session: Session, *, actor: Actor, idea: Idea, dimension: Dimension, level: int, now: datetime
) -> None:
    """Say which level the team has reached; without evidence it changes nothing in the score."""
    require_living(idea)
    session.add(
        Claim(
            idea_id=idea.id,
            dimension=dimension,
            level=level,
            claimed_by_id=actor.id,
            claimed_at=now,
        )
    )
    _changed(session, events.LevelClaimed, actor, idea, dimension, now, level=level)


def say_not_applicable(
    session: Session, *, actor: Actor, idea: Idea, dimension: Dimension, now: datetime
) -> None:
    """Say that a dimension does not apply; until somebody independent agrees it counts as 1."""
    require_living(idea)
    session.add(
        Claim(
            idea_id=idea.id,
            dimension=dimension,
            level=1,
            not_applicable=True,
            claimed_by_id=actor.id,
            claimed_at=now,
        )
    )
    _changed(session, events.NotApplicableAsked, actor, idea, dimension, now)


def approve_not_applicable(
    session: Session, *, actor: Actor, idea: Idea, dimension: Dimension, now: datetime
) -> None:
    """Agree that a dimension does not apply."""
    newest = session.scalar(
        select(Claim)
        .where(Claim.idea_id == idea.id, Claim.dimension == dimension)
        .order_by(Claim.id.desc())
        .limit(1)
    )
    if newest is None or not newest.not_applicable or newest.approved_by_id is not None:
        raise DomainError("nothing_to_approve", N_("Nobody waits for this approval."))
    _require_another(actor, newest.claimed_by_id)
    newest.approved_by_id, newest.approved_at = actor.id, now
    _changed(session, events.NotApplicableApproved, actor, idea, dimension, now)


def give_evidence(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    dimension: Dimension,
    level: int,
    statement: str,
    url: str,
    attachment_id: int | None,
    true_on: date,
    now: datetime,
    number: float | None = None,
    unit: str = "",
) -> Evidence:
    """Show one level of one dimension, as of the day on which it was true."""
    require_living(idea)
    if true_on > today_of(session, idea, now):
        raise DomainError(
            "true_in_future", N_("Choose the day on which it was true: today or before."),
            field="true_on",
        )  # fmt: skip
    if attachment_id is not None:
        owned = session.get(Attachment, attachment_id)
        if owned is None or owned.idea_id != idea.id or owned.removed_at is not None:
            raise DomainError(
                "unknown_attachment", N_("Choose one of the files of this idea."),
                field="attachment",
            )  # fmt: skip
    row = Evidence(
        idea_id=idea.id,
        dimension=dimension,
        level=level,
        statement=statement,
        url=url,
        attachment_id=attachment_id,
        number=number,
        unit=unit,
        true_on=true_on,
        given_by_id=actor.id,
        given_at=now,
    )
    session.add(row)
    _changed(session, events.EvidenceGiven, actor, idea, dimension, now, level=level)
    return row


def withdraw_evidence(session: Session, *, actor: Actor, evidence: Evidence, now: datetime) -> None:
    """Take a piece of evidence back; it stays in the history."""
    if evidence.withdrawn_at is not None:
        raise DomainError("evidence_withdrawn", N_("This evidence was taken back already."))
    evidence.withdrawn_at = now
    idea = session.get_one(Idea, evidence.idea_id)
    dimension = Dimension(evidence.dimension)
    _changed(session, events.EvidenceWithdrawn, actor, idea, dimension, now, level=evidence.level)


def verify(
    session: Session,
    *,
    actor: Actor,
    evidence: Evidence,
    accepted: bool,
    level: int | None,
    note: str,
    now: datetime,
) -> None:
    """Vote on a piece of evidence; voting again replaces one's own vote, which stays readable."""
    if evidence.withdrawn_at is not None:
        raise DomainError("evidence_withdrawn", N_("This evidence was taken back already."))
    _require_another(actor, evidence.given_by_id)
    if not accepted and not note:
        raise DomainError("reason_missing", N_("Give a reason."), field="note")
    before = session.scalar(
        select(Verification).where(
            Verification.evidence_id == evidence.id,
            Verification.verifier_id == actor.id,
            Verification.replaced_at.is_(None),
        )
    )
    if before is not None:
        before.replaced_at = now
        session.flush()  # one vote of a person holds at any time
    session.add(
        Verification(
            evidence_id=evidence.id, verifier_id=actor.id, accepted=accepted, level=level,
            note=note, verified_at=now,
        )
    )  # fmt: skip
    _changed(
        session,
        events.EvidenceVerified,
        actor,
        session.get_one(Idea, evidence.idea_id),
        Dimension(evidence.dimension),
        now,
        level=evidence.level,
        accepted=accepted,
        note=note,
    )


def _require_another(actor: Actor, said_by: int) -> None:
    """Raise where somebody would agree with themselves, the team left or not."""
    if actor.id == said_by:
        raise DomainError(
            "own_word", N_("You said this yourself while you were in the team. Others verify it.")
        )


def _changed(
    session: Session,
    event: type[events.OfReadiness],
    actor: Actor,
    idea: Idea,
    dimension: Dimension,
    now: datetime,
    **facts: Any,
) -> None:
    """Store the day's score anew and say what happened."""
    session.flush()
    remember_score(session, idea, now=now)
    say(session, event, actor, idea, dimension, now, **facts)

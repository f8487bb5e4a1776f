"""What shows a milestone: links and files."""

from datetime import datetime
from typing import IO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.activity import attachments
from accelerator.activity.events import milestones as events
from accelerator.domain.errors import DomainError
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.policy import Actor
from accelerator.features.milestones.service.base import write_down
from accelerator.i18n import N_
from accelerator.storage.tables import Attachment, Idea, Milestone, MilestoneProof

MOST_PROOFS = 20


def add_link(
    session: Session, *, actor: Actor, milestone: Milestone, url: str, now: datetime
) -> None:
    """Add a link to what shows the milestone."""
    link(session, milestone, url, actor=actor, now=now)
    idea = session.get_one(Idea, milestone.idea_id)
    write_down(session, events.ProofAdded, actor, idea, milestone, now, proof=url)


def link(session: Session, milestone: Milestone, url: str, *, actor: Actor, now: datetime) -> None:
    """Keep a link; whoever calls writes down why."""
    _require_room(session, milestone)
    session.add(
        MilestoneProof(milestone_id=milestone.id, url=url, added_by_id=actor.id, added_at=now)
    )


def add_file(
    session: Session,
    *,
    actor: Actor,
    milestone: Milestone,
    name: str,
    file: IO[bytes],
    limit: int,
    store_url: str,
    now: datetime,
) -> None:
    """Attach a file that shows the milestone. `limit` is in bytes."""
    _require_room(session, milestone)
    idea = session.get_one(Idea, milestone.idea_id)
    row = attachments.attach(
        session, actor=actor, idea=idea, name=name, file=file, limit=limit, store_url=store_url,
        now=now,
    )  # fmt: skip
    session.add(
        MilestoneProof(
            milestone_id=milestone.id, attachment_id=row.id, added_by_id=actor.id, added_at=now
        )
    )
    write_down(session, events.ProofAdded, actor, idea, milestone, now, proof=row.name)


def take_off(
    session: Session, *, actor: Actor, milestone: Milestone, proof_id: int, now: datetime
) -> None:
    """Take a link or a file off; what was handed in with the file keeps it."""
    row = session.get(MilestoneProof, proof_id)
    if row is None or row.milestone_id != milestone.id:
        raise DomainError("proof_gone", N_("This was taken off already."))
    shown = row.url
    if row.attachment_id is not None:
        file = session.get_one(Attachment, row.attachment_id)
        attachments.remove(session, actor=actor, attachment=file, now=now)
        shown = file.name
    session.delete(row)
    idea = session.get_one(Idea, milestone.idea_id)
    write_down(session, events.ProofRemoved, actor, idea, milestone, now, proof=shown)


def has_proof(session: Session, milestone: Milestone) -> bool:
    """Say whether a link or a file shows the milestone."""
    return bool(_count(session, milestone))


def _require_room(session: Session, milestone: Milestone) -> None:
    if milestone.state == MilestoneState.DROPPED:
        raise DomainError("milestone_closed", N_("This milestone is not open any more."))
    if _count(session, milestone) >= MOST_PROOFS:
        raise DomainError(
            "proofs_many",
            N_("A milestone takes at most %(most)s links and files. Remove one first."),
            most=MOST_PROOFS,
        )


def _count(session: Session, milestone: Milestone) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(MilestoneProof)
            .outerjoin(Attachment, Attachment.id == MilestoneProof.attachment_id)
            .where(MilestoneProof.milestone_id == milestone.id, Attachment.removed_at.is_(None))
        )
        or 0
    )

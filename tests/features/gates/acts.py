"""What the tests of gates do again and again."""

from datetime import timedelta

from sqlalchemy import select

from accelerator import deciding
from accelerator.domain.gates import Change, Condition, Verdict
from accelerator.domain.stages import Outcome
from accelerator.storage.tables import (
    Cohort,
    Decision,
    Delivery,
    Event,
    Idea,
    Passage,
    Review,
    Stage,
    Version,
)
from tests.world import NOW, TODAY

REASON = "Three customers asked for it by name."
VERDICTS = {
    Outcome.ADVANCE: Verdict(Outcome.ADVANCE, REASON),
    Outcome.CONDITIONS: Verdict(
        Outcome.CONDITIONS,
        REASON,
        conditions=(
            Condition("Name a first buyer", TODAY + timedelta(days=30)),
            Condition("試作評価の報告", TODAY + timedelta(days=45)),
        ),
    ),
    Outcome.REWORK: Verdict(
        Outcome.REWORK, REASON, next_step="Say who pays.", checklist=("Talk to buyers", "Count it")
    ),
    Outcome.PARK: Verdict(
        Outcome.PARK,
        REASON,
        change=Change.BUDGET,
        would_change="Half the cost.",
        revisit_on=TODAY + timedelta(days=90),
    ),
    Outcome.STOP: Verdict(
        Outcome.STOP, REASON, next_step="Share it with sales.", learned="Insurers decide."
    ),
}


def gate(session, world, stage=0):
    return {
        "cohort": session.get_one(Cohort, world.cohort_id),
        "stage": session.get_one(Stage, world.stage_ids[stage]),
    }


def decide(
    world,
    codes,
    verdict=VERDICTS[Outcome.ADVANCE],
    *,
    announce_at=None,
    stage=0,
    who="manager",
    now=NOW,
):
    actor = world.actor(who)
    with world.session() as session:
        deciding.decide(
            session, actor=actor, codes=[codes] if isinstance(codes, str) else codes,
            verdict=verdict, announce_at=announce_at, now=now, **gate(session, world, stage),
        )  # fmt: skip


def announce(world, codes, *, stage=0, now=NOW):
    actor = world.actor("manager")
    with world.session() as session:
        return deciding.announce(
            session, actor=actor, codes=[codes] if isinstance(codes, str) else codes, now=now,
            **gate(session, world, stage),
        )  # fmt: skip


def review(world, code, reviewer, marks, *, comment="", score=None):
    """Let a reviewer submit marks for the idea's present passage."""
    assignment = world.assign(code, reviewer, state="submitted")
    with world.session() as session:
        version = session.scalars(
            select(Version.id)
            .join(Idea, Idea.passage_id == Version.passage_id)
            .where(Idea.code == code)
        ).one()
        mean = sum(m * w for m, w in zip(marks, (60, 40), strict=True)) / 100
        session.add(
            Review(
                assignment_id=assignment, idea_version_id=version, comment_to_team=comment,
                marks=dict(zip(("value", "reach"), marks, strict=True)),
                score=mean if score is None else score, confidence=2, recommendation="advance",
                saved_at=NOW, submitted_at=NOW,
            )
        )  # fmt: skip


def idea_of(session, code):
    return session.scalars(select(Idea).where(Idea.code == code)).one()


def passages_of(session, code):
    return session.scalars(
        select(Passage)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(Idea.code == code)
        .order_by(Passage.number)
    ).all()


def decisions(session):
    return session.scalars(select(Decision).order_by(Decision.id)).all()


def events(session, kind):
    return session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id)).all()


def mails(session, template="decision_announced"):
    return session.scalars(
        select(Delivery)
        .where(Delivery.template == template, Delivery.channel.in_(("mail", "daily")))
        .order_by(Delivery.id)
    ).all()

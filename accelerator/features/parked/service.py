"""Keep an idea parked, revive it into a cohort, write down what was learned from a stopped one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.admissions import tell_admitted
from accelerator.activity.events.cohorts import IdeaJoined
from accelerator.activity.events.parked import LearnedWritten, ParkedLonger
from accelerator.domain.drafts import fingerprint
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.gates import Verdict, require_sound
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState
from accelerator.i18n import N_
from accelerator.standing.joining import join
from accelerator.standing.places import admit_next
from accelerator.storage.tables import Cohort, Decision, Idea, Person


def decision_about(session: Session, idea: Idea, state: IdeaState) -> Decision:
    """Return the decision that parked or stopped an idea; raise when it is not there (any more)."""
    found = session.scalar(select(Decision).where(Decision.passage_id == idea.passage_id))
    if idea.state != state or found is None:
        raise DomainError("elsewhere", N_("This idea does not stand here any more."))
    return found


def keep(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    verdict: Verdict,
    seen: str,
    labels: dict[str, str],
    now: datetime,
) -> None:
    """Leave an idea parked until another day; the verdict's reason says why, and the team hears.

    `seen` is the day that stood there when the form was opened; raises Stale when it has changed.
    """
    decision = decision_about(session, idea, IdeaState.PARKED)
    cohort = session.get_one(Cohort, idea.cohort_id)
    require_sound(verdict, today=now.astimezone(ZoneInfo(cohort.time_zone)).date())
    was = decision.revisit_on.isoformat() if decision.revisit_on else ""
    until = verdict.revisit_on.isoformat() if verdict.revisit_on else ""
    if seen != was:
        raise Stale(
            "parked_meanwhile", N_("Somebody else has set another day."),
            theirs={"revisit_on": was, "would_change": decision.would_change},
            mine={
                "revisit_on": until, "would_change": verdict.would_change,
                "reason": verdict.reason, "change": verdict.change or "",
                "watcher_id": str(verdict.watcher_id or ""),
            },
            version=was, labels=labels,
        )  # fmt: skip
    decision.revisit_on, decision.change_kind = verdict.revisit_on, verdict.change or ""
    decision.would_change = verdict.would_change
    decision.watcher_id = verdict.watcher_id or actor.id
    session.flush()
    record(
        session,
        ParkedLonger(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id,
            subject=f"decision:{decision.id}", code=idea.code, title=idea.title, until=until,
            was=was, change=decision.change_kind, would_change=decision.would_change,
            watcher=session.get_one(Person, decision.watcher_id).display_name,
            reason=verdict.reason, path=f"/ideas/{idea.code}",
        ),
        now=now,
    )  # fmt: skip


def revive(
    session: Session, *, actor: Actor, idea: Idea, cohort_code: str, now: datetime
) -> Cohort:
    """Bring a parked idea into a cohort of its programme: its stage begins anew, its team hears."""
    decision_about(session, idea, IdeaState.PARKED)
    wanted = session.scalar(
        select(Cohort.id).where(Cohort.code == cohort_code, Cohort.preparing.is_(False))
    )
    if wanted is None:
        raise DomainError("no_cohort", N_("Choose the cohort."), field="cohort")
    for one in sorted({idea.cohort_id, wanted}):
        session.get_one(Cohort, one, with_for_update=True)
    cohort = session.get_one(Cohort, wanted)
    joined = join(session, idea=idea, cohort=cohort, now=now)
    record(
        session,
        IdeaJoined(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id, code=idea.code,
            title=idea.title, left=joined.left.name, joined=cohort.name, stage=joined.stage.name,
            hand_in_by=joined.passage.hand_in_by.isoformat(), promise_on="",
            path=f"/ideas/{idea.code}",
        ),
        now=now,
    )  # fmt: skip
    if joined.left.id != cohort.id:
        admitted = admit_next(session, cohort_id=joined.left.id, now=now)
        tell_admitted(session, admitted, actor_id=None, now=now)
    return cohort


def mark(decision: Decision) -> str:
    """Return the mark of what stands there as learned; another one means somebody saved."""
    return fingerprint(decision.learned)


def learn(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    learned: str,
    seen: str,
    labels: dict[str, str],
    now: datetime,
) -> None:
    """Write down what was learned from a stopped idea, for those who come after.

    `seen` is the mark of what stood there when the form was opened; raises Stale for another one.
    """
    decision = decision_about(session, idea, IdeaState.STOPPED)
    if decision.learned == learned:
        return
    if seen != mark(decision):
        raise Stale(
            "learned_meanwhile", N_("Somebody else changed the same text meanwhile."),
            theirs={"learned": decision.learned}, mine={"learned": learned},
            version=mark(decision), labels=labels,
        )  # fmt: skip
    cohort = session.get_one(Cohort, idea.cohort_id)
    record(
        session,
        LearnedWritten(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id,
            subject=f"decision:{decision.id}", code=idea.code, learned=learned,
            was=decision.learned, path="/learned",
        ),
        now=now,
    )  # fmt: skip
    decision.learned = learned
    session.flush()

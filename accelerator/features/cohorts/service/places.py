"""Admit by hand, let one person come late, bring ideas in, and ask who is eligible."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.admissions import tell_admitted
from accelerator.activity.events.cohorts import IdeaJoined, LateEntryGranted
from accelerator.activity.events.programmes import CohortChanged
from accelerator.domain.errors import DomainError
from accelerator.domain.intake import Requirement
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState
from accelerator.features.cohorts.service.dates import require_fresh
from accelerator.i18n import N_
from accelerator.standing.joining import join
from accelerator.standing.places import admit, admit_next
from accelerator.storage.tables import Cohort, Idea, LateEntry, Person


def admit_by_hand(session: Session, *, actor: Actor, idea: Idea, now: datetime) -> None:
    """Let one waiting idea in before its turn, even when all places are taken."""
    cohort = session.get_one(Cohort, idea.cohort_id, with_for_update=True)
    session.refresh(idea)
    if idea.state != IdeaState.WAITING:
        raise DomainError("not_waiting", N_("This idea does not wait any more."))
    admitted = admit(session, ideas=[idea], cohort=cohort, now=now)
    tell_admitted(session, admitted, actor_id=actor.id, now=now)


def grant_late_entry(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    email: str,
    until: date,
    reason: str,
    now: datetime,
) -> Person:
    """Let one person start and hand in an idea until a day, after the intake."""
    person = session.scalars(
        select(Person).where(
            Person.email == email.lower(), Person.disabled_at.is_(None), Person.is_guest.is_(False)
        )
    ).one_or_none()
    if person is None:
        raise DomainError("nobody", N_("Nobody in the company has this address."), field="who")
    if (
        until <= cohort.intake_closes_on
        or until < now.astimezone(ZoneInfo(cohort.time_zone)).date()
    ):
        raise DomainError(
            "not_late", N_("Choose a day from today on, after the intake closes."), field="until"
        )
    session.add(
        LateEntry(
            cohort_id=cohort.id, person_id=person.id, until=until, reason=reason,
            granted_by_id=actor.id, granted_at=now,
        )
    )  # fmt: skip
    session.flush()
    event = LateEntryGranted(
        actor_id=actor.id, programme_id=cohort.programme_id, person_id=person.id,
        subject=f"cohort:{cohort.code}", path=f"/ideas/new?cohort={cohort.code}",
        code=cohort.code, cohort=cohort.name, person=person.display_name,
        until=until.isoformat(), reason=reason,
    )  # fmt: skip
    record(session, event, now=now)
    return person


def bring_in(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    cohort: Cohort,
    hand_in_by: date | None,
    now: datetime,
) -> None:
    """Bring an idea into a running cohort; its team hears, and the place it leaves is given on."""
    for one in sorted({idea.cohort_id, cohort.id}):
        session.get_one(Cohort, one, with_for_update=True)
    joined = join(session, idea=idea, cohort=cohort, hand_in_by=hand_in_by, now=now)
    day = joined.passage.hand_in_by if joined.passage.state == "open" else None
    promise = joined.passage.promise_on
    event = IdeaJoined(
        actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id, code=idea.code,
        title=idea.title, left=joined.left.name, joined=joined.joined.name,
        stage=joined.stage.name, hand_in_by=day.isoformat() if day else "",
        promise_on=promise.isoformat() if promise else "", path=f"/ideas/{idea.code}",
    )  # fmt: skip
    record(session, event, now=now)
    if joined.left.id != cohort.id:
        admitted = admit_next(session, cohort_id=joined.left.id, now=now)
        tell_admitted(session, admitted, actor_id=None, now=now)


def ask_eligibility(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    version: int,
    asked: Sequence[Requirement],
    now: datetime,
) -> None:
    """Change what a cohort asks before a hand-in; ideas already handed in keep their answers."""
    session.refresh(cohort, with_for_update=True)
    require_fresh(cohort, version)
    stored = [one.as_dict() for one in asked]
    if stored == cohort.eligibility:
        return
    cohort.eligibility = stored
    session.flush()
    event = CohortChanged(
        actor_id=actor.id, programme_id=cohort.programme_id, subject=f"cohort:{cohort.code}",
        path=f"/cohorts/{cohort.code}", code=cohort.code, fields=["eligibility"],
    )  # fmt: skip
    record(session, event, now=now)

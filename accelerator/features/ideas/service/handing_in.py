"""Hand an idea in for its gate, or withdraw it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accelerator.activity import notify, record
from accelerator.activity.admissions import tell_admitted
from accelerator.activity.events.base import Hears, Receivers
from accelerator.activity.events.cohorts import EligibilityAnswered, IdeaWaits
from accelerator.activity.events.ideas import IdeaSubmitted, IdeaWithdrawn
from accelerator.calendars import calendar_of
from accelerator.domain.answers import frozen
from accelerator.domain.errors import DomainError
from accelerator.domain.intake import require_eligible, require_intake, unmet
from accelerator.domain.policy import Actor
from accelerator.domain.stages import (
    IdeaState,
    PassageState,
    Place,
    require_open,
    require_withdrawable,
)
from accelerator.features.ideas.queries.writing import Writing, writing
from accelerator.features.ideas.service.finding import reindex
from accelerator.i18n import N_
from accelerator.standing.places import admit_next, place_in_line, taken
from accelerator.storage.tables import (
    Answer,
    Assignment,
    Attachment,
    Cohort,
    Delivery,
    Idea,
    Passage,
    Person,
    TeamMember,
    Version,
)

ENDED_ASSIGNMENTS = ("submitted", "declined", "removed")


def hand_in(session: Session, *, actor: Actor, idea: Idea, seen: int, now: datetime) -> Version:
    """Freeze a version and give the idea to its reviewers; the promise counts from today.

    `seen` is the idea's version column on the page that was confirmed. A draft needs an open
    intake, a team that is eligible and a free place in its cohort; where the cohort has a waiting
    list, it stands in line instead, and is promised nothing yet. Raises DomainError; the draft is
    kept.
    """
    written = writing(session, idea)
    require_open(written.place)
    if seen != idea.version:
        raise DomainError(
            "idea_changed_before_hand_in",
            N_("The text was changed meanwhile. Look at it once more, then hand it in."),
        )
    if written.lacks():
        raise DomainError("idea_incomplete", N_("Something is still missing. Nothing is lost."))
    waits = False
    if written.place.idea is IdeaState.DRAFT:
        places = taken(session, idea.cohort_id, lock=True)
        require_intake(written.intake, now=now, taken=places)
        require_eligible(written.eligibility, written.said)
        waits = written.intake.waits(places)
    today = now.astimezone(written.zone).date()
    promise_on = calendar_of(written.country, today.year).add(today, written.promise_days)
    _keep_carried(session, idea, written, actor=actor, now=now)
    version = _freeze(session, idea, written, actor=actor, now=now)
    passage = session.get_one(Passage, idea.passage_id)
    passage.state = PassageState.HANDED_IN
    passage.handed_in_at = now
    passage.promise_on = None if waits else promise_on
    idea.state = IdeaState.WAITING if waits else IdeaState.ACTIVE
    idea.waiting_since = now if waits else None
    idea.updated_at = now
    session.flush()
    reindex(session, idea)
    if waits:
        record(session, _waits(session, idea, written, actor), now=now)
    else:
        record(session, _submitted(idea, written, version, promise_on, actor), now=now)
    return version


def answer_eligibility(
    session: Session, *, actor: Actor, idea: Idea, answers: Mapping[str, str], now: datetime
) -> None:
    """Keep what a team answers about its eligibility, whether it lets the idea in or not."""
    written = writing(session, idea)
    require_open(written.place)
    said = {one.key: answers[one.key] for one in written.eligibility if answers.get(one.key)}
    if said == idea.eligibility:
        return
    idea.eligibility = said
    session.flush()
    event = EligibilityAnswered(
        actor_id=actor.id, idea_id=idea.id, code=idea.code, path=f"/ideas/{idea.code}",
        answers=said, unmet=[one.key for one in unmet(written.eligibility, said)],
    )  # fmt: skip
    record(session, event, now=now)


def withdraw(session: Session, *, actor: Actor, idea: Idea, reason: str, now: datetime) -> None:
    """End the idea's way: its passage closes, its reviewers' open work and reminders too.

    The place it leaves goes to the first in its cohort's line.
    """
    passage = session.get_one(Passage, idea.passage_id)
    require_withdrawable(Place(IdeaState(idea.state), PassageState(passage.state)))
    if not reason:
        raise DomainError(
            "reason_missing", N_("Write a reason in a sentence or two."), field="reason"
        )
    unseen = idea.state == IdeaState.DRAFT
    if passage.state != PassageState.LEFT:
        passage.state = PassageState.LEFT
        passage.left_at = now
    idea.state = IdeaState.DISCARDED if unseen else IdeaState.WITHDRAWN
    idea.withdrawn_reason = reason
    idea.updated_at = now
    session.flush()
    reviewers = _close_assignments(session, idea)
    _cancel_reminders(session, idea)
    programme_id = session.scalar(select(Cohort.programme_id).where(Cohort.id == idea.cohort_id))
    event = IdeaWithdrawn(
        actor_id=actor.id,
        programme_id=None if unseen else programme_id,  # managers never knew of a draft
        idea_id=idea.id,
        code=idea.code,
        title=idea.title,
        reason=reason,
        path=f"/ideas/{idea.code}",
    )
    event_id = record(session, event, now=now)
    line = Hears(Receivers.PERSON, "idea_withdrawn")
    data = event.data() | {"path": "/reviews"}
    notify(
        session, reviewers, line, key=f"withdrawn:{event_id}", data=data,
        event_id=event_id, about=f"idea:{idea.id}", due_at=now, now=now,
    )  # fmt: skip
    admitted = admit_next(session, cohort_id=idea.cohort_id, now=now)
    tell_admitted(session, admitted, actor_id=None, now=now)


def _close_assignments(session: Session, idea: Idea) -> list[int]:
    """Take the open review work back; return who had it."""
    return list(
        session.scalars(
            update(Assignment)
            .where(Assignment.idea_id == idea.id, Assignment.state.not_in(ENDED_ASSIGNMENTS))
            .values(state="removed")
            .returning(Assignment.reviewer_id)
            .execution_options(synchronize_session=False)
        )
    )


def _cancel_reminders(session: Session, idea: Idea) -> None:
    session.execute(
        update(Delivery)
        .where(
            Delivery.about == f"idea:{idea.id}",
            Delivery.state == "waiting",
            Delivery.event_id.is_(None),
        )
        .values(state="cancelled")
        .execution_options(synchronize_session=False)
    )


def _keep_carried(
    session: Session, idea: Idea, written: Writing, *, actor: Actor, now: datetime
) -> None:
    """Make what was carried over the stage's own answers: from here it can be carried on."""
    now_asked = written.asked_now()
    session.add_all(
        Answer(
            idea_id=idea.id, question_id=question.id, text=question.given.text,
            value=question.given.value, updated_by_id=actor.id, updated_at=now,
        )
        for question in written.asks
        if not question.own and question.given and question.asked.key in now_asked
    )  # fmt: skip


def _freeze(
    session: Session, idea: Idea, written: Writing, *, actor: Actor, now: datetime
) -> Version:
    number = session.scalar(select(func.count()).where(Version.idea_id == idea.id)) or 0
    version = Version(
        idea_id=idea.id,
        passage_id=idea.passage_id,
        number=number + 1,
        created_by_id=actor.id,
        created_at=now,
        content=content_of(session, idea, written),
    )
    session.add(version)
    session.flush()
    return version


def content_of(session: Session, idea: Idea, written: Writing) -> dict[str, Any]:
    """Return an idea as a version keeps it."""
    team = session.execute(
        select(TeamMember, Person)
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.idea_id == idea.id, TeamMember.state == "accepted")
        .order_by(TeamMember.id)
    )
    files = session.scalars(
        select(Attachment)
        .where(Attachment.idea_id == idea.id, Attachment.removed_at.is_(None))
        .order_by(Attachment.id)
    )
    return {
        "language": idea.language,
        "title": idea.title.as_dict(),
        "summary": idea.summary.as_dict(),
        "answers": frozen([question.asked for question in written.asks], written.given),
        "team": [
            {"person_id": person.id, "name": person.display_name, "role": member.role}
            for member, person in team
        ],
        "attachments": [
            {"id": file.id, "name": file.name, "size": file.size, "sha256": file.sha256}
            for file in files
        ],
    }


def _waits(session: Session, idea: Idea, written: Writing, actor: Actor) -> IdeaWaits:
    return IdeaWaits(
        actor_id=actor.id, programme_id=written.programme_id, idea_id=idea.id, code=idea.code,
        title=idea.title, cohort=written.cohort, place=place_in_line(session, idea),
        path=f"/ideas/{idea.code}",
    )  # fmt: skip


def _submitted(
    idea: Idea, written: Writing, version: Version, promise_on: date, actor: Actor
) -> IdeaSubmitted:
    return IdeaSubmitted(
        actor_id=actor.id, programme_id=written.programme_id, idea_id=idea.id, code=idea.code,
        title=idea.title, stage=written.stage, promise_on=promise_on.isoformat(),
        version=version.number, path=f"/ideas/{idea.code}",
    )  # fmt: skip

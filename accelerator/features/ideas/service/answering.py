"""A team answers what it was asked for: a new version, and the promise's clock goes on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.activity import notify, record
from accelerator.activity.events.information import CHANGED, InformationAnswered
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import GONE
from accelerator.features.ideas.queries.writing import Writing, writing
from accelerator.features.ideas.service.finding import reindex
from accelerator.features.ideas.service.handing_in import content_of
from accelerator.i18n import N_
from accelerator.standing.opened import FILES, SUMMARY, TITLE, Opened
from accelerator.standing.promises import set_going
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Idea,
    InformationRequest,
    Passage,
    Version,
)

Content = dict[str, Any]


def answer(
    session: Session, *, actor: Actor, idea: Idea, seen: int, reply: str, now: datetime
) -> Version:
    """Freeze what was opened into a new version; managers and reviewers hear, the clock goes on.

    `seen` is the idea's version column on the page that was confirmed. What was not asked for
    stays as it was handed in.
    """
    written = writing(session, idea)
    asks = require_asked(written)
    if seen != idea.version:
        raise DomainError(
            "idea_changed_before_answer",
            N_("The text was changed meanwhile. Look at it once more, then send it."),
        )
    if written.lacks():
        raise DomainError("idea_incomplete", N_("Something is still missing. Nothing is lost."))
    request = session.get_one(InformationRequest, asks.id)
    passage = session.get_one(Passage, idea.passage_id)
    cohort = session.get_one(Cohort, idea.cohort_id)
    before = session.get_one(Version, asks.version_before_id)
    last = session.scalar(select(func.max(Version.number)).where(Version.idea_id == idea.id))
    version = Version(
        idea_id=idea.id, passage_id=passage.id, number=(last or 0) + 1, created_by_id=actor.id,
        created_at=now, content=answered(before.content, content_of(session, idea, written), asks),
    )  # fmt: skip
    session.add(version)
    session.flush()
    request.answered_at, request.answered_by_id, request.reply = now, actor.id, reply
    request.version_after_id = version.id
    promise_on = set_going(passage, request, cohort=cohort, now=now)
    idea.updated_at = now
    session.flush()
    reindex(session, idea)
    event = InformationAnswered(
        actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id, code=idea.code,
        title=idea.title, promise_on=promise_on.isoformat(), version=version.number,
        path=f"/ideas/{idea.code}/information",
    )  # fmt: skip
    event_id = record(session, event, now=now)
    path = f"/ideas/{idea.code}/versions/{version.number}?against={before.number}"
    notify(
        session, _reviewers(session, passage), CHANGED, key=f"information:{event_id}",
        data=event.data() | {"path": path}, event_id=event_id, about=f"idea:{idea.id}",
        due_at=now, now=now,
    )  # fmt: skip
    return version


def require_asked(written: Writing) -> Opened:
    """Return what is asked of the team; raise when nothing is any more."""
    if written.opened is None:
        raise DomainError(
            "not_asked",
            N_("Nothing is asked of you any more. What you wrote is kept, but not handed in."),
        )
    return written.opened


def answered(before: Content, now: Content, asks: Opened) -> Content:
    """Return the version before with what was opened put in its place."""
    opens = {name: now[name] for name in (TITLE, SUMMARY) if asks.opens(name)}
    if asks.opens(FILES):
        opens["attachments"] = now["attachments"]
    fresh: Mapping[str, Any] = {
        each["key"]: each for each in now["answers"] if asks.opens(f"answer_{each['key']}")
    }
    old = [fresh.get(each["key"], each) for each in before["answers"]]
    known = {each["key"] for each in old}
    return before | opens | {"answers": old + [fresh[key] for key in fresh if key not in known]}


def _reviewers(session: Session, passage: Passage) -> list[int]:
    return list(
        session.scalars(
            select(Assignment.reviewer_id).where(
                Assignment.passage_id == passage.id, Assignment.state.not_in(GONE)
            )
        )
    )

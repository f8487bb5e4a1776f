"""Tell teams that their ideas got a place in their cohort."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from accelerator.activity.events.cohorts import IdeaAdmitted
from accelerator.activity.record import record
from accelerator.storage.tables import Cohort, Idea, Stage


class Admission(Protocol):
    """What there is to tell about one idea: `standing.places.Admitted`."""

    @property
    def idea(self) -> Idea:
        """Return the idea."""

    @property
    def cohort(self) -> Cohort:
        """Return the cohort it has a place in."""

    @property
    def stage(self) -> Stage:
        """Return the stage it is in."""

    @property
    def promise_on(self) -> date:
        """Return the day by which it is answered."""


def tell_admitted(
    session: Session, admitted: Iterable[Admission], *, actor_id: int | None, now: datetime
) -> None:
    """Record each admission; the teams hear, and the managers."""
    for one in admitted:
        event = IdeaAdmitted(
            actor_id=actor_id, programme_id=one.cohort.programme_id, idea_id=one.idea.id,
            code=one.idea.code, title=one.idea.title, cohort=one.cohort.name,
            stage=one.stage.name, promise_on=one.promise_on.isoformat(),
            path=f"/ideas/{one.idea.code}",
        )  # fmt: skip
        record(session, event, now=now)

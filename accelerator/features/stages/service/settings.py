"""A stage's own settings: texts, times, review policy, minimum readiness, who decides."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.stages import StageChanged
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.drafts import fingerprint
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Actor
from accelerator.domain.stages import Timing
from accelerator.features.stages.queries import effects, one
from accelerator.features.stages.queries.in_flight import in_flight, written
from accelerator.i18n import N_
from accelerator.storage.tables import CohortStage, Decider, Programme, Stage

DAYS = ("hand_in_by", "review_by", "gate_on")
FIELDS = (
    "name", "purpose", "timing", "time_box_days", "promise_days", "reviews_per_idea",
    "reviewers_hidden", "teams_hidden", "peers_hidden", "others_visible", "minimums",
)  # fmt: skip
# What was promised to whoever wrote: it is not taken back while their review counts.
PROMISED = {
    "reviewers_hidden": N_(
        "Reviews were written here under the promise that the team does not learn who reviews."
        " Decide and announce these ideas first."
    ),
    "peers_hidden": N_(
        "Reviews were written here under the promise that other reviewers do not learn whose they"
        " are. Decide and announce these ideas first."
    ),
}


def mark(stage: Stage, deciders: Sequence[int]) -> str:
    """Return the mark of what the form of a stage showed; another one means somebody saved."""
    return fingerprint(repr([*(getattr(stage, name) for name in FIELDS), sorted(deciders)]))


def change(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    version: str,
    values: Mapping[str, Any],
    seen: str,
    now: datetime,
) -> None:
    """Change a stage unless somebody did meanwhile, and once whom it touches was read.

    Dates and promises that were given stay. A stage that becomes rolling loses the days its
    cohorts have for it; the event keeps them.
    """
    decide = one.deciders(session, stage)
    if mark(stage, decide) != version:
        raise Stale(
            "stale", N_("Another manager saved this page after you opened it."),
            theirs={}, mine={}, version=mark(stage, decide),
        )  # fmt: skip
    was = {name: getattr(stage, name) for name in FIELDS} | {"deciders": decide}
    changed = {name: value for name, value in values.items() if was[name] != value}
    if not changed:
        return
    reviews = written(session, stage.id)
    for name, text in PROMISED.items():
        if changed.get(name) is False and reviews.waiting:
            raise DomainError("promised", text, field=name)
    cohorts = one.cohort_dates(session, stage) if "timing" in changed else []
    ideas = in_flight(session, actor, [stage.id])[stage.id]
    effects.require_seen(effects.of_stage(changed, stage, ideas, reviews, cohorts), seen)
    for name, value in changed.items():
        if name == "deciders":
            _decide(session, stage, value)
        else:
            setattr(stage, name, value)
    rolling = changed.get("timing") == Timing.ROLLING
    days = _drop_days(session, stage, cohorts) if rolling else []
    session.flush()
    record(
        session,
        StageChanged(
            actor_id=actor.id,
            programme_id=programme.id,
            subject=f"stage:{stage.key}",
            path=f"/programmes/{programme.key}/stages/{stage.key}",
            fields=sorted(changed),
            was={name: _plain(was[name]) for name in sorted(changed)},
            days=days,
        ),
        now=now,
    )


def _plain(value: Any) -> Any:
    return value.as_dict() if isinstance(value, Bilingual) else value


def _decide(session: Session, stage: Stage, people: Sequence[int]) -> None:
    session.execute(delete(Decider).where(Decider.stage_id == stage.id))
    session.add_all(Decider(stage_id=stage.id, person_id=person) for person in people)


def _drop_days(
    session: Session, stage: Stage, cohorts: Sequence[one.CohortDates]
) -> list[dict[str, str]]:
    kept = [
        {"cohort": each.code} | {name: getattr(each.dates, name).isoformat() for name in DAYS}
        for each in cohorts
        if each.dates is not None
    ]
    session.execute(delete(CohortStage).where(CohortStage.stage_id == stage.id))
    return kept

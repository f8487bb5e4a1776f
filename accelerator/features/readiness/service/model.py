"""Change how a programme counts readiness, or words its levels; the versions before stay."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accelerator.activity import record, record_for_teams
from accelerator.activity.events.readiness import ReadinessModelChanged, ReadinessRecounted
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import DimensionText, differing, require_worded
from accelerator.features.readiness.queries import model as queries
from accelerator.i18n import N_
from accelerator.standing.readiness import policy_of, remember_scores
from accelerator.standing.wordings import house_texts
from accelerator.storage.tables import Programme, ReadinessModel

POLICY, WORDING = "policy", "wording"


class Unconfirmed(DomainError):
    """The change touches ideas, and nobody said yet that this is meant."""

    def __init__(self, effects: queries.Effects | queries.Worded) -> None:
        super().__init__("unconfirmed", N_("Read whom this touches, then save it again."))
        self.effects = effects


def change_policy(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    version: int,
    policy: Mapping[str, Any],
    seen: str,
    now: datetime,
) -> None:
    """Count in another way from now on: the scores of today follow, those of the past stay.

    The teams whose score moves hear of it.
    """
    _require_fresh(session, programme, version)
    if policy_of(policy) == policy_of({**programme.readiness_policy, "version": "0"}):
        return
    effects = queries.effects(session, programme, policy_of(policy), now=now)
    if effects.ideas and seen != effects.seen:
        raise Unconfirmed(effects)
    held = queries.held(session, programme)
    _hold(session, programme, actor, dict(policy), held.wording if held else {}, now)
    for zone_day, ideas in queries.by_day(effects.ideas, now).items():
        remember_scores(session, ideas, today=zone_day, now=now)
    _say(session, actor, programme, POLICY, len(effects.moves.moved), now)
    rows = {idea.id: idea for idea in effects.ideas}
    told = [
        ReadinessRecounted(
            actor_id=actor.id, programme_id=programme.id, idea_id=move.idea,
            subject=f"idea:{rows[move.idea].code}", code=rows[move.idea].code,
            title=rows[move.idea].title, before=round(move.before), after=round(move.after),
            path=f"/ideas/{rows[move.idea].code}/readiness",
        )
        for move in effects.moves.moved
    ]  # fmt: skip
    record_for_teams(session, told, now=now)


def change_wording(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    version: int,
    wanted: DimensionText,
    seen: str,
    now: datetime,
) -> None:
    """Word a dimension's levels in the programme's own way; what was accepted stays accepted."""
    _require_fresh(session, programme, version)
    require_worded(wanted, tuple(programme.languages))
    held = queries.held(session, programme)
    before = queries.texts(session, programme)[wanted.dimension]
    if wanted == before:
        return
    effects = queries.worded(session, programme, before, wanted)
    if effects.ideas and seen != effects.seen:
        raise Unconfirmed(effects)
    house = next(text for text in house_texts() if text.dimension is wanted.dimension)
    wording = dict(held.wording) if held else {}
    wording.pop(wanted.dimension, None)
    own = differing(house, wanted)
    if own:
        wording[wanted.dimension.value] = own
    policy = {k: v for k, v in programme.readiness_policy.items() if k != "version"}
    _hold(session, programme, actor, policy, wording, now)
    _say(session, actor, programme, WORDING, effects.ideas, now)


def _require_fresh(session: Session, programme: Programme, version: int) -> None:
    """Raise Stale when another version holds by now; the second of two at once waits to see it."""
    session.refresh(programme, with_for_update=True)
    if version != programme.readiness_number:
        raise Stale(
            "changed_meanwhile", N_("Somebody else saved this meanwhile."), theirs={}, mine={},
            version=programme.readiness_number,
        )  # fmt: skip


def _hold(
    session: Session,
    programme: Programme,
    actor: Actor,
    policy: dict[str, Any],
    wording: dict[str, Any],
    now: datetime,
) -> None:
    """Add the next version and let it hold; its number is the version stored with each score."""
    number = programme.readiness_number + 1
    counted = policy | {"version": str(number)}
    session.add(
        ReadinessModel(
            programme_id=programme.id, number=number, policy=counted, wording=wording,
            made_by_id=actor.id, made_at=now,
        )
    )  # fmt: skip
    programme.readiness_number, programme.readiness_policy = number, counted
    session.flush()


def _say(
    session: Session, actor: Actor, programme: Programme, what: str, ideas: int, now: datetime
) -> None:
    record(
        session,
        ReadinessModelChanged(
            actor_id=actor.id,
            programme_id=programme.id,
            subject=f"programme:{programme.key}",
            path=f"/programmes/{programme.key}/readiness",
            programme=programme.name,
            number=programme.readiness_number,
            what=what,
            ideas=ideas,
        ),
        now=now,
    )

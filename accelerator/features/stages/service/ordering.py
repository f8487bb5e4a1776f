"""Which stages a programme has and in what order; ideas on their way are named before."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from accelerator.activity import record
from accelerator.activity.events.base import Event
from accelerator.activity.events.stages import (
    StageAdded,
    StageRemoved,
    StageRestored,
    StagesReordered,
)
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.designing import RESERVED, arranged, fresh_key, require_stage_left
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Actor
from accelerator.features.stages.queries import effects
from accelerator.features.stages.queries.in_flight import in_flight
from accelerator.features.stages.queries.listed import stages_of
from accelerator.i18n import N_
from accelerator.storage.tables import Programme, Stage

MOST_STAGES = 30


class Designing:
    """The stages of a programme, locked, and who changes them when."""

    def __init__(
        self, session: Session, actor: Actor, programme: Programme, version: int, now: datetime
    ) -> None:
        """Lock the programme; raises Stale when another manager changed its stages meanwhile."""
        session.refresh(programme, with_for_update=True)
        if programme.version != version:
            raise Stale(
                "stages_changed",
                N_("Another manager changed the stages after you opened this page."),
                theirs={}, mine={}, version=programme.version,
            )  # fmt: skip
        self.session, self.actor, self.programme, self.now = session, actor, programme, now
        self.stages = {stage.key: stage for stage in stages_of(session, programme)}
        self.order = list(self.stages)
        self.removed = {key for key, stage in self.stages.items() if stage.removed_at}

    def reorder(self, wanted: Sequence[str], *, seen: str) -> None:
        """Put the living stages into another order."""
        order = arranged(self.order, self.removed, wanted)
        if order == self.order:
            return
        self._confirm(order, self.removed, seen)
        before, self.order = self.order, order
        self._place()
        self._record(StagesReordered, before=before, after=order)

    def remove(self, key: str, *, seen: str) -> None:
        """Let no further idea enter a stage; its row, place, texts and reviews stay."""
        stage = self._stage(key, removed=False)
        require_stage_left(len(self.order) - len(self.removed) - 1)
        self._confirm(self.order, self.removed | {key}, seen)
        stage.removed_at = self.now
        self._record(StageRemoved, stage=stage.name)

    def restore(self, key: str, *, seen: str) -> None:
        """Put a removed stage back where it stood."""
        stage = self._stage(key, removed=True)
        self._confirm(self.order, self.removed - {key}, seen)
        stage.removed_at = None
        self._record(StageRestored, stage=stage.name)

    def add(self, name: Bilingual, timing: str, after: str, *, seen: str) -> Stage:
        """Add a stage behind another one, or (`after` is empty) in front; it asks nothing yet."""
        if len(self.order) - len(self.removed) >= MOST_STAGES:
            raise DomainError(
                "too_many_stages", N_("A programme has at most %(most)s stages."), most=MOST_STAGES
            )
        if after and after not in self.stages:
            raise DomainError(
                "stage_unknown", N_("This stage is not there any more."), field="after"
            )
        stage = Stage(
            programme_id=self.programme.id, position=self._beyond(),
            key=fresh_key(name.en, self.stages.keys() | RESERVED, "stage"), name=name,
            purpose=Bilingual(), timing=timing, time_box_days=20, promise_days=10, minimums={},
        )  # fmt: skip
        self.stages[stage.key] = stage
        order = [*self.order]
        order.insert(order.index(after) + 1 if after else 0, stage.key)
        self._confirm(order, self.removed, seen)
        self.session.add(stage)
        self.session.flush()
        self.order = order
        self._place()
        self._record(StageAdded, stage=name)
        return stage

    def _stage(self, key: str, *, removed: bool) -> Stage:
        if key not in self.stages or (key in self.removed) is not removed:
            raise DomainError("stage_unknown", N_("This stage is not there any more."))
        return self.stages[key]

    def _confirm(self, order: Sequence[str], removed: set[str], seen: str) -> None:
        ids = [stage.id for stage in self.stages.values() if stage.id is not None]
        lines = effects.of_design(
            (self.order, self.removed), (order, removed), self.stages,
            in_flight(self.session, self.actor, ids),
        )  # fmt: skip
        effects.require_seen(lines, seen)

    def _beyond(self) -> int:
        return 1 + max((stage.position for stage in self.stages.values()), default=0)

    def _place(self) -> None:
        """Number the stages anew; first beyond all numbers, since no two may ever be the same."""
        beyond = self._beyond()
        for step in (beyond, 1):
            for at, key in enumerate(self.order):
                self.stages[key].position = step + at
            self.session.flush()

    def _record(self, kind: type[Event], **facts: object) -> None:
        # Another order is another programme: its version grows with it.
        flag_modified(self.programme, "languages")
        self.session.flush()
        event = kind(
            actor_id=self.actor.id,
            programme_id=self.programme.id,
            subject=f"programme:{self.programme.key}",
            path=f"/programmes/{self.programme.key}/stages",
            **facts,  # type: ignore[arg-type]
        )
        record(self.session, event, now=self.now)

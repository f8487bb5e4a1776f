"""What managers change in stages while ideas are on their way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from accelerator.cli.story.player import Player, Told
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.ladder import steps_of
from accelerator.domain.notices import Kind
from accelerator.domain.readiness import DEFAULT_POLICY, Dimension
from accelerator.features.ladders import service as ladders
from accelerator.features.readiness.queries.model import texts
from accelerator.features.readiness.service import model as readiness
from accelerator.features.stages.queries import one
from accelerator.features.stages.queries.effects import Unconfirmed
from accelerator.features.stages.service import rubric, settings
from accelerator.features.stages.service.rows import Row
from accelerator.storage.tables import Stage


def design(told: Told, player: Player, now: datetime) -> None:
    """Change a stage's settings, or words of its rubric; whom it touches is read first."""
    session, programme = player.session, player.programme(told["programme"])
    stage = session.scalars(
        select(Stage).where(Stage.programme_id == programme.id, Stage.key == told["stage"])
    ).one()
    who: dict[str, Any] = {
        "actor": player.actors[told["by"]],
        "programme": programme,
        "stage": stage,
        "now": now,
    }
    if "settings" in told:
        wanted = dict(told["settings"])
        wanted["deciders"] = sorted(player.actors[key].id for key in wanted["deciders"])
        version = settings.mark(stage, one.deciders(session, stage))
        _confirmed(
            lambda seen: settings.change(session, values=wanted, version=version, seen=seen, **who)
        )
    if "levels" in told:
        criteria = one.criteria(session, stage)
        version = rubric.mark(stage, criteria)
        _confirmed(
            lambda seen: rubric.change(
                session, wanted=_reworded(criteria, told["levels"]), scale=stage.scale,
                version=version, seen=seen, **who,
            )
        )  # fmt: skip


def remind(told: Told, player: Player, now: datetime) -> None:
    """Set a programme's own steps of reminders."""
    ladders.change(
        player.session, actor=player.actors[told["by"]],
        programme=player.programme(told["programme"]), kind=Kind(told["kind"]), version=0,
        steps=steps_of(told["steps"]), optional=told["optional"], idle_days=None, now=now,
    )  # fmt: skip


def model(told: Told, player: Player, now: datetime) -> None:
    """Count readiness, or word its levels, in the programme's own way."""
    session, programme = player.session, player.programme(told["programme"])
    who: dict[str, Any] = {
        "actor": player.actors[told["by"]], "programme": programme, "now": now,
        "version": programme.readiness_number,
    }  # fmt: skip
    if "half_lives" in told:
        days = {d.value: float(n) for d, n in DEFAULT_POLICY.half_lives.items()}
        policy = {"half_lives": days | {key: float(n) for key, n in told["half_lives"].items()}}
        _agreed(lambda seen: readiness.change_policy(session, policy=policy, seen=seen, **who))
        return
    before = texts(session, programme)[Dimension(told["dimension"])]
    own: dict[int, dict[str, Any]] = {
        level: {part: Bilingual.of(text) for part, text in parts.items()}
        for level, parts in told["levels"].items()
    }
    levels = tuple(replace(one, **own.get(one.level, {})) for one in before.levels)
    wanted = replace(before, levels=levels)
    _agreed(lambda seen: readiness.change_wording(session, wanted=wanted, seen=seen, **who))


def _agreed(change: Callable[[str], None]) -> None:
    """Change, and read first whom it touches where it touches somebody."""
    try:
        change("")
    except readiness.Unconfirmed as error:
        change(error.effects.seen)


def _reworded(criteria: one.Rows, levels: Told) -> list[Row]:
    rows = []
    for row in criteria.living:
        words = list(row.levels)
        for mark, text in levels.get(row.key, {}).items():
            words[int(mark) - 1] = text
        rows.append(
            Row(row.key, {name: getattr(row, name) for name in rubric.NAMES} | {"levels": words})
        )
    return rows


def _confirmed(change: Callable[[str], None]) -> None:
    """Do it the second time at the latest: the first one says whom it touches."""
    try:
        change("")
    except Unconfirmed as error:
        change(error.effects.seen)

"""Rounds beside the usual reviews: anchors that everybody reviews, and finals of pairs."""

from datetime import datetime

from sqlalchemy import select

from accelerator.cli.story.player import Player, Told
from accelerator.features.calibration import service as calibration
from accelerator.features.pairwise.service import judging, running
from accelerator.storage.tables import Cohort, CohortStage, Final, Stage


def calibrate(told: Told, player: Player, now: datetime) -> None:
    """Make ideas anchors, to be reviewed by the cohort's date."""
    cohort, stage = place_of(player, told)
    calibration.begin(
        player.session, actor=player.actors[told["by"]], cohort=cohort, stage=stage,
        codes=[player.codes[key] for key in told["ideas"]],
        due_on=player.session.get_one(CohortStage, (cohort.id, stage.id)).review_by, now=now,
    )  # fmt: skip


def compare(told: Told, player: Player, now: datetime) -> None:
    """Open a final round for the reviewers who pick in it, and let them pick.

    A pair of ideas has the better one first, or "=" before two that somebody could not tell apart.
    """
    cohort, stage = place_of(player, told)
    running.add(
        player.session, actor=player.actors[told["by"]], cohort=cohort, stage=stage,
        codes=[player.codes[key] for key in told["ideas"]],
        judge_ids=[player.actors[key].id for key in told["picks"]], now=now,
    )  # fmt: skip
    final = player.session.scalars(select(Final).where(Final.stage_id == stage.id)).one()
    for key, pairs in told["picks"].items():
        for words in pairs:
            better, other = (player.codes[word] for word in words.removeprefix("= ").split(" > "))
            judging.pick(
                player.session, actor=player.actors[key], cohort=cohort, stage=stage, final=final,
                shown=(better, other), better="" if words.startswith("= ") else better, now=now,
            )  # fmt: skip


def place_of(player: Player, told: Told) -> tuple[Cohort, Stage]:
    """Return the cohort and the stage that something is told of."""
    cohort = player.cohort(told["cohort"])
    stage = player.session.scalars(
        select(Stage).where(Stage.programme_id == cohort.programme_id, Stage.key == told["stage"])
    ).one()
    return cohort, stage

"""Scores of each day: what fades is stored, what stays needs no row, and the past can be told."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.domain.forecast import Missing
from accelerator.domain.readiness import Dimension
from accelerator.jobs.lease import Shift
from accelerator.jobs.rescore import rescore
from accelerator.standing.levels import ahead_of, level_times
from accelerator.standing.readiness import remember_scores
from accelerator.storage.tables import (
    Claim,
    Cohort,
    Evidence,
    Idea,
    Programme,
    ReadinessScore,
    ReadinessTrend,
    Stage,
    Verification,
)
from tests.mail import held
from tests.world import NOW, TODAY, World

DAY = timedelta(days=1)


def prove(world: World, code: str, levels: range, *, days_ago: int, at: datetime = NOW) -> None:
    """Let a reviewer accept what shows levels of the customer dimension."""
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(
            Claim(
                idea_id=idea.id, dimension="customer", level=levels[-1], claimed_at=at,
                claimed_by_id=idea.owner_id,
            )
        )  # fmt: skip
        for level in levels:
            piece = Evidence(
                idea_id=idea.id, dimension="customer", level=level, statement="Talks",
                true_on=at.date() - days_ago * DAY, given_by_id=idea.owner_id, given_at=at,
            )  # fmt: skip
            session.add(piece)
            session.flush()
            session.add(
                Verification(
                    evidence_id=piece.id, verifier_id=world.people["reviewer"], accepted=True,
                    verified_at=at,
                )
            )  # fmt: skip


def at(shift: Shift, moment: datetime) -> int:
    with clock.told_by(lambda: moment):
        return rescore(shift)


def rows(world: World, code: str) -> list[tuple[date, str, float, str]]:
    with world.session() as session:
        found = session.execute(
            select(ReadinessScore)
            .join(Idea, Idea.id == ReadinessScore.idea_id)
            .where(Idea.code == code)
            .order_by(ReadinessScore.on)
        ).scalars()
        return [(r.on, r.levels, r.score, r.parts["customer"]["since"]) for r in found]


def test_each_day_is_stored_where_something_changed(world: World, config) -> None:
    fading = world.idea("owner", state="active")
    still = world.idea("owner", state="active", passage_state="open")
    ended = world.idea("owner", state="stopped")
    draft = world.idea("owner")
    west = world.cohort("W27", time_zone="America/Los_Angeles")
    far = world.idea("mate", state="parked", cohort_id=west)
    prove(world, fading, range(1, 4), days_ago=179)
    shift = held(world.engine, config)
    with world.session() as session:
        before = [
            session.scalars(select(Idea.version).where(Idea.code == fading)).one(),
            session.get_one(Cohort, west).version,
            session.get_one(Programme, world.programme_id).version,
        ]

    assert at(shift, NOW) == 3
    assert at(shift, NOW) == 0
    assert rows(world, still)[0][:2] == (TODAY, "111111")
    assert rows(world, far)[0][:2] == (TODAY - DAY, "111111")
    assert rows(world, ended) == rows(world, draft) == []

    for days in (1, 2, 3):
        assert at(shift, NOW + days * DAY) == 3
    assert len(rows(world, still)) == 1
    stored = rows(world, fading)
    assert [(on, levels) for on, levels, _, _ in stored] == [
        (TODAY + n * DAY, "311111") for n in (0, 2, 3)
    ]
    assert [score for _, _, score, _ in stored] == sorted((r[2] for r in stored), reverse=True)
    assert {since for _, _, _, since in stored} == {TODAY.isoformat()}
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == fading)).one()
        assert idea.readiness == pytest.approx(stored[-1][2])
        assert idea.evidence_falls_on == TODAY + 2 * DAY
        assert idea.version == before[0]  # nobody who edits meanwhile is told of a change
        assert session.get_one(Cohort, west).rescored_on == TODAY + 2 * DAY

    prove(world, fading, range(4, 6), days_ago=0, at=NOW + 3 * DAY)
    at(shift, NOW + 14 * DAY)
    assert rows(world, fading)[-1][1::2] == ("511111", (TODAY + 4 * DAY).isoformat())
    newest = rows(world, fading)[-1]
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == fading)).one()
        programme = session.get_one(Programme, world.programme_id)
        assert [session.get_one(Cohort, west).version, programme.version] == before[1:]
        # Levels 1 and 2 were proven with the first score; 3 was waited at for four days.
        assert programme.level_times["customer 3"] == [[1, 1, 0]]
        assert programme.level_times["customer 1"] == [[0, 1, 0], [2, 0, 3]]
        assert programme.level_times["team 1"] == [[2, 0, 4]]
        assert level_times(programme.level_times).reached == 4
        ahead = ahead_of(session, idea.id, today=TODAY + 14 * DAY)
        assert (ahead.missing, ahead.forecast, ahead.chance) == ((), None, None)
        trend = session.scalars(select(ReadinessTrend).order_by(ReadinessTrend.on)).all()
        assert [(row.on, row.ideas) for row in trend] == [(TODAY, 3), (TODAY + 7 * DAY, 3)]
        assert trend[0].mean == pytest.approx(stored[0][2] / 3)
        assert trend[1].mean == pytest.approx(newest[2] / 3)
        assert (trend[1].low, trend[1].high) == (0, pytest.approx(newest[2] / 2))


def test_a_gate_is_foretold_from_the_programme_s_own_past(world: World) -> None:
    code = world.idea("owner", state="active", stage=1)
    untouched = world.idea("owner", state="active", stage=1)
    prove(world, code, range(1, 3), days_ago=0)
    with world.session() as session:
        programme = session.get_one(Programme, world.programme_id)
        programme.level_times = {
            "customer 2": [[4, 10, 0], [8, 4, 6]], "customer 3": [[6, 8, 2]]
        }  # fmt: skip
        session.get_one(Stage, world.stage_ids[1]).minimums = {"customer": 4}
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == untouched)).one()
        assert ahead_of(session, idea.id, today=TODAY).missing == (
            Missing(Dimension.CUSTOMER, 1, 4, 0),
        )
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        remember_scores(session, [idea.id], today=TODAY, now=NOW)
        ahead = ahead_of(session, idea.id, today=TODAY + 7 * DAY)
        assert ahead.missing == (Missing(Dimension.CUSTOMER, 2, 4, 7),)
        assert ahead.gate_on == TODAY + timedelta(days=101)
        assert ahead.forecast is not None
        assert ahead.forecast.middle is not None
        assert 49 <= ahead.forecast.middle <= 91
        assert ahead.chance is not None
        assert 0.5 < ahead.chance < 0.95


def test_a_run_cut_short_goes_on_where_it_stopped(world: World, config) -> None:
    code = world.idea("owner", state="active")
    shift = held(world.engine, config)
    stopped = Shift(shift.engine, shift.config, shift.hold, lambda: True)
    assert at(stopped, NOW) == 0
    assert rows(world, code) == []
    assert at(shift, NOW) == 1
    assert at(shift, NOW - 3 * DAY) == 0  # a clock set back stores nothing over it
    assert len(rows(world, code)) == 1


def test_days_without_a_scheduler_are_made_up_for(world: World, config) -> None:
    code = world.idea("owner", state="active")
    prove(world, code, range(1, 4), days_ago=179)
    shift = held(world.engine, config)
    assert at(shift, NOW) == 1
    prove(world, code, range(4, 5), days_ago=0, at=NOW + 4 * DAY)
    assert at(shift, NOW + 5 * DAY) == 1
    assert [(on, levels) for on, levels, _, _ in rows(world, code)] == [
        (TODAY, "311111"), (TODAY + 2 * DAY, "311111"), (TODAY + 3 * DAY, "311111"),
        (TODAY + 4 * DAY, "411111"),
    ]  # fmt: skip
    newest = rows(world, code)[-1]
    assert newest[3] == (TODAY + 4 * DAY).isoformat()
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        assert idea.readiness == pytest.approx(newest[2])
    far = NOW + 300 * DAY
    with clock.told_by(lambda: far):
        later = held(world.engine, config)
    assert at(later, far) == 1
    made_up = [on for on, *_ in rows(world, code)[4:]]
    assert (min(made_up), len(made_up)) == (far.date() - 30 * DAY, 31)

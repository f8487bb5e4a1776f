"""What readiness costs: 5,000 ideas assessed and stored, the heat map of 500, the portfolio.

    python -m benchmarks.readiness [--database sqlite|postgresql]

Ends with 1 when assessing 5,000 ideas takes 2 s of CPU or more, or the heat map of 500 ideas 50 ms.
The CPU is the application's and PostgreSQL's together.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, text

from accelerator import clock
from accelerator.app import create_app
from accelerator.config import from_env
from accelerator.domain.readiness import Dimension
from accelerator.jobs import lease
from accelerator.jobs.lease import Shift
from accelerator.jobs.rescore import rescore
from accelerator.jobs.run import transaction
from accelerator.standing.readiness import assessments
from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import upgrade
from accelerator.storage.tables import (
    Claim,
    Evidence,
    Idea,
    Passage,
    ReadinessScore,
    Stage,
    TeamMember,
    Verification,
)
from benchmarks import databases, processes
from benchmarks.measuring import postmaster
from tests.checking import CheckingClient
from tests.world import NOW, TODAY, World, company

IDEAS, MAPPED = 5_000, 500
DAYS, AGAIN = 3, 15
SECOND, MILLI = 1.0, 1000.0
MINIMUMS = {"customer": 3, "technology": 2, "ip": 2}


def main() -> int:
    """Measure what was asked for; say how much takes too long."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readiness")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    wanted = parser.parse_args()
    slow = 0
    for kind in (wanted.database,) if wanted.database else ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory(prefix="readiness-") as folder,
            databases.empty(kind, Path(folder)) as urls,
        ):
            slow += measure(kind, next(urls), Path(folder))
    print(f"\n{slow} targets are missed." if slow else "\nAll targets are met.")
    return 1 if slow else 0


def measure(kind: str, url: str, folder: Path) -> int:
    """Print each measure of one database; return how many are too slow."""
    engine = make_engine(url)
    upgrade(engine)
    config = from_env(
        {"ACCELERATOR_DATABASE_URL": url, "ACCELERATOR_INSTANCE": str(folder),
         "ACCELERATOR_MAIL_URL": f"file://{folder}/mail"}
    )  # fmt: skip
    world = company(engine, create_app(config, engine=engine))
    pieces = fill(world)
    print(f"\n{kind}: {IDEAS:,} ideas with {pieces:,} pieces of evidence")
    with transaction(engine) as session:
        ids = session.scalars(select(Idea.id)).all()
        slow = _line(
            "assess 5,000 ideas", SECOND, 2.0, [_cpu(engine, lambda: _assess(session, ids))]
        )
    took = []
    for day in range(DAYS):
        with clock.told_by(partial(_after, day)):
            with transaction(engine) as session:
                hold = lease.take(session, "bench", now=clock.now(), length=timedelta(hours=1))
            assert hold is not None
            shift = Shift(engine, config, hold, lambda: False)
            took.append(_cpu(engine, lambda: rescore(shift)))  # noqa: B023 - called at once
    slow += _line("assess and store them, each day", SECOND, 2.0, took)
    with transaction(engine) as session:
        rows = session.scalar(select(func.count()).select_from(ReadinessScore))
    print(f"  {rows:,} scores stored in {DAYS} days")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if kind == "postgresql" else "ANALYZE"))
    with clock.told_by(partial(_after, DAYS - 1)):
        slow += _pages(world)
    engine.dispose()
    return slow


def fill(world: World) -> int:
    """Write the ideas with their evidence, a tenth of them in a cohort of its own."""
    random, owner, reviewer = Random(1), world.people["owner"], world.people["reviewer"]
    small = world.cohort("H27")
    many: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (Idea, Passage, TeamMember, Claim, Evidence, Verification)
    }
    for idea in range(1, IDEAS + 1):
        cohort = small if idea <= MAPPED else world.cohort_id
        many[Idea].append(
            {"id": idea, "code": f"H27-{idea:05}", "cohort_id": cohort, "owner_id": owner,
             "language": "en", "title_en": f"An idea with a title of usual length, number {idea}",
             "state": "active", "passage_id": 2 * idea, "created_at": NOW, "updated_at": NOW,
             "version": 1}
        )  # fmt: skip
        came = NOW - timedelta(days=random.randint(50, 90))
        went = NOW - timedelta(days=random.randint(30, 34))
        for stage, entered, left in ((0, came, went), (1, went, None)):
            many[Passage].append(
                {"id": 2 * idea - 1 + stage, "idea_id": idea, "cohort_id": cohort,
                 "stage_id": world.stage_ids[stage], "number": 1 + stage, "entered_at": entered,
                 "state": "left" if left else "open", "hand_in_by": TODAY, "left_at": left,
                 "handed_in_at": entered if left else None, "outcome": "advance" if left else None}
            )  # fmt: skip
        many[TeamMember].append(
            {"idea_id": idea, "person_id": owner, "state": "accepted", "invited_at": NOW}
        )
        for dimension in Dimension:
            claimed = random.randint(1, 5)
            many[Claim].append(
                {"idea_id": idea, "dimension": dimension, "level": claimed,
                 "claimed_by_id": owner, "claimed_at": NOW}
            )  # fmt: skip
            for level in range(1, min(claimed, random.randint(1, 4)) + 1):
                piece = len(many[Evidence]) + 1
                many[Evidence].append(
                    {"id": piece, "idea_id": idea, "dimension": dimension, "level": level,
                     "statement": "What was seen", "given_by_id": owner, "given_at": NOW,
                     "true_on": TODAY - timedelta(days=random.randint(1, 300))}
                )  # fmt: skip
                many[Verification].append(
                    {"evidence_id": piece, "verifier_id": reviewer, "accepted": True,
                     "verified_at": NOW}
                )  # fmt: skip
    with transaction(world.engine) as session:
        for table, rows in many.items():
            session.execute(table.__table__.insert(), rows)
        session.get_one(Stage, world.stage_ids[1]).minimums = MINIMUMS
    return len(many[Evidence])


def _pages(world: World) -> int:
    world.app.test_client_class = CheckingClient
    browser = FlaskClient(world.app, world.app.response_class, use_cookies=True)
    browser._cookies = world.client("manager")._cookies  # noqa: SLF001 - without the page's checks
    slow = 0
    for name, address, limit in (
        ("heat map of 500 ideas", "/cohorts/H27/readiness", 50.0),
        ("who misses the gate, of 500", "/cohorts/H27/readiness/gate", 0.0),
        ("portfolio of 5,000", "/portfolio", 0.0),
        ("speed of a stage of 5,000", "/portfolio/spark/spark?show=advance", 0.0),
    ):
        took = [_cpu(world.engine, lambda: _get(browser, address)) for _ in range(AGAIN)]  # noqa: B023
        slow += _line(name, MILLI, limit, took[AGAIN // 3 :])
    return slow


def _after(days: int) -> datetime:
    return NOW + timedelta(days=days)


def _get(browser: FlaskClient, address: str) -> None:
    assert browser.get(address).status_code == 200


def _assess(session: Any, ids: Any) -> None:
    for at in range(0, len(ids), 1000):
        assert assessments(session, ids[at : at + 1000], today=TODAY)


def _cpu(engine: Engine, act: Callable[[], Any]) -> float:
    backends = postmaster(engine)

    def used() -> float:
        return time.process_time() + (processes.cpu(backends) if backends else 0.0)

    start = used()
    act()
    return used() - start


def _line(name: str, unit: float, limit: float, took: list[float]) -> int:
    middle = statistics.median(took) * unit
    verdict = "" if not limit else "ok" if middle < limit else "TOO SLOW"
    print(f"  {name:34}{middle:8.2f} {'s' if unit == SECOND else 'ms'} CPU  {verdict}")
    return int(bool(limit) and middle >= limit)


if __name__ == "__main__":
    raise SystemExit(main())

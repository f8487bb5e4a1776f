"""Readiness of many ideas: the CPU time of counting 5,000 anew, and of storing their scores.

    python -m benchmarks.readiness [--ideas 5000]

Each idea has claims in six dimensions, fifteen pieces of evidence and twenty votes on average, and
a team of three. Ends with 1 when counting takes longer than is promised.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.readiness import Dimension
from accelerator.jobs.run import reading, transaction
from accelerator.standing.readiness import assessments, remember_scores
from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import upgrade
from accelerator.storage.tables import (
    Claim,
    Cohort,
    Evidence,
    Idea,
    Person,
    Programme,
    TeamMember,
    Verification,
)

NOW, TODAY = datetime(2027, 4, 1, tzinfo=UTC), date(2027, 4, 1)
PEOPLE, DAYS, LIMIT = 400, 390, 2.0  # seconds of CPU for 5,000 ideas
AT_ONCE = 20_000
Row = Mapping[str, Any]


def fill(session: Session, ideas: int) -> None:
    """Write a programme with so many ideas, each with a past of its own."""
    texts = {"name": Bilingual("試", "Trial"), "created_at": NOW}
    session.add(Programme(id=1, key="trial", **texts))
    session.flush()
    session.add(
        Cohort(
            id=1, programme_id=1, code="T", intake_opens_on=TODAY, intake_closes_on=TODAY,
            time_zone="Asia/Tokyo", country="JP", **texts,
        )
    )  # fmt: skip
    session.add_all(
        Person(id=n, email=f"p{n}@example.org", family_name="F", given_name="G", created_at=NOW)
        for n in range(1, PEOPLE + 1)
    )
    session.flush()
    chance = random.Random(1)
    rows: dict[Any, list[Row]] = {t: [] for t in (Idea, TeamMember, Claim, Evidence, Verification)}
    for number in range(1, ideas + 1):
        for table, row in _of_idea(number, len(rows[Evidence]), chance):
            rows[table].append(row)
    for table, all_of_it in rows.items():
        for at in range(0, len(all_of_it), AT_ONCE):
            session.execute(insert(table), all_of_it[at : at + AT_ONCE])
    print(", ".join(f"{len(found):,} {table.__tablename__}" for table, found in rows.items()))


def _of_idea(number: int, pieces: int, chance: random.Random) -> Iterator[tuple[Any, Row]]:
    def past() -> datetime:
        return NOW - timedelta(days=chance.randint(1, DAYS))

    def person(offset: int) -> int:
        return (number + offset) % PEOPLE + 1

    yield Idea, {
        "id": number, "code": f"T-{number}", "cohort_id": 1, "owner_id": person(0), "version": 1,
        "language": "en", "state": "active", "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    for place in range(3):
        yield TeamMember, {
            "idea_id": number, "person_id": person(place), "role": "member", "state": "accepted",
            "invited_at": NOW - timedelta(days=DAYS), "answered_at": NOW - timedelta(days=DAYS),
        }  # fmt: skip
    for dimension in Dimension:
        top = chance.randint(1, 4)
        about = {"idea_id": number, "dimension": dimension.value}
        yield Claim, about | {
            "level": top + 1, "not_applicable": False, "claimed_by_id": 1, "claimed_at": past(),
        }  # fmt: skip
        for level in range(1, top + 1):
            pieces += 1
            yield Evidence, about | {
                "id": pieces, "level": level, "statement": "Seen", "given_by_id": 1,
                "true_on": TODAY - timedelta(days=chance.randint(1, DAYS)), "given_at": past(),
            }  # fmt: skip
            for voter in range(chance.choice((1, 1, 2))):
                yield Verification, {
                    "evidence_id": pieces, "verifier_id": person(10 + voter),
                    "accepted": chance.random() < 0.93, "verified_at": past(),
                    "level": chance.choice((None, None, top + 1)),
                }  # fmt: skip


def timed(what: str, work: Callable[[], object]) -> float:
    """Do it, print and return its CPU time."""
    start = process_time()
    work()
    spent = process_time() - start
    print(f"{what}: {spent:.2f} s CPU")
    return spent


def main() -> int:
    """Measure, and say whether it is as promised."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readiness")
    parser.add_argument("--ideas", type=int, default=5_000)
    ideas = parser.parse_args().ideas
    numbers = list(range(1, ideas + 1))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'readiness.sqlite3'}")
        upgrade(engine)
        with transaction(engine) as session:
            fill(session, ideas)
        with reading(engine) as session:
            spent = timed(
                f"{ideas:,} ideas counted", lambda: assessments(session, numbers, today=TODAY)
            )
            timed("as of half a year ago", lambda: assessments(
                session, numbers, today=TODAY - timedelta(days=180),
                as_of=NOW - timedelta(days=180),
            ))  # fmt: skip
        with transaction(engine) as session:
            timed("counted and stored", lambda: remember_scores(
                session, numbers, today=TODAY, now=NOW
            ))  # fmt: skip
        engine.dispose()
    return 0 if spent <= LIMIT * ideas / 5_000 else 1


if __name__ == "__main__":
    sys.exit(main())

"""What a large programme costs: twelve stages, eighty questions, 2,000 ideas at one gate.

    python -m benchmarks.large [--database sqlite|postgresql] [--ideas 2000]

Prints the CPU of each page of the designer, the cohort and the gate (the median of twelve batches,
as `make bench` takes them), then decides and announces a batch of 500 in the background. Ends with
1 when a page takes more than 25 ms.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from accelerator import clock
from accelerator.config import from_env
from accelerator.domain.bilingual import Bilingual
from accelerator.jobs import lease
from accelerator.jobs.announce import announce
from accelerator.jobs.decide import decide
from accelerator.jobs.lease import Shift
from accelerator.jobs.run import transaction
from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import upgrade
from accelerator.storage.tables import (
    Batch,
    BatchItem,
    Cohort,
    CohortStage,
    Passage,
    Programme,
    Question,
    Stage,
)
from benchmarks import databases
from benchmarks.company import CODE, MANAGER, OWNER, PASSWORD, make
from benchmarks.measuring import Batches, Cost, postmaster
from benchmarks.server import Answer, Browser, serve

STAGES, QUESTIONS, BATCH = 12, 80, 500
MOST = 25.0  # ms of CPU
TIMES, BATCHES, WARM_UP = 5, 12, 20
SPARK = f"/cohorts/{CODE}/spark"
DESIGNER = "/programmes/bench"
PAGES = (
    ("programme", MANAGER, DESIGNER),
    ("stages in order", MANAGER, f"{DESIGNER}/stages"),
    ("stage: settings", MANAGER, f"{DESIGNER}/stages/spark"),
    ("stage: rubric", MANAGER, f"{DESIGNER}/stages/spark/rubric"),
    ("stage: milestones", MANAGER, f"{DESIGNER}/stages/spark/milestones"),
    ("stage: 80 questions", MANAGER, f"{DESIGNER}/stages/spark/questions"),
    ("one question", MANAGER, f"{DESIGNER}/stages/spark/questions/problem"),
    ("preview as employee", MANAGER, f"{DESIGNER}/preview?as=employee&stage=spark"),
    ("template as a file", MANAGER, f"{DESIGNER}/template.yaml"),
    ("idea of 80 questions", MANAGER, f"/ideas/{CODE}-0001"),
    ("cohort", MANAGER, f"/cohorts/{CODE}"),
    ("cohort: dates", MANAGER, f"/cohorts/{CODE}/edit"),
    ("cohort: ideas", MANAGER, f"/ideas?cohort={CODE}"),
    ("gate", MANAGER, f"{SPARK}/gate"),
    ("meeting", MANAGER, f"{SPARK}/meeting"),
    ("promises", MANAGER, f"{DESIGNER}/promises"),
    ("parked", MANAGER, "/parked"),
    ("first page", MANAGER, "/"),
    ("new idea", OWNER, f"/ideas/new?cohort={CODE}"),
)  # fmt: skip


def main() -> int:
    """Measure what was asked for; say how many pages take too long."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--ideas", type=int, default=2000)
    wanted = parser.parse_args()
    slow = 0
    for kind in (wanted.database,) if wanted.database else ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory(prefix="large-") as folder,
            databases.empty(kind, Path(folder)) as urls,
        ):
            slow += _measured(kind, next(urls), wanted.ideas, Path(folder))
    print(f"\n{slow} pages take more than {MOST:.0f} ms." if slow else "\nNo page takes too long.")
    return 1 if slow else 0


def _measured(kind: str, url: str, ideas: int, folder: Path) -> int:
    engine = make_engine(url)
    upgrade(engine)
    make(engine, ideas, all_wait=True)
    with transaction(engine) as session:
        _enlarge(session)
    print(f"\n{kind}: {STAGES} stages, {QUESTIONS} questions, {ideas:,} ideas at one gate\n")
    slow = 0
    with serve("benchmarks.measured:app", url, folder) as server:
        people = {}
        for email in (MANAGER, OWNER):
            people[email] = Browser(server.port)
            people[email].sign_in(email, PASSWORD)
        for name, who, path in PAGES:
            slow += _line(name, _asking(people[who], path), server.pid, engine)
        _meeting(people[MANAGER])
        for name, path in (
            ("meeting, prepared", "meeting"),
            ("pack to print, a part", "meeting/pack"),
        ):
            slow += _line(name, _asking(people[MANAGER], f"{SPARK}/{path}"), server.pid, engine)
        slow += _batch(people[MANAGER], engine, server.pid)
        for browser in people.values():
            browser.close()
    engine.dispose()
    return slow


def _line(name: str, ask: Callable[[], Answer], pid: int, engine: Engine) -> bool:
    """Measure and print one page; say whether it takes too long."""
    cost = _cost(ask, pid, postmaster(engine))
    slow = cost.cpu > MOST
    print(
        f"{name:22} {cost.cpu:6.1f} ms ({cost.application:.1f} + {cost.database:.1f}), "
        f"{cost.queries:2} queries, {cost.size / 1024:4.0f} KiB" + ("  too slow" if slow else ""),
        flush=True,
    )
    return slow


def _meeting(manager: Browser) -> None:
    form = {"csrf_token": manager.get(f"{SPARK}/meeting").csrf, "_once": "m", "minutes": "5"}
    if manager.post(f"{SPARK}/meeting/prepare", form).status != 303:
        raise RuntimeError("the list of the meeting was not made")


def _asking(browser: Browser, path: str) -> Callable[[], Answer]:
    def ask() -> Answer:
        answer = browser.get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return answer

    return ask


def _cost(ask: Callable[[], Answer], pid: int, backends: int | None) -> Cost:
    turns = Batches(ask, pid, backends)
    turns.warm_up(WARM_UP)
    for _ in range(BATCHES):
        turns.ask_for(TIMES)
    return turns.cost(0)


def _enlarge(session: Session) -> None:
    """Give the programme as many stages and questions as a large one has."""
    programme = session.scalars(select(Programme)).one()
    programme.undo_minutes = 0  # what is decided may leave at once
    cohort = session.scalars(select(Cohort)).one()
    stages = session.scalars(select(Stage).order_by(Stage.position)).all()
    for position in range(len(stages) + 1, STAGES + 1):
        stage = Stage(
            programme_id=programme.id, position=position, key=f"more-{position}",
            name=Bilingual(f"追加ステージ{position}", f"Further stage {position}"),
            purpose=Bilingual("さらに確かめる。", "Find out more."), time_box_days=20,
            promise_days=10,
        )  # fmt: skip
        session.add(stage)
        session.flush()
        day = cohort.intake_closes_on + timedelta(days=60 * position)
        session.add(
            CohortStage(
                cohort_id=cohort.id, stage_id=stage.id, hand_in_by=day,
                review_by=day + timedelta(days=10), gate_on=day + timedelta(days=14),
            )
        )  # fmt: skip
    have = session.scalar(select(func.count(Question.id))) or 0
    last = session.scalars(
        select(Question.position)
        .where(Question.stage_id == stages[0].id)
        .order_by(Question.position.desc())
        .limit(1)
    ).one()
    session.add_all(
        Question(
            stage_id=stages[0].id, position=last + n, key=f"more-{n}",
            kind=("short", "long", "number", "date")[n % 4],
            label=Bilingual(f"{n}番目の追加の質問はどんな内容ですか", f"What about matter {n}?"),
            help=Bilingual("分かる範囲で書いてください。", "Write what you know."),
        )
        for n in range(1, QUESTIONS - have + 1)
    )  # fmt: skip


def _batch(manager: Browser, engine: Engine, pid: int) -> int:
    """Decide about many ideas as a manager does, then let the jobs do it, and tell the teams.

    Returns how many of the two posts take too long.
    """
    form: dict[str, object] = {
        "csrf_token": manager.get(f"{SPARK}/gate").csrf,
        "selected": [f"{CODE}-{n:04d}" for n in range(1, BATCH + 1)], "outcome": "stop",
        "reason": "The customers we asked would not pay for it.", "when": "soon",
        "next_step": "Tell the team what you learned.", "learned": "Nobody pays for it.",
    }  # fmt: skip
    once = count()

    def posting(name: str, status: int) -> Callable[[], Answer]:
        def ask() -> Answer:
            answer = manager.post(f"{SPARK}/gate/{name}", form | {"_once": f"bench-{next(once)}"})
            if answer.status != status:
                raise RuntimeError(f"{name}: {answer.status}")
            return answer

        return ask

    slow = _line(f"preview of {BATCH}", posting("preview", 200), pid, engine)
    slow += _line(f"batch of {BATCH} begun", posting("decide", 303), pid, engine)
    with transaction(engine) as session:  # the ideas wait in each of these batches; one is enough
        last = select(func.max(Batch.id)).scalar_subquery()
        session.execute(delete(BatchItem).where(BatchItem.batch_id != last))
        session.execute(delete(Batch).where(Batch.id != last))
    with transaction(engine) as session:
        hold = lease.take(session, "bench", now=clock.now(), length=timedelta(hours=1))
    if hold is None:
        raise RuntimeError("the lease is taken")
    shift = Shift(engine, from_env(os.environ), hold)
    for name, job in (("decided", decide), ("announced", announce)):
        start = time.process_time()
        done = job(shift)
        used = time.process_time() - start
        print(f"{name} in the background: {done} in {used:.1f} s CPU of the scheduler")
    with Session(engine) as session:
        states = session.execute(select(Passage.state, func.count()).group_by(Passage.state)).all()
    print(*(f"{ideas} {state}" for state, ideas in states), sep=", ")
    return slow


if __name__ == "__main__":
    raise SystemExit(main())

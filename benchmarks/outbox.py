"""What the outbox costs when it holds a million messages of the past, on both databases.

    python -m benchmarks.outbox [--database sqlite|postgresql] [--past 1000000]

Sends through the real job, into a folder, and takes the time of each claim by itself: with 500
mails due, with 20,000 due after an outage, and with none; then asks for the inbox and its unread
count, and adds a notice. Ends with 1 when the claim in the middle takes longer than 5 ms. What is
far above it is mostly another program's turn on the same cores.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from accelerator import clock
from accelerator.activity import notify
from accelerator.activity.events.base import Hears, Receivers
from accelerator.activity.letters import Reader
from accelerator.config import from_env
from accelerator.features.inbox.queries import notices
from accelerator.jobs import lease
from accelerator.jobs.deliver import deliver
from accelerator.jobs.lease import Shift
from accelerator.jobs.run import transaction
from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import upgrade
from accelerator.storage.tables import Delivery, Person
from accelerator.web.templating import _UNREAD
from benchmarks import databases
from tests.mail import DATA, TEMPLATE, write_mails

PEOPLE = 2_000
LIMIT = 5.0  # ms
SENT, BURST, EMPTY, READINGS = 500, 20_000, 100, 200
# The past as it is after years: of a hundred messages so many are of this channel and state.
PAST = (
    (44, "inbox", "sent"), (36, "mail", "sent"), (16, "daily", "carried"), (2, "mail", "cancelled"),
    (1, "mail", "failed"), (1, "hook", "sent"),
)  # fmt: skip


def main() -> int:
    """Measure what was asked for; say how much takes too long."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outbox")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--past", type=int, default=1_000_000)
    wanted = parser.parse_args()
    slow = 0
    for kind in (wanted.database,) if wanted.database else ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory(prefix="outbox-") as folder,
            databases.empty(kind, Path(folder)) as urls,
        ):
            slow += Outbox(kind, next(urls), Path(folder)).measure(wanted.past)
    print(f"\n{slow} targets are missed." if slow else "\nAll targets are met.")
    return 1 if slow else 0


class Outbox:
    """One database with a long past, and the job that sends from it."""

    def __init__(self, kind: str, url: str, folder: Path) -> None:
        self.engine = make_engine(url)
        self.config = from_env(
            {"ACCELERATOR_DATABASE_URL": url, "ACCELERATOR_MAIL_URL": f"file://{folder}/mail",
             "ACCELERATOR_INSTANCE": str(folder)}
        )  # fmt: skip
        self.kind = kind

    def measure(self, past: int) -> int:
        """Print each measure; return how many are too slow."""
        start = time.perf_counter()
        upgrade(self.engine)
        people = _people(self.engine)
        _remember(self.engine, past)
        print(f"\n{self.kind}: {past:,} past messages in {time.perf_counter() - start:.0f} s")
        slow = 0
        self._post(people[:SENT], "few")
        slow += self._claims(f"claim, {SENT} due", SENT)
        self._post(people, "late", later=timedelta(days=1), times=BURST // PEOPLE)
        slow += self._claims(f"claim, none due, {BURST:,} later", 0)
        with transaction(self.engine) as session:
            session.execute(text("UPDATE delivery SET due_at = created_at WHERE state = 'waiting'"))
        slow += self._claims(f"claim, {BURST:,} due", SENT)
        self._readings(people)
        self.engine.dispose()
        return slow

    def _post(
        self, people: list[int], key: str, later: timedelta = timedelta(), times: int = 1
    ) -> None:
        for n in range(times):
            with transaction(self.engine) as session:
                write_mails(session, people, key=f"{key} {n}")
        if later:
            with transaction(self.engine) as session:
                session.execute(
                    Delivery.__table__.update()
                    .where(Delivery.state == "waiting")
                    .values(due_at=clock.now() + later)
                )

    def _claims(self, name: str, wanted: int) -> bool:
        """Send so many, or look for some in vain, and judge how long each claim took."""
        with _timed_claims(self.engine) as took:
            if wanted:
                sent = deliver(self._shift(lambda: len(took) >= wanted))
                assert sent >= wanted - 1, sent
            else:
                for _ in range(EMPTY):
                    assert deliver(self._shift(lambda: False)) == 0
        return _line(name, took)

    def _shift(self, stopping: Callable[[], bool]) -> Shift:
        with transaction(self.engine) as session:
            hold = lease.take(session, "bench", now=clock.now(), length=timedelta(hours=1))
        assert hold is not None
        return Shift(self.engine, self.config, hold, stopping)

    def _readings(self, people: list[int]) -> None:
        """Time the inbox of people who have had hundreds of notices, and one notice more."""
        reader = Reader("Reader", "en", "Asia/Tokyo")
        line = Hears(Receivers.PERSON, TEMPLATE, channels=("inbox",))

        def inbox(session: Session, person: int) -> None:
            page = notices(
                session, person_id=person, reader=reader, unread=False, kind="", after=None
            )
            assert page.rows

        def count(session: Session, person: int) -> None:
            assert session.scalar(_UNREAD, {"person": person})

        def add(session: Session, person: int) -> None:
            now = clock.now()
            key = f"added {now.isoformat()}"
            assert notify(session, [person], line, key=key, data=DATA, due_at=now, now=now)

        for name, read in (("unread count", count), ("page of the inbox", inbox), ("add", add)):
            took = []
            with transaction(self.engine) as session:
                for person in people[:READINGS]:
                    start = time.perf_counter()
                    read(session, person)
                    took.append((time.perf_counter() - start) * 1000)
            _line(name, took)


def _people(engine: Engine) -> list[int]:
    now = clock.now()
    rows = [
        {
            "email": f"p{n}@hoshino.example", "family_name": f"P{n}", "given_name": "",
            "department": "", "skills": [], "created_at": now, "version": 1,
        }
        for n in range(PEOPLE)
    ]  # fmt: skip
    with transaction(engine) as session:
        session.execute(Person.__table__.insert(), rows)
        return list(session.scalars(select(Person.id).order_by(Person.id)))


def _remember(engine: Engine, past: int) -> None:
    """Write the past in one statement: a message of each kind in turn, to everybody in turn."""
    now = clock.now()
    with transaction(engine) as session:
        session.execute(
            Delivery.__table__.insert(),
            [
                {
                    "key": f"pattern {n}", "person_id": 1, "channel": channel, "state": state,
                    "template": TEMPLATE, "data": DATA, "due_at": now, "created_at": now,
                    "sent_at": now, "attempts": 1, "urgent": False, "subject": "Due soon",
                    "body": "Customer interviews are due soon. " * 8,
                }
                for n, (channel, state) in enumerate(_hundred())
            ],
        )  # fmt: skip
        names = [c.name for c in Delivery.__table__.c if c.name not in {"id", "key", "person_id"}]
        columns = ", ".join(f'"{name}"' for name in names)
        session.execute(
            text(
                f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :last) "  # noqa: S608 - our columns
                f"INSERT INTO delivery (key, person_id, {columns}) "
                f"SELECT 'past ' || n.i, 1 + (n.i / 100 + n.i) % {PEOPLE}, {columns} "
                f"FROM n JOIN delivery d ON d.key = 'pattern ' || (n.i % 100)"
            ),
            {"last": past - 1},
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.name == "postgresql" else "ANALYZE"))


def _hundred() -> Iterator[tuple[str, str]]:
    for times, channel, state in PAST:
        yield from [(channel, state)] * times


@contextmanager
def _timed_claims(engine: Engine) -> Iterator[list[float]]:
    """Yield a list that grows by the milliseconds of each claim."""
    took: list[float] = []
    begun = 0.0

    def before(*_: Any) -> None:
        nonlocal begun
        begun = time.perf_counter()

    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE delivery SET") and "RETURNING" in statement:
            took.append((time.perf_counter() - begun) * 1000)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield took
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def _line(name: str, took: list[float]) -> bool:
    """Print one measure; say whether it is too slow."""
    took.sort()
    median, late = statistics.median(took), took[int(len(took) * 0.95)]
    slow = median > LIMIT
    print(
        f"{name:32} median {median:6.2f} ms, 95 % within {late:6.2f} ms, worst {took[-1]:7.2f} ms"
        f" of {len(took)}" + ("  too slow" if slow else ""),
        flush=True,
    )
    return slow


if __name__ == "__main__":
    raise SystemExit(main())

"""A simulated quarter of reminders for 2,000 people in eight countries, through the real jobs.

    python -m benchmarks.soak [--database sqlite|postgresql] [--people 2000] [--ideas 1750]

Each hour of October to December 2026, and ten days after it, the jobs run as the timetable runs
them, by a moved clock: clocks change in four of the countries, Christmas and the year's end come.
Meanwhile things are done, get other dates or are paused, people are away, choose another channel
or none. The mail server is down for two hours four times and refuses one message in fifty at
first; a job dies in the middle once in sixty runs, and another scheduler takes over.

What should have been heard is worked out from the plan of the quarter and the rule of the ladder
alone, and compared with what was told. Ends with 1 when anything was lost or told twice, when
fewer than 20,000 reminders went out, or when memory grew in the second half.
"""

import argparse
import logging
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.parser import BytesHeaderParser
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from accelerator import clock, logs
from accelerator.calendars import calendar_of
from accelerator.config import from_env
from accelerator.domain.ladder import DEFAULTS, Receiver, reminder_for
from accelerator.domain.notices import Kind
from accelerator.domain.workdays import Calendar, next_working_morning
from accelerator.jobs import lease
from accelerator.jobs.lease import Shift
from accelerator.jobs.run import transaction
from accelerator.jobs.timetable import JOBS, Job, Timetable
from accelerator.standing.dues import notice_key, owed
from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import upgrade
from accelerator.storage.tables import Delivery
from benchmarks import databases, processes
from benchmarks.quarter import BEGIN, DAY, HOUR, Item, Quarter, Somebody, make
from tests.mail import free_port

DAYS = 102
END = BEGIN + DAYS * DAY
WORK = ("remind", "daily", "weekly", "deliver")
LEAST, GROWTH = 20_000, 16.0  # reminders; MiB
BURST, PLANNING = datetime(2026, 10, 14, 9, tzinfo=UTC), 5.0  # seconds of CPU for so many
OUTAGES = tuple(BEGIN + timedelta(days=days, hours=hours) for days, hours in (
    (12, 0), (33, 8), (54, 1), (75, 7),
))  # fmt: skip
DEATHS, GREY = 1 / 60, 1 / 50


class Died(BaseException):
    """The process came to a sudden end."""


class Box:
    """A mail server's other side: what it took, by message and by receiver."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.draw = random.Random(50)
        self.seen: set[str] = set()
        self.refused = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        head = BytesHeaderParser(policy=default).parsebytes(envelope.content)
        name = str(head["Message-ID"])
        if name not in self.seen:
            self.seen.add(name)
            if self.draw.random() < GREY:
                self.refused += 1
                return "451 4.7.1 greylisted, come again"
        self.taken[name] += 1
        return "250 taken"


@dataclass
class Figures:
    """What the soak counts while it runs."""

    cpu: Counter[str] = field(default_factory=Counter)
    worst: dict[str, float] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    deaths: int = 0


def main() -> int:
    """Run the quarter on one or both databases; say whether all held."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--ideas", type=int, default=1_750)
    wanted = parser.parse_args()
    logs.configure(level=logging.ERROR)
    good = True
    for kind in (wanted.database,) if wanted.database else ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory(prefix="soak-") as folder,
            databases.empty(kind, Path(folder)) as urls,
        ):
            good &= Soak(kind, next(urls), Path(folder)).run(wanted.people, wanted.ideas)
            good &= Soak(kind, next(urls), Path(folder)).burst(wanted.people, wanted.ideas * 2)
    return 0 if good else 1


class Soak:
    """One quarter on one database."""

    def __init__(self, kind: str, url: str, folder: Path) -> None:
        self.kind, self.engine = kind, make_engine(url)
        self.port = free_port()
        self.config = from_env(
            {"ACCELERATOR_DATABASE_URL": url, "ACCELERATOR_INSTANCE": str(folder),
             "ACCELERATOR_MAIL_URL": f"smtp://127.0.0.1:{self.port}?timeout=5"}
        )  # fmt: skip
        self.draw = random.Random(7)
        self.box = Box()
        self.figures = Figures()
        self.jobs = tuple(job for name in WORK for job in JOBS if job.name == name)
        self.tables = [Timetable(self.engine, self.config, self.jobs) for _ in range(2)]
        self.now = BEGIN
        self.mail: Controller | None = None

    def run(self, people: int, ideas: int) -> bool:
        """Let the quarter pass, then compare what was told with what was to be told."""
        upgrade(self.engine)
        quarter = make(self.engine, people, ideas)
        print(
            f"\n{self.kind}: {people:,} people, {ideas:,} ideas, {len(quarter.items):,} things due"
        )
        start = time.perf_counter()
        with clock.told_by(lambda: self.now):
            self._pass(quarter)
        print(f"{DAYS} days in {time.perf_counter() - start:.0f} s")
        with clock.told_by(lambda: END):
            return Ledger(self, quarter).judge()

    def burst(self, people: int, ideas: int) -> bool:
        """Let everything be due on one day; say whether planning all of it stays cheap."""
        upgrade(self.engine)
        make(self.engine, people, ideas, all_on=BURST.date())
        self.now = BURST
        remind = next(job for job in JOBS if job.name == "remind")
        with clock.told_by(lambda: self.now):
            table = self.tables[0]
            table.renew()
            assert table.hold is not None
            shift = Shift(self.engine, self.config, table.hold)
            with shift.reading() as session:
                begun = time.process_time()
                due = len(owed(session, self.now))
                planned = time.process_time() - begun
            begun = time.process_time()
            remind.work(shift)
            written = time.process_time() - begun
        print(
            f"{due:,} reminders due at one moment: planned in {planned:.1f} s CPU,"
            f" planned and written down in {written:.1f} s"
        )
        return planned <= PLANNING * due / LEAST

    def _pass(self, quarter: Quarter) -> None:
        to_come = iter([*quarter.happens, (END + 1000 * DAY, None)])
        next_one = next(to_come)
        for hour in range(DAYS * 24):
            self.now = BEGIN + hour * HOUR
            happens = []
            while next_one[0] <= self.now:
                happens.append(next_one[1])
                next_one = next(to_come)
            if happens:
                with transaction(self.engine) as session:
                    for statement in happens:
                        session.execute(statement)
            self._serve()
            self._work()
            if hour % (24 * 7) == 0:
                self.figures.memory.append(processes.memory(os.getpid()) / processes.MIB)
        self._serve(down=True)

    def _serve(self, *, down: bool = False) -> None:
        """Start or stop the mail server."""
        down = down or any(out <= self.now < out + 2 * HOUR for out in OUTAGES)
        if down and self.mail is not None:
            self.mail.stop()
            self.mail = None
        elif not down and self.mail is None:
            self.mail = Controller(self.box, hostname="127.0.0.1", port=self.port)
            self.mail.start()

    def _work(self) -> None:
        """Run the jobs of this hour; who dies is followed by another once the lease has lapsed."""
        self.draw.shuffle(self.tables)
        for job in self.jobs:
            begun = time.process_time()
            if job.name != "deliver" and self.draw.random() < DEATHS:
                with suppress(Died), _dying(self.engine, self.draw.randrange(4, 14)):
                    self._tick(job)
                self.figures.deaths += 1
                self.tables.reverse()
            self._tick(job)
            used = time.process_time() - begun
            self.figures.cpu[job.name] += used
            self.figures.worst[job.name] = max(self.figures.worst.get(job.name, 0), used)

    def _tick(self, job: Job) -> None:
        table = self.tables[0]
        try:
            table.renew()
            assert table.hold is not None
            table.tick(job)
        finally:
            self.now += 2 * lease.LENGTH


@contextmanager
def _dying(engine: Engine, statements: int) -> Iterator[None]:
    """Let the process die before its n-th statement."""
    left = statements

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Died

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


class Ledger:
    """What was to be told, what was told, and how the two differ."""

    def __init__(self, soak: Soak, quarter: Quarter) -> None:
        self.soak, self.quarter = soak, quarter
        self.items = {(item.kind, item.id): item for item in quarter.items}

    def judge(self) -> bool:
        """Print the figures; say whether they are as promised."""
        figures, box = self.soak.figures, self.soak.box
        expected = self._expected()
        with Session(self.soak.engine) as session:
            rows = session.execute(
                select(
                    Delivery.id, Delivery.key, Delivery.channel, Delivery.state, Delivery.person_id,
                    Delivery.template, Delivery.data, Delivery.message_id, Delivery.carried_by_id,
                    Delivery.created_at, Delivery.sent_at, Delivery.last_error,
                )
            ).all()  # fmt: skip
        heard = [row for row in rows if row.template == "reminder" and row.channel == "inbox"]
        behalf = {row.key for row in heard if "for_id" in row.data["line"]}
        told = {row.key for row in heard} - behalf
        unheard, untold = expected - told, told - expected
        untold |= {row.key for row in heard if row.key in behalf and not self._may_stand_in(row)}
        by_id = {row.id: row for row in rows}
        mailed = [row for row in rows if row.template == "reminder" and row.channel != "inbox"]
        carried = [row for row in mailed if self._arrived(row, by_id)]
        kept_back = [row for row in mailed if row.state == "cancelled"]
        known = {row.id for row in carried}
        stuck = [row for row in mailed if row.id not in known and row.state != "cancelled"]
        wrongly = [row for row in kept_back if not self._over(row)]
        mails = {row.carried_by_id or row.id for row in carried}
        again = sum(times - 1 for times in box.taken.values())
        same_day = self._same_day(rows)
        lost = len(unheard) + len(stuck) + len(wrongly)
        memory = figures.memory
        growth = memory[-1] - memory[len(memory) // 2]
        off = sum(row.state == "cancelled" for row in rows if row.channel == "inbox")
        quiet = len(heard) - off - len(mailed)
        runs = (f"{n} {used:.1f} (worst {figures.worst[n]:.2f})" for n, used in figures.cpu.items())
        print(
            f"reminders: to be told {len(expected):,}, told {len(told):,},"
            f" and {len(behalf):,} to those who stand in for others\n"
            f"merged: {len(carried):,} came by mail in {len(mails):,} messages\n"
            f"suppressed: {len(kept_back):,} done, moved or paused meanwhile; as people chose,"
            f" {off:,} not at all and {quiet:,} without mail\n"
            f"duplicates: {again} messages, {same_day} second messages of a day,"
            f" {len(untold)} reminders that nobody was to hear\n"
            f"lost {lost}: {len(unheard)} never told, {len(stuck)} never carried,"
            f" {len(wrongly)} wrongly dropped\n"
            f"mail server: {sum(box.taken.values()):,} taken, {box.refused:,} refused at first,"
            f" {len(OUTAGES)} times two hours down; jobs that died: {figures.deaths}\n"
            f"CPU {sum(figures.cpu.values()):.0f} s: {', '.join(runs)}\n"
            f"memory by weeks, MiB: {' '.join(f'{one:.0f}' for one in memory)};"
            f" {growth:.1f} more in the second half",
            flush=True,
        )
        self._show(unheard, untold, stuck, wrongly)
        good = not (lost or again or untold or same_day) and growth <= GROWTH
        return good and len(heard) >= LEAST

    def _expected(self) -> set[str]:
        """Work out every key from the plan alone: asked each morning, and after each change."""
        keys: set[str] = set()
        for item in self.quarter.items:
            for person in {one for held in item.people.values() for one in held}:
                keys |= self._of(item, self.quarter.people[person])
        return keys

    def _of(self, item: Item, person: Somebody) -> set[str]:
        found = set()
        steps = DEFAULTS[Kind(item.kind)].steps
        for now in self._asked(item, person):
            today = now.astimezone(person.zone).date()
            calendar = _calendar(person.country, today.year, person.away)
            asleep = next_working_morning(now, person.zone, calendar) > now
            if now >= END or asleep or item.paused(now):
                continue
            reminder = reminder_for(item.due(now), person.id, today, calendar, steps)
            if reminder is not None:
                found.add(notice_key(reminder))
        return found

    @staticmethod
    def _asked(item: Item, person: Somebody) -> Iterator[datetime]:
        """Yield the full hours at which something new can come up for somebody."""
        day = max(BEGIN.date(), min(due for _, due in item.dates) - 16 * DAY)
        last = min(item.done_at or END, END).astimezone(person.zone).date()
        while day <= last:
            morning = datetime(day.year, day.month, day.day, 8, tzinfo=person.zone)
            yield _full_hour(morning.astimezone(UTC))
            day += DAY
        for turn in item.turns:
            if turn >= BEGIN:
                yield _full_hour(turn)

    def _arrived(self, row: Any, by_id: dict[int, Any]) -> bool:
        """Say whether a reminder's mail, or the day's one that carried it, reached its receiver."""
        mail = by_id.get(row.carried_by_id, row)
        return mail.state == "sent" and mail.message_id in self.soak.box.taken

    def _over(self, row: Any) -> bool:
        """Say whether what was dropped was done, moved or paused soon after it was written down."""
        line = row.data["line"]
        item = self.items[line["kind"], line["subject_id"]]
        return any(row.created_at - HOUR <= turn <= row.created_at + 7 * DAY for turn in item.turns)

    def _may_stand_in(self, row: Any) -> bool:
        """Say whether somebody of the team, or a manager, hears while the other one is away."""
        line = row.data["line"]
        item = self.items[line["kind"], line["subject_id"]]
        may = {*self.quarter.teams[item.idea], *item.people[Receiver.MANAGER]}
        on = date.fromisoformat(line["on"])
        away = any(
            first - DAY <= on <= last + DAY
            for first, last in self.quarter.people[line["for_id"]].away
        )
        return away and row.person_id in may

    def _same_day(self, rows: list[Any]) -> int:
        """Count second daily messages that left on one day of their receiver."""
        people = self.quarter.people
        days = Counter(
            (row.person_id, row.sent_at.astimezone(people[row.person_id].zone).date())
            for row in rows
            if row.template == "daily" and row.state == "sent"
        )
        return sum(times - 1 for times in days.values())

    def _show(self, *wrong: Any) -> None:
        """Print the first of what is wrong."""
        for listed in wrong:
            for one in sorted(listed, key=str)[:5]:
                print("  ", one if isinstance(one, str) else one._asdict())


@cache
def _calendar(country: str, year: int, away: tuple[tuple[Any, Any], ...]) -> Calendar:
    usual = calendar_of(country, year)
    free = {first + n * DAY for first, last in away for n in range((last - first).days + 1)}
    return Calendar(usual.holidays | free, usual.weekend)


def _full_hour(moment: datetime) -> datetime:
    """Return the moment at which the jobs see it: the next full hour, or this one."""
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole if whole == moment else whole + HOUR


if __name__ == "__main__":
    raise SystemExit(main())

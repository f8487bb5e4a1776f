"""Three months of a company for the soak: people of many countries, what is due, how it ends.

Everything that will happen is drawn before it begins, so that the soak can say by itself who should
have heard what and when, and compares that with what the jobs did.
"""

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, text, update
from sqlalchemy.orm import Session

from accelerator.domain.ladder import Due, Receiver
from accelerator.domain.policy import Role
from accelerator.jobs.run import transaction
from accelerator.storage.tables import (
    Absence,
    Assignment,
    Cohort,
    Idea,
    Membership,
    Milestone,
    Passage,
    Person,
    Preference,
    Programme,
    Stage,
    TeamMember,
)

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
PLACES = (
    ("JP", "Asia/Tokyo", 45), ("GB", "Europe/London", 15), ("DE", "Europe/Berlin", 13),
    ("US", "America/New_York", 9), ("BR", "America/Sao_Paulo", 7), ("IN", "Asia/Kolkata", 5),
    ("AU", "Australia/Lord_Howe", 3), ("WS", "Pacific/Apia", 3),
)  # fmt: skip
HOMES = PLACES[:5]  # each has a programme with a cohort of its own
MANAGERS = 5  # of each programme
IDEA_MILESTONES, IDEA_REVIEWS = 4, 3
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Somebody:
    """A person as far as it matters when and how they hear."""

    id: int
    country: str
    zone: ZoneInfo
    away: tuple[tuple[date, date], ...] = ()
    choices: dict[str, str] = field(default_factory=dict)


@dataclass
class Item:
    """Something due, and its whole course: new dates, the day it is done, pauses of its idea."""

    kind: str
    id: int
    idea: int
    zone: ZoneInfo  # of its cohort
    people: dict[Receiver, tuple[int, ...]]
    dates: list[tuple[datetime, date]]
    done_at: datetime | None
    pauses: list[tuple[datetime, date]] = field(default_factory=list)

    def due(self, now: datetime) -> Due:
        """Return what is due as it stands at a moment."""
        set_at, due_on = self.dates[bisect_right(self.dates, (now, date.max)) - 1]
        done = self.done_at is not None and self.done_at <= now
        promised = set_at.astimezone(self.zone).date()
        return Due(self.kind, self.id, due_on, promised, done, self.people)

    def paused(self, now: datetime) -> bool:
        """Say whether its idea's reminders stand still, by the clock of its cohort."""
        today = now.astimezone(self.zone).date()
        return any(at <= now and today < until for at, until in self.pauses)

    @property
    def turns(self) -> list[datetime]:
        """Return the moments at which something about it changes."""
        found = [at for at, _ in (*self.dates, *self.pauses)]
        found += [
            datetime.combine(until, datetime.min.time(), self.zone).astimezone(UTC)
            for _, until in self.pauses
        ]
        return sorted(found + ([self.done_at] if self.done_at else []))


@dataclass
class Quarter:
    """Who there is, what is due, and what will happen, in order."""

    people: dict[int, Somebody]
    items: list[Item]
    happens: list[tuple[datetime, Any]]
    teams: dict[int, tuple[int, int]]


def make(engine: Engine, people: int, ideas: int, *, all_on: date | None = None) -> Quarter:
    """Fill an empty, migrated database and return what is to come; `all_on` one day, if given."""
    maker = _Maker(random.Random(2026), people, ideas, all_on)
    with transaction(engine) as session:
        maker.write(session)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.name == "postgresql" else "ANALYZE"))
    happens = sorted(maker.happens, key=lambda one: one[0])
    return Quarter(maker.people, maker.items, happens, maker.teams)


class _Maker:
    def __init__(self, draw: random.Random, people: int, ideas: int, all_on: date | None) -> None:
        self.draw, self.all_on = draw, all_on
        self.items: list[Item] = []
        self.happens: list[tuple[datetime, Any]] = []
        self.teams: dict[int, tuple[int, int]] = {}
        self.rows: dict[type[Any], list[dict[str, Any]]] = {
            table: []
            for table in (
                Person, Absence, Preference, Programme, Membership, Stage, Cohort, Idea, Passage,
                TeamMember, Milestone, Assignment,
            )
        }  # fmt: skip
        self.people = {one.id: one for one in self._people(people)}
        self.managers = {home: self._of(home, MANAGERS) for home in range(1, len(HOMES) + 1)}
        for home, (country, zone, _) in enumerate(HOMES, start=1):
            self._programme(home, country, zone)
        for n in range(1, ideas + 1):
            self._idea(n)
        self._stand_ins()

    def write(self, session: Session) -> None:
        for table, rows in self.rows.items():
            if rows:
                session.execute(insert(table.__table__), rows)
        if session.get_bind().dialect.name == "postgresql":
            for table in ("person", "programme", "stage", "cohort", "idea", "passage"):
                session.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608
                        f"(SELECT max(id) FROM {table}))"
                    )
                )

    def _people(self, count: int) -> Iterator[Somebody]:
        draw = self.draw
        places = [place for place in PLACES for _ in range(place[2])]
        for n in range(1, count + 1):
            country, zone, _ = places[n % len(places)]
            self.rows[Person].append(
                {
                    "id": n, "email": f"p{n}@hoshino.example", "family_name": f"Person {n}",
                    "given_name": "", "department": "", "skills": [], "country": country,
                    "language": "ja" if country == "JP" else "en", "time_zone": zone,
                    "created_at": BEGIN, "version": 1,
                }
            )  # fmt: skip
            away = []
            if draw.random() < 0.3:
                first = FIRST + draw.randrange(85) * DAY
                away.append((first, first + draw.randrange(1, 14) * DAY))
                self.rows[Absence].append(
                    {
                        "person_id": n, "first_on": away[0][0], "last_on": away[0][1],
                        "stand_in_id": None, "made_at": BEGIN,
                    }
                )  # fmt: skip
            choices = {}
            for kind, choice in (("milestone", "off"), ("milestone", "inbox"), ("review", "mail")):
                if kind not in choices and draw.random() < 0.04:
                    choices[kind] = choice
                    self.rows[Preference].append({"person_id": n, "kind": kind, "choice": choice})
            yield Somebody(n, country, ZoneInfo(zone), tuple(away), choices)

    def _stand_ins(self) -> None:
        """Every second one who is away and in a team is stood in for by the other one of it."""
        others = {a: b for team in self.teams.values() for a, b in (team, team[::-1])}
        for row in self.rows[Absence][::2]:
            row["stand_in_id"] = others.get(row["person_id"])

    def _of(self, home: int, count: int) -> tuple[int, ...]:
        country = HOMES[home - 1][0]
        return tuple(
            self.draw.sample([p.id for p in self.people.values() if p.country == country], count)
        )

    def _programme(self, n: int, country: str, zone: str) -> None:
        name = {"name_ja": f"第{n}計画", "name_en": f"Programme {n}"}
        self.rows[Programme].append(
            {
                "id": n, "key": f"p{n}", **name, "summary_ja": "", "summary_en": "",
                "languages": ["ja", "en"], "created_at": BEGIN, "version": 1,
            }
        )  # fmt: skip
        self.rows[Membership] += [
            {"programme_id": n, "person_id": person, "role": Role.MANAGER}
            for person in self.managers[n]
        ]
        self.rows[Stage].append(
            {
                "id": n, "programme_id": n, "position": 1, "key": "spark", **name,
                "purpose_ja": "", "purpose_en": "", "time_box_days": 60, "promise_days": 10,
                "reviews_per_idea": 3, "version": 1,
            }
        )  # fmt: skip
        self.rows[Cohort].append(
            {
                "id": n, "programme_id": n, "code": f"Q{n}", **name,
                "intake_opens_on": FIRST - 60 * DAY, "intake_closes_on": FIRST - 30 * DAY,
                "capacity": 1000, "time_zone": zone, "country": country, "created_at": BEGIN,
                "version": 1,
            }
        )  # fmt: skip

    def _idea(self, n: int) -> None:
        """Two of three ideas are at work with milestones; the others wait at the gate."""
        draw, home = self.draw, 1 + n % len(HOMES)
        zone = ZoneInfo(HOMES[home - 1][1])
        owner, mate, *reviewers = draw.sample(range(1, len(self.people) + 1), 2 + IDEA_REVIEWS)
        self.teams[n] = owner, mate
        waits = n % 3 == 0
        promise = self._day()
        at = BEGIN - timedelta(days=draw.randrange(3, 40), hours=draw.randrange(24))
        self.rows[Idea].append(
            {
                "id": n, "code": f"Q{home}-{n:04d}", "cohort_id": home, "owner_id": owner,
                "language": "en", "title_ja": "", "title_en": f"Idea {n}", "summary_ja": "",
                "summary_en": "", "state": "active", "passage_id": n, "audience": "team",
                "active_at": BEGIN + 80 * DAY, "created_at": at, "updated_at": at, "version": 1,
            }
        )  # fmt: skip
        self.rows[Passage].append(
            {
                "id": n, "idea_id": n, "cohort_id": home, "stage_id": home, "number": 1,
                "state": "handed_in" if waits else "open", "entered_at": at, "hand_in_by": LAST,
                "handed_in_at": at if waits else None, "promise_on": promise if waits else None,
            }
        )  # fmt: skip
        self.rows[TeamMember] += [
            {
                "idea_id": n, "person_id": person, "role": role, "state": "accepted",
                "invited_at": at, "answered_at": at,
            }
            for person, role in ((owner, "lead"), (mate, "member"))
        ]  # fmt: skip
        pauses = []
        if draw.random() < 0.04:
            paused = _moment(draw, self._day())
            pauses.append((paused, paused.date() + draw.randrange(7, 30) * DAY))
            self._then(paused, Idea, n, reminders_paused_until=pauses[0][1])
        managers = self.managers[home]
        if not waits:
            for _ in range(IDEA_MILESTONES):
                self._milestone(n, zone, draw.choice((owner, mate)), owner, managers, at, pauses)
            return
        kept_at = self._promise(n, zone, owner, managers, promise, at, pauses)
        # Managers in the team learn nothing about its reviewers.
        others = tuple(one for one in managers if one not in (owner, mate))
        for reviewer in reviewers:
            self._review(n, zone, reviewer, others, promise - 7 * DAY, kept_at, at, pauses)

    def _milestone(
        self, idea: int, zone: ZoneInfo, owner: int, lead: int, managers: tuple[int, ...],
        at: datetime, pauses: list[tuple[datetime, date]],
    ) -> None:  # fmt: skip
        draw, due_on, n = self.draw, self._day(), len(self.rows[Milestone]) + 1
        self.rows[Milestone].append(
            {
                "id": n, "idea_id": idea, "passage_id": idea, "name_ja": "", "name_en": f"M {n}",
                "wanted_ja": "", "wanted_en": "", "owner_id": owner, "due_on": due_on,
                "due_set_at": at, "state": "open", "evidence": "", "version": 1,
            }
        )  # fmt: skip
        dates = [(at, due_on)]
        if draw.random() < 0.1:
            moved = _moment(draw, due_on + draw.randrange(-5, 3) * DAY)
            if moved > BEGIN:
                due_on += draw.randrange(7, 21) * DAY
                dates.append((moved, due_on))
                self._then(moved, Milestone, n, due_on=due_on, due_set_at=moved)
        done_at = _done(draw, due_on, dates[-1][0])
        if done_at is not None:
            self._then(done_at, Milestone, n, state="done", done_at=done_at)
        people = {Receiver.OWNER: (owner,), Receiver.LEAD: (lead,), Receiver.MANAGER: managers}
        self.items.append(Item("milestone", n, idea, zone, people, dates, done_at, pauses))

    def _review(
        self, idea: int, zone: ZoneInfo, reviewer: int, managers: tuple[int, ...], due_on: date,
        kept_at: datetime | None, at: datetime, pauses: list[tuple[datetime, date]],
    ) -> None:  # fmt: skip
        """A review ends with the promise of its idea, at the latest."""
        n = len(self.rows[Assignment]) + 1
        self.rows[Assignment].append(
            {
                "id": n, "idea_id": idea, "passage_id": idea, "reviewer_id": reviewer,
                "state": "assigned", "due_on": due_on, "decline_note": "", "assigned_at": at,
                "assigned_by_id": managers[0],
            }
        )  # fmt: skip
        done_at = _done(self.draw, due_on, at)
        if done_at is not None and (kept_at is None or done_at < kept_at):
            self._then(done_at, Assignment, n, state="submitted", answered_at=done_at)
        over = min((one for one in (done_at, kept_at) if one), default=None)
        people = {Receiver.OWNER: (reviewer,), Receiver.MANAGER: managers}
        self.items.append(Item("review", n, idea, zone, people, [(at, due_on)], over, pauses))

    def _promise(
        self, n: int, zone: ZoneInfo, lead: int, managers: tuple[int, ...], promise: date,
        at: datetime, pauses: list[tuple[datetime, date]],
    ) -> datetime | None:  # fmt: skip
        done_at = _done(self.draw, promise, at)
        if done_at is not None:
            self._then(done_at, Passage, n, state="left", left_at=done_at)
        people = {Receiver.LEAD: (lead,), Receiver.MANAGER: managers}
        self.items.append(Item("gate", n, n, zone, people, [(at, promise)], done_at, pauses))
        return done_at

    def _day(self) -> date:
        return self.all_on or FIRST + self.draw.randrange((LAST - FIRST).days + 1) * DAY

    def _then(self, at: datetime, table: type[Any], row: int, **values: Any) -> None:
        self.happens.append((at, update(table).where(table.id == row).values(values)))


def _moment(draw: random.Random, day: date) -> datetime:
    """Return a moment of a day, never on the hour, when the jobs wake up."""
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(
        minutes=60 * draw.randrange(24) + draw.randrange(1, 60)
    )


def _done(draw: random.Random, due_on: date, begun: datetime) -> datetime | None:
    """Draw when something is done: mostly in time, at times late, at times never."""
    luck = draw.random()
    if luck > 0.95:
        return None
    late = draw.randrange(-12, 1) if luck < 0.6 else draw.randrange(1, 15 if luck < 0.85 else 40)
    return max(_moment(draw, due_on + late * DAY), begun + HOUR)

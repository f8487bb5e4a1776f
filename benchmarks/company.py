"""A company of any size, written table by table: one programme, one cohort, three reviews an idea.

What is written is what the services would have left behind, events and messages included, so that
no page is measured on an emptier database than it will meet. Three of four ideas were decided, as
in a programme that has run for years.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor, Role
from accelerator.features.people.service.hashing import hash_of
from accelerator.features.programmes.service import create_from_template
from accelerator.jobs.run import transaction
from accelerator.storage import search
from accelerator.storage.tables import (
    Answer,
    Assignment,
    Cohort,
    CohortStage,
    Criterion,
    Decision,
    Delivery,
    Event,
    Idea,
    Membership,
    Passage,
    Person,
    Programme,
    Question,
    Review,
    Stage,
    TeamMember,
    Version,
)
from benchmarks.words import MATURITIES, comment, paragraph, title

REVIEWERS = 500
REVIEWS = 3
QUEUE = 100  # ideas of the measured reviewer, whatever the size
OPEN_REVIEWS = 80  # of them still to be written
CODE = "B27"
PASSWORD = "a long enough password"  # noqa: S105 - of a database that is thrown away
MANAGER, REVIEWER, OWNER = (
    "manager@hoshino.example",
    "reviewer0@hoshino.example",
    "owner0@hoshino.example",
)
EVENTS = 12  # at most, of one idea
AT_ONCE = 500

_P, _I = Person.__table__, Idea.__table__


@dataclass
class Company:
    """What was made, as far as the measuring needs it."""

    ideas: int
    open_codes: list[str]
    word: str = "電池"


def make(
    engine: Engine, ideas: int, now: datetime | None = None, *, all_wait: bool = False
) -> Company:
    """Fill an empty, migrated database; with `all_wait` nothing is decided yet."""
    maker = _Maker(now or datetime.now(UTC), ideas, all_wait=all_wait)
    with transaction(engine) as session:
        maker.run(session)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.name == "postgresql" else "ANALYZE"))
    return Company(ideas, maker.open_codes)


class _Maker:
    def __init__(self, now: datetime, ideas: int, *, all_wait: bool) -> None:
        self.now, self.ideas, self.all_wait = now, ideas, all_wait
        self.today: date = now.date()
        self.draw = random.Random(20261123)
        self.owners = max(200, ideas // 4)
        self.open_codes: list[str] = []

    def run(self, session: Session) -> None:
        self._people(session)
        programme = create_from_template(
            session, actor=Actor(id=1, display_name="Manager"), template="technology_accelerator",
            key="bench", name=Bilingual(), now=self.now,
        )  # fmt: skip
        self._roles(session, programme)
        stage = self._cohort(session, programme)
        self._ideas(session, programme, stage)

    def _people(self, session: Session) -> None:
        names = [("manager", "admin")] + [(f"reviewer{n}", "") for n in range(REVIEWERS)]
        names += [(f"owner{n}", "") for n in range(self.owners)]
        password = hash_of(PASSWORD)
        rows = [
            {
                "id": n, "email": f"{name}@hoshino.example", "family_name": name.capitalize(),
                "given_name": "Test", "family_reading": "", "given_reading": "",
                "department": f"department {n}", "skills": ["sintering", "patents"],
                "language": "en" if n % 2 else "ja", "time_zone": "Asia/Tokyo", "country": "JP",
                "theme": "auto", "single_keys": True, "is_admin": False, "is_guest": False,
                "password_hash": password if n in (1, 2, REVIEWERS + 2) else None,
                "created_at": self.now, "version": 1,
            }
            for n, (name, _) in enumerate(names, start=1)
        ]  # fmt: skip
        _add(session, Person, rows)
        _past_ids(session, "person")

    def _roles(self, session: Session, programme: Programme) -> None:
        reviewers = range(2, REVIEWERS + 2)
        _add(
            session,
            Membership,
            [
                {"programme_id": programme.id, "person_id": person, "role": Role.REVIEWER}
                for person in reviewers
            ],
        )

    def _cohort(self, session: Session, programme: Programme) -> Stage:
        cohort = Cohort(
            id=1, programme_id=programme.id, code=CODE, name=Bilingual("2027年春期", "Spring 2027"),
            intake_opens_on=self.today - timedelta(days=40),
            intake_closes_on=self.today - timedelta(days=2), capacity=self.ideas,
            time_zone="Asia/Tokyo", country="JP", next_number=self.ideas + 1, created_at=self.now,
        )  # fmt: skip
        session.add(cohort)
        session.flush()
        _past_ids(session, "cohort")
        stages = session.scalars(
            select(Stage).where(Stage.programme_id == programme.id).order_by(Stage.position)
        ).all()
        for place, stage in enumerate(stages):
            due = self.today - timedelta(days=2 - 60 * place)
            session.add(
                CohortStage(
                    cohort_id=1, stage_id=stage.id, hand_in_by=due,
                    review_by=due + timedelta(days=10), gate_on=due + timedelta(days=14),
                )
            )  # fmt: skip
        session.flush()
        return stages[0]

    def _ideas(self, session: Session, programme: Programme, stage: Stage) -> None:
        questions = session.scalars(
            select(Question).where(Question.stage_id == stage.id).order_by(Question.position)
        ).all()
        criteria = session.scalars(
            select(Criterion).where(Criterion.stage_id == stage.id).order_by(Criterion.position)
        ).all()
        rows = _Rows(self, programme, stage, questions, criteria)
        for first in range(1, self.ideas + 1, AT_ONCE):
            rows.write(session, range(first, min(first + AT_ONCE, self.ideas + 1)))
        for table in (
            "idea",
            "passage",
            "version",
            "team_member",
            "answer",
            "assignment",
            "review",
            "decision",
            "event",
        ):
            _past_ids(session, table)


class _Rows:
    """The rows of ideas numbered from 1; an idea's passage and version have its own number."""

    def __init__(
        self, maker: _Maker, programme: Programme, stage: Stage, questions: Any, criteria: Any
    ) -> None:
        self.maker, self.draw, self.now = maker, maker.draw, maker.now
        self.programme, self.stage = programme, stage
        self.questions, self.criteria = questions, criteria
        self.weights = [criterion.weight for criterion in criteria]

    def write(self, session: Session, numbers: range) -> None:
        tables: dict[type[Any], list[dict[str, Any]]] = {
            table: []
            for table in (
                Idea, Passage, Version, TeamMember, Answer, Assignment, Review, Decision, Event,
                Delivery,
            )
        }  # fmt: skip
        words: dict[int, str] = {}
        for n in numbers:
            words[n] = self._idea(tables, n)
        for table, rows in tables.items():
            _add(session, table, rows)
        search.index_new(session, words)

    def _idea(self, tables: dict[type[Any], list[dict[str, Any]]], n: int) -> str:
        draw, language = self.draw, "ja" if n % 2 else "en"
        owner = REVIEWERS + 2 + n % self.maker.owners
        code = f"{CODE}-{n:04d}"
        at = self.now - timedelta(days=20) + timedelta(minutes=2 * n % 20_000)
        ended = "" if self._waits(n) else ("parked" if n % 8 == 1 else "stopped")
        named, summary = title(draw, language), paragraph(draw, language, 60)
        tables[Idea].append(
            {
                "id": n, "code": code, "cohort_id": 1, "owner_id": owner, "language": language,
                **_sides("title", language, named), **_sides("summary", language, summary),
                "state": ended or "active", "passage_id": n, "audience": "team",
                "withdrawn_reason": "",
                "readiness": None, "created_at": at, "updated_at": at, "version": 2,
            }
        )  # fmt: skip
        tables[Passage].append(
            {
                "id": n, "idea_id": n, "cohort_id": 1, "stage_id": self.stage.id, "number": 1,
                "state": "left" if ended else "handed_in", "entered_at": at, "handed_in_at": at,
                "left_at": at if ended else None,
                "outcome": {"parked": "park", "stopped": "stop"}.get(ended),
                "hand_in_by": self.maker.today, "promise_on": self.maker.today + timedelta(days=9),
            }
        )  # fmt: skip
        tables[TeamMember].append(
            {
                "idea_id": n, "person_id": owner, "role": "lead", "state": "accepted",
                "invited_at": at, "answered_at": at,
            }
        )  # fmt: skip
        answers = []
        for question in self.questions:
            written = question.kind in ("short", "long")
            said = paragraph(draw, language, question.word_limit) if written else ""
            value = None if written else draw.choice(MATURITIES)
            tables[Answer].append(
                {
                    "idea_id": n, "question_id": question.id, **_sides("text", language, said),
                    "value": value, "updated_by_id": owner, "updated_at": at, "version": 1,
                }
            )  # fmt: skip
            answers.append(
                {
                    "key": question.key, "kind": question.kind,
                    "label": question.label.as_dict(), "value": value,
                    "text": {"ja": "", "en": "", language: said},
                }
            )  # fmt: skip
        tables[Version].append(
            {
                "id": n, "idea_id": n, "passage_id": n, "number": 1, "created_by_id": owner,
                "created_at": at,
                "content": {
                    "language": language, "title": {"ja": "", "en": "", language: named},
                    "summary": {"ja": "", "en": "", language: summary}, "answers": answers,
                    "team": [{"person_id": owner, "name": "Test Owner", "role": "lead"}],
                    "attachments": [],
                },
            }
        )  # fmt: skip
        self._reviews(tables, n, at)
        self._told(tables, n, code, owner, at, language, named)
        return "\n".join([named, summary, *(a["text"][language] for a in answers)])

    def _reviews(self, tables: dict[type[Any], list[dict[str, Any]]], n: int, at: datetime) -> None:
        """Three reviewers each; some ideas wait for the measured one, whose number is 0."""
        for k, place in enumerate(self._panel(n)):
            number = n * REVIEWS + k
            is_open = place == 0 and len(self.maker.open_codes) < OPEN_REVIEWS
            if is_open:
                self.maker.open_codes.append(f"{CODE}-{n:04d}")
            tables[Assignment].append(
                {
                    "id": number, "idea_id": n, "passage_id": n, "reviewer_id": place + 2,
                    "state": "accepted" if is_open else "submitted",
                    "due_on": self.maker.today + timedelta(days=3), "decline_note": "",
                    "assigned_by_id": 1, "assigned_at": at, "answered_at": at,
                }
            )  # fmt: skip
            if is_open:
                continue
            draw = self.draw
            marks = [min(5, max(1, round(draw.gauss(3.2, 1.0)))) for _ in self.criteria]
            score = sum(m * w for m, w in zip(marks, self.weights, strict=True)) / sum(self.weights)
            language = draw.choice(("ja", "en"))
            tables[Review].append(
                {
                    "id": number, "assignment_id": number, "idea_version_id": n,
                    "marks": {c.key: m for c, m in zip(self.criteria, marks, strict=True)},
                    "score": score, "confidence": draw.randint(1, 3),
                    "recommendation": draw.choice(("advance", "rework", "park", "stop")),
                    "comment_to_team": comment(draw, language),
                    "note_to_manager": comment(draw, language)[:120] if draw.random() < 0.3 else "",
                    "saved_at": at, "submitted_at": at, "version": 2,
                }
            )  # fmt: skip

    def _waits(self, n: int) -> bool:
        """One idea in four still waits at its gate, and all of the measured reviewer's."""
        return self.maker.all_wait or n % 4 == 0 or 0 in self._panel(n)

    def _panel(self, n: int) -> list[int]:
        panel = [1 + (n * REVIEWS + k) % (REVIEWERS - 1) for k in range(REVIEWS)]
        return [0, *panel[1:]] if n % (self.maker.ideas // QUEUE) == 0 else panel

    def _told(
        self,
        tables: dict[type[Any], list[dict[str, Any]]],
        n: int,
        code: str,
        owner: int,
        at: datetime,
        language: str,
        named: str,
    ) -> None:
        """The events of an idea's way so far, and the messages they made."""
        about = {"code": code, "title": {"ja": "", "en": "", language: named}}
        data = about | {"path": f"/ideas/{code}", "person_id": None}
        arrived = data | {
            "stage": {"ja": "着想", "en": "Spark"},
            "promise_on": "2026-12-01",
            "version": 1,
        }
        kinds = ["IdeaStarted", "IdeaEdited", "IdeaSubmitted"]
        kinds += ["ReviewAccepted", "ReviewSubmitted"] * REVIEWS
        if not self._waits(n):
            kinds.append("DecisionAnnounced")
            tables[Decision].append(
                {
                    "id": n, "passage_id": n, "idea_id": n,
                    "outcome": "park" if n % 8 == 1 else "stop",
                    "reason": paragraph(self.draw, language, 40), "next_step": "",
                    "conditions": [], "would_change": "",
                    "revisit_on": self.maker.today + timedelta(days=90), "decided_by_id": 1,
                    "decided_at": at, "announced_at": at,
                }
            )  # fmt: skip
        tables[Event] += [
            {
                "id": n * EVENTS + place, "at": at, "kind": kind, "actor_id": owner,
                "programme_id": self.programme.id, "idea_id": n, "data": arrived,
                "subject": f"decision:{n}" if kind == "DecisionAnnounced" else "",
            }
            for place, kind in enumerate(kinds)
        ]  # fmt: skip
        reviewers = [place + 2 for place in self._panel(n)]
        told = [(owner, "idea_submitted", "inbox"), (owner, "idea_submitted", "mail")]
        told += [(1, "idea_arrived", "inbox")]
        told += [
            (r, "review_assigned", channel) for r in reviewers for channel in ("inbox", "mail")
        ]
        told += [(owner, "decision_announced", "inbox")] * (not self._waits(n))
        tables[Delivery] += [
            {
                "key": f"bench:{n}:{template}:{person}:{channel}", "person_id": person,
                "channel": channel, "template": template,
                "data": arrived
                if template != "review_assigned"
                else {"ideas": [about], "due_on": "2026-12-01", "stage": arrived["stage"],
                      "path": f"/ideas/{code}/review", "person_id": person},
                "event_id": n * EVENTS + len(kinds) - 1, "about": f"idea:{n}",
                "urgent": False, "state": "sent", "due_at": at,
                "created_at": at, "attempts": 1, "sent_at": at,
                "read_at": at if n % 50 else None, "last_error": "", "subject": "", "body": "",
            }
            for person, template, channel in told
        ]  # fmt: skip


def _sides(name: str, language: str, said: str) -> dict[str, str]:
    return {
        f"{name}_ja": said if language == "ja" else "",
        f"{name}_en": said if language == "en" else "",
    }


def _add(session: Session, table: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    listed = list(rows)
    if listed:
        session.execute(insert(table.__table__), listed)


def _past_ids(session: Session, table: str) -> None:
    """Let PostgreSQL count on from the ids that were given here."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608
                f"(SELECT max(id) FROM {table}))"
            )
        )


def numbered(ideas: int) -> Iterator[str]:
    """Yield codes of ideas, spread over all of them, for ever."""
    for n in count(1):
        yield f"{CODE}-{1 + n * 7919 % ideas:04d}"

"""A small company to test with: people, a programme of two stages, a cohort, ideas."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor, Role
from accelerator.jobs.run import transaction
from accelerator.storage import search
from accelerator.storage.tables import (
    Answer,
    Assignment,
    Cohort,
    CohortStage,
    Criterion,
    Idea,
    Membership,
    MilestoneTemplate,
    Passage,
    Person,
    Programme,
    Question,
    SignIn,
    Stage,
    TeamMember,
    Version,
)
from accelerator.web.identity import actor_of, token_hash
from tests.checking import CheckingClient

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
_numbers = count(5001)  # out of the way of the numbers a cohort gives itself


@dataclass
class World:
    """Makes rows directly, so that a test starts where its own subject begins."""

    engine: Engine
    app: Flask
    people: dict[str, int] = field(default_factory=dict)
    programme_id: int = 0
    cohort_id: int = 0
    stage_ids: list[int] = field(default_factory=list)
    cohort_code: str = "S27"
    programme_key: str = "spark"

    @contextmanager
    def session(self) -> Iterator[Session]:
        with transaction(self.engine) as session:
            yield session

    def person(self, name: str, **values: Any) -> int:
        """Add a person; the name is the key of `people` and the local part of the address."""
        row = Person(
            **{
                "email": f"{name}@hoshino.example",
                "family_name": name.capitalize(),
                "given_name": "Test",
                "department": f"department of {name}",
                "skills": [],
                "created_at": NOW,
                "language": "en",
            }
            | values
        )
        with self.session() as session:
            session.add(row)
            session.flush()
            self.people[name] = row.id
        return self.people[name]

    def role(self, name: str, role: Role, programme_id: int | None = None) -> None:
        with self.session() as session:
            session.add(
                Membership(
                    programme_id=programme_id or self.programme_id,
                    person_id=self.people[name],
                    role=role,
                )
            )

    def actor(self, name: str) -> Actor:
        """Return the rules' view of a person, with the roles held now."""
        from sqlalchemy import select

        with self.session() as session:
            person = session.get_one(Person, self.people[name])
            roles = session.execute(
                select(Membership.programme_id, Membership.role).where(
                    Membership.person_id == person.id
                )
            )
            return actor_of(person, frozenset((p, Role(r)) for p, r in roles))

    def programme(self, key: str = "spark", **stage_values: Any) -> int:
        """Add a programme of two stages, each with two questions, two criteria, a milestone."""
        with self.session() as session:
            programme = Programme(
                key=key, name=Bilingual("火花", "Spark"), summary=Bilingual("", ""),
                created_at=NOW, languages=["ja", "en"], readiness_policy={},
            )  # fmt: skip
            session.add(programme)
            session.flush()
            ids = []
            for position, (stage_key, ja, en) in enumerate(
                [("spark", "着想", "Spark"), ("validate", "検証", "Validate")], start=1
            ):
                stage = Stage(
                    **{
                        "programme_id": programme.id, "position": position, "key": stage_key,
                        "name": Bilingual(ja, en), "purpose": Bilingual("", ""),
                        "time_box_days": 20, "promise_days": 10, "reviews_per_idea": 2,
                        "minimums": {},
                    }
                    | stage_values
                )  # fmt: skip
                session.add(stage)
                session.flush()
                ids.append(stage.id)
                session.add_all(
                    [
                        Question(
                            stage_id=stage.id, position=1, key="problem", kind="long",
                            label=Bilingual("課題", "Problem"), help=Bilingual("", ""),
                            required=True, word_limit=200, options=[],
                        ),
                        Question(
                            stage_id=stage.id, position=2, key="market", kind="short",
                            label=Bilingual("市場", "Market"), help=Bilingual("", ""),
                            required=False, options=[],
                        ),
                        Criterion(
                            stage_id=stage.id, position=1, key="value",
                            name=Bilingual("価値", "Value"), help=Bilingual("", ""), weight=60,
                            levels=[{"ja": f"水準{n}", "en": f"Level {n}"} for n in range(1, 6)],
                        ),
                        Criterion(
                            stage_id=stage.id, position=2, key="reach",
                            name=Bilingual("実現性", "Reach"), help=Bilingual("", ""), weight=40,
                            levels=[{"ja": f"段階{n}", "en": f"Step {n}"} for n in range(1, 6)],
                        ),
                        MilestoneTemplate(
                            stage_id=stage.id, position=1, key="interviews",
                            name=Bilingual("顧客訪問", "Customer interviews"),
                            evidence=Bilingual("", ""), anchor="entry", offset_days=5,
                        ),
                    ]
                )  # fmt: skip
        if not self.programme_id:
            self.programme_id, self.stage_ids, self.programme_key = programme.id, ids, key
        return programme.id

    def cohort(self, code: str = "S27", programme_id: int | None = None, **values: Any) -> int:
        """Add a cohort whose intake is open at NOW, with dates for each stage."""
        from sqlalchemy import select

        programme = programme_id or self.programme_id
        with self.session() as session:
            cohort = Cohort(
                **{
                    "programme_id": programme, "code": code,
                    "name": Bilingual("2027年春期", "Spring 2027"),
                    "intake_opens_on": TODAY - timedelta(days=10),
                    "intake_closes_on": TODAY + timedelta(days=20),
                    "capacity": 50, "time_zone": "Asia/Tokyo", "country": "JP",
                    "created_at": NOW,
                }
                | values
            )  # fmt: skip
            session.add(cohort)
            session.flush()
            stages = session.scalars(
                select(Stage.id).where(Stage.programme_id == programme).order_by(Stage.position)
            )
            for i, stage_id in enumerate(stages):
                start = TODAY + timedelta(days=20 + 60 * i)
                session.add(
                    CohortStage(
                        cohort_id=cohort.id, stage_id=stage_id, hand_in_by=start,
                        review_by=start + timedelta(days=14), gate_on=start + timedelta(days=21),
                    )
                )  # fmt: skip
        if not self.cohort_id:
            self.cohort_id, self.cohort_code = cohort.id, code
        return cohort.id

    def idea(
        self,
        owner: str,
        *,
        title: str = "A better cell",
        state: str = "draft",
        passage_state: str | None = None,
        team: tuple[str, ...] = (),
        pending: tuple[str, ...] = (),
        stage: int = 0,
        cohort_id: int | None = None,
        **values: Any,
    ) -> str:
        """Add an idea in a state and return its code; past a draft it has a version handed in."""
        code = f"{self.cohort_code}-{next(_numbers):04d}"
        passage_state = passage_state or ("open" if state == "draft" else "handed_in")
        with self.session() as session:
            idea = Idea(
                **{
                    "code": code, "cohort_id": cohort_id or self.cohort_id,
                    "owner_id": self.people[owner], "language": "en",
                    "title": Bilingual("", title), "summary": Bilingual("", "Summary of " + title),
                    "state": state, "created_at": NOW, "updated_at": NOW,
                }
                | values
            )  # fmt: skip
            session.add(idea)
            session.flush()
            passage = Passage(
                idea_id=idea.id, cohort_id=idea.cohort_id, stage_id=self.stage_ids[stage],
                number=1, state=passage_state,
                entered_at=NOW, hand_in_by=TODAY + timedelta(days=20),
                handed_in_at=None if passage_state == "open" else NOW,
                promise_on=None if passage_state == "open" else TODAY + timedelta(days=14),
            )  # fmt: skip
            session.add(passage)
            session.flush()
            idea.passage_id = passage.id
            for name, where in (
                [(owner, "accepted")]
                + [(n, "accepted") for n in team]
                + [(n, "pending") for n in pending]
            ):
                session.add(
                    TeamMember(
                        idea_id=idea.id, person_id=self.people[name], state=where, invited_at=NOW,
                        role="lead" if name == owner else "member",
                    )
                )  # fmt: skip
            question_id = self._first_question(session, passage.stage_id)
            session.add(
                Answer(
                    idea_id=idea.id, question_id=question_id, value=None,
                    text=Bilingual("", f"The problem of {title}"),
                    updated_by_id=self.people[owner], updated_at=NOW,
                )
            )  # fmt: skip
            if passage_state != "open":
                session.add(
                    Version(
                        idea_id=idea.id, passage_id=passage.id, number=1,
                        created_by_id=self.people[owner], created_at=NOW,
                        content={
                            "language": "en",
                            "title": {"ja": "", "en": title},
                            "summary": {"ja": "", "en": "Summary of " + title},
                            "answers": [
                                {
                                    "key": "problem", "kind": "long",
                                    "label": {"ja": "課題", "en": "Problem"},
                                    "text": {"ja": "", "en": f"The problem of {title}"},
                                    "value": None,
                                }
                            ],
                            "team": [], "attachments": [],
                        },
                    )
                )  # fmt: skip
            search.index(session, idea.id, title)
        return code

    @staticmethod
    def _first_question(session: Session, stage_id: int) -> int:
        from sqlalchemy import select

        found = session.scalar(
            select(Question.id).where(Question.stage_id == stage_id, Question.key == "problem")
        )
        assert found is not None
        return found

    def assign(self, code: str, reviewer: str, *, state: str = "assigned") -> int:
        """Assign a reviewer to the idea's present passage."""
        from sqlalchemy import select

        with self.session() as session:
            idea = session.scalars(select(Idea).where(Idea.code == code)).one()
            row = Assignment(
                idea_id=idea.id, passage_id=idea.passage_id, reviewer_id=self.people[reviewer],
                state=state, due_on=TODAY + timedelta(days=14),
                assigned_by_id=self.people["manager"], assigned_at=NOW,
            )  # fmt: skip
            session.add(row)
            session.flush()
            return row.id

    def client(self, name: str | None = None) -> CheckingClient:
        """Return a browser, signed in as somebody or as nobody."""
        client = self.app.test_client()
        assert isinstance(client, CheckingClient)
        if name is not None:
            token = secrets.token_urlsafe(24)
            with self.session() as session:
                session.add(
                    SignIn(
                        token_hash=token_hash(token), person_id=self.people[name],
                        created_at=self.now(), seen_at=self.now(),
                    )
                )  # fmt: skip
            with client.session_transaction() as stored:
                stored["_user_id"] = token
                stored["_fresh"] = True
        return client

    @staticmethod
    def now() -> datetime:
        from accelerator import clock

        return clock.now()


def company(engine: Engine, app: Flask) -> World:
    """Make the usual company: one of each sort of person, a programme, an open cohort."""
    world = World(engine, app)
    for name in (
        "owner", "mate", "invitee", "employee", "reviewer", "second", "stranger", "manager",
        "other_manager", "sponsor",
    ):  # fmt: skip
        world.person(name)
    world.person("admin", is_admin=True)
    world.person("guest", is_guest=True)
    world.person("disabled", disabled_at=NOW)
    world.programme()
    other = world.programme("other")
    world.cohort()
    world.cohort("O27", programme_id=other)
    for name in ("reviewer", "second", "stranger"):
        world.role(name, Role.REVIEWER)
    world.role("manager", Role.MANAGER)
    world.role("other_manager", Role.MANAGER, other)
    world.role("sponsor", Role.SPONSOR)
    return world

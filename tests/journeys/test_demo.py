"""The demonstration: played once, it stands as its story says, and every page has something to show."""

import re
from collections import Counter
from datetime import date, datetime, time
from functools import partial

import pytest
from click import ClickException
from sqlalchemy import func, select

from accelerator import content
from accelerator.app import create_app
from accelerator.cli import demo
from accelerator.cli.story.company import PASSWORD
from accelerator.cli.story.order import in_order
from accelerator.cli.story.player import ZONE, Days
from accelerator.config import Config
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.jobs.run import reading
from accelerator.standing.place import standings
from accelerator.standing.readiness import unexplained
from accelerator.storage.engine import make_engine
from accelerator.storage.invariants import broken
from accelerator.storage.migrate import upgrade
from accelerator.storage.tables import (
    Delivery,
    Event,
    Idea,
    Membership,
    Milestone,
    Passage,
    Person,
    Pick,
    ReadinessScore,
    Review,
)
from tests.checking import CheckingClient
from tests.world import NOW

STORY = content.load("demo")


def settings(folder):
    return Config(
        environment="development",
        secret_key="for tests only, long enough to be accepted",
        database_url=f"sqlite:///{folder}/demo.sqlite3",
        base_url="http://localhost",
        mail_url=f"file://{folder}/mail",
        mail_from="accelerator@hoshino.example",
        store_url=f"file://{folder}/attachments",
        instance=folder,
    )


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    config = settings(tmp_path_factory.mktemp("demo"))
    engine = make_engine(config.database_url)
    upgrade(engine)
    demo.seed(engine, config, NOW)
    yield engine, config
    engine.dispose()


@pytest.fixture
def session(seeded):
    with reading(seeded[0]) as session:
        yield session


def test_nothing_is_true_that_must_never_be(session):
    assert broken(session) == []
    assert unexplained(session) == []


def test_each_idea_stands_where_its_story_ends(session):
    ids = session.scalars(select(Idea.id)).all()
    left = dict(
        session.execute(
            select(Passage.idea_id, Passage.outcome)
            .where(Passage.outcome.is_not(None))
            .order_by(Passage.number)
        ).all()
    )
    found = Counter(_state(one, left.get(one.idea_id)) for one in standings(session, ids).values())
    assert found == Counter(idea["state"] for idea in STORY["ideas"])


def _state(standing, outcome):
    if standing.state is not IdeaState.ACTIVE:
        return str(standing.state)
    if standing.passage_state is PassageState.OPEN:
        return "rework" if outcome == "rework" else "working"
    if standing.passage_state is PassageState.DECIDED:
        return "decided"
    place = standing.place
    if not place.assigned:
        return "handed_in"
    return "reviewed" if place.reviewed == place.assigned >= place.required else "under_review"


def test_all_that_was_told_is_there(session):
    def count(table, *where):
        return session.scalar(select(func.count()).select_from(table).where(*where))

    steps = [step for idea in STORY["ideas"] for step in idea["path"]]
    reviews = [review for step in steps for review in step.get("reviews", [])]
    assert count(Person) == len(STORY["people"])
    assert count(Review, Review.submitted_at.is_not(None)) == sum("day" in r for r in reviews)
    assert count(Review, Review.draft.is_not(None)) >= sum("saved" in r for r in reviews)
    assert count(Milestone, Milestone.state == "done") >= sum(
        "done" in entry for idea in STORY["ideas"] for entry in idea["milestones"]
    )
    assert count(Milestone, Milestone.asked_due_on.is_not(None)) == 2
    assert count(ReadinessScore) > 100
    assert count(Membership, Membership.role == "manager") == 4


def test_it_happened_in_the_order_of_time_and_nothing_is_still_to_come(session):
    moments = session.scalars(select(Event.at).order_by(Event.id)).all()
    assert moments == sorted(moments)
    assert moments[-1] < NOW
    assert (NOW - moments[0]).days > 600


def test_only_the_mails_of_the_last_days_wait_to_be_sent(session):
    rows = session.scalars(select(Delivery).where(Delivery.channel == "mail")).all()
    waiting = [row for row in rows if row.state == "waiting"]
    assert 0 < len(waiting) < 30
    assert all((NOW - row.created_at).days < 2 for row in waiting)
    sent = [row for row in rows if row.state == "sent"]
    assert len(sent) + len(waiting) == len(rows)
    assert all(row.subject and row.body and row.message_id for row in sent)
    unread = select(func.count()).where(Delivery.channel == "inbox", Delivery.read_at.is_(None))
    assert 0 < session.scalar(unread) < 120


def test_a_database_with_somebody_in_it_is_refused(seeded):
    engine, config = seeded
    with reading(engine) as session:
        before = session.scalar(select(func.count()).select_from(Event))
    with pytest.raises(ClickException, match="not empty"):
        demo.seed(engine, config, NOW)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Event)) == before


def addresses(engine, manager_of):
    """Return the addresses worth looking at, of an idea in each state and of each cohort."""
    with reading(engine) as session:
        ideas = session.execute(select(Idea.code, Idea.state).order_by(Idea.id)).all()
    found = ["/", "/ideas", "/search?q=セラミック", "/inbox", "/programmes", "/profile"]
    found += ["/programmes/technology-accelerator", "/readiness/levels", "/reviews"]
    some = list({state: code for code, state in ideas if state != "draft"}.values())
    for code in some:
        found += [f"/ideas/{code}", f"/ideas/{code}/readiness", f"/ideas/{code}/milestones"]
    if manager_of:
        found += [
            f"/programmes/idea-challenge/readiness{more}" for more in ("", "/customer", "/levels")
        ]
        found += [
            f"/programmes/technology-accelerator/{page}"
            for page in ("expert-requests", "ladders", "ladders/milestone", "rehearsal", "idle")
        ]
        found += ["/cohorts", *(f"/ideas/{code}/reviews" for code in some)]
        for code, stage in [
            ("T3", "validate"),
            ("T4", "spark"),
            ("C2", "propose"),
            ("T1", "scale"),
        ]:
            found += [f"/cohorts/{code}", f"/cohorts/{code}/milestones", f"/cohorts/{code}/import"]
            found += [f"/cohorts/{code}/readiness", f"/cohorts/{code}/readiness/gate"]
            pages = ("assign", "ranking", "gate")
            found += [f"/cohorts/{code}/{stage}/{page}" for page in pages]
    return found


def signed_in(app, email):
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    return client


ROLES = {
    "manager": "saori.mizuno@hoshino.example",
    "administrator": "megumi.kuroda@hoshino.example",
    "sponsor": "masahiko.hoshino@hoshino.example",
    "reviewer": "emma.taylor@hoshino.example",
    "owner": "lena.mueller@hoshino.example",
}


@pytest.mark.parametrize("role", ROLES)
def test_the_main_pages_open_in_both_languages(seeded, role):
    engine, config = seeded
    app = create_app(config, engine=engine)
    app.test_client_class = CheckingClient
    client = signed_in(app, ROLES[role])
    where = addresses(engine, role == "manager") if role != "owner" else ["/", "/ideas", "/inbox"]
    where += {
        "sponsor": ["/portfolio", "/portfolio/technology-accelerator/validate?show=stop"],
        "administrator": ["/people", "/admin/messages"],
    }.get(role, [])
    for language in ("ja", "en"):
        client.post("/preferences", data={"language": language, "next": "/"})
        for path in where:
            page = client.get(path)
            seen = page.status_code
            hidden = role == "reviewer" and path.startswith("/ideas/")
            assert seen == 200 or (hidden and seen in (403, 404)), (path, seen)
            if seen == 200:
                assert f'<html lang="{language}"' in page.get_data(as_text=True), path


def test_accounts_name_somebody_of_each_role(seeded, tmp_path):
    lines = demo.accounts(seeded[0])
    assert PASSWORD in lines[0]
    assert {re.search(r"\S+@\S+", line).group() for line in lines[1:]} >= set(ROLES.values())
    empty = make_engine(f"sqlite:///{tmp_path}/empty.sqlite3")
    upgrade(empty)
    assert demo.accounts(empty) == []
    empty.dispose()


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2027, 1, 2), date(2027, 5, 4)])
def test_the_story_has_one_order_at_every_hour_of_a_day(day):
    told = []
    for hour in (time(0, 1), time(8, 30), time(23, 59)):
        now = datetime.combine(day, hour, ZONE)
        happened = list(in_order(STORY, Days(day), now))
        moments = [moment for moment, _ in happened]
        assert moments == sorted(moments)
        assert moments[-1] < now
        assert len(moments) > 600
        told.append([said(play) for _, play in happened])
    assert told[0] == told[1] == told[2]


def said(play):
    """Return what a happening does, to be compared: two partials of the same are not equal."""
    if not isinstance(play, partial):
        return play
    return said(play.func), tuple(map(said, play.args)), play.keywords


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 24, 0, 1, tzinfo=ZONE),  # all that happened today, in one minute
        datetime(2027, 5, 2, 14, 0, tzinfo=ZONE),  # holidays bring a rework and a request together
    ],
)
def test_the_story_can_be_played_at_odd_times(now, tmp_path):
    config = settings(tmp_path)
    engine = make_engine(config.database_url)
    upgrade(engine)
    demo.seed(engine, config, now)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Pick))
        assert session.scalar(select(func.max(Event.at))) < now
    engine.dispose()

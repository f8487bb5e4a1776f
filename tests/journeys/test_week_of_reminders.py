"""A week of reminders: the scheduler's jobs, a real mail server, and a milestone done in a browser.

Friday 20 to Friday 27 November 2026, with a weekend and a Japanese holiday (the 23rd) in between.
The receivers read one language, the programme manager the other one; one reviewer is in London.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from accelerator import clock
from accelerator.activity.reminders import sentence
from accelerator.config import Config
from accelerator.domain.bilingual import Bilingual
from accelerator.i18n import ngettext, speaking
from accelerator.jobs.timetable import Timetable
from accelerator.storage.tables import Assignment, Idea, JobRun, Milestone, Passage, Person
from tests.journeys.visitor import Visitor
from tests.mail import MailBox, mail_server
from tests.world import World

FIRST = datetime(2026, 11, 20, tzinfo=UTC)
# Morning and afternoon in Japan, then its night, when London works: what was told is not repeated.
TICKS = [FIRST + timedelta(hours=6 * n, minutes=30) for n in range(4 * 8)]
DAY = {day: date(2026, 11, day) for day in range(18, 28)}
BEFORE = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
Visit = Callable[..., Visitor]


@dataclass
class Time:
    """A clock that a test sets."""

    now: datetime = FIRST

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Iterator[Time]:
    time = Time()
    with clock.told_by(time):
        yield time


@pytest.fixture
def box() -> MailBox:
    return MailBox()


@pytest.fixture
def config(config: Config, box: MailBox) -> Iterator[Config]:
    """Let mail leave through a mail server on this machine."""
    with mail_server(box) as port:
        yield replace(config, mail_url=f"smtp://127.0.0.1:{port}?timeout=5")


def test_a_week_of_reminders(
    world: World, config: Config, box: MailBox, time: Time, visit: Visit, language: str
) -> None:
    code = what_is_due(world)
    with world.session() as session:
        for name, values in {
            "manager": {"language": {"en": "ja", "ja": "en"}[language]},
            "second": {"time_zone": "Europe/London", "country": "GB"},
        }.items():
            session.execute(update(Person).where(Person.id == world.people[name]).values(**values))
    heard: list[tuple[int, str, str]] = []
    timetable = Timetable(world.engine, config)
    for tick in TICKS:
        time.now = tick
        before = len(box.messages)
        timetable.renew()
        # Told, put into the day's mail, sent; the week's summary is another story.
        for job in [job for job in timetable.jobs if job.name != "weekly"] * 3:
            timetable.tick(job)
        heard += [
            (tick.day, str(mail["To"].addresses[0].username), str(mail["Subject"]))
            for mail in box.messages[before:]
        ]
        if tick == datetime(2026, 11, 25, 6, 30, tzinfo=UTC):
            done_in_the_browser(visit("mate"), code)
    assert sorted(heard) == sorted(expected(language))
    with world.session() as session:
        assert set(session.scalars(select(JobRun.failures))) == {0}

    mate = visit("mate")
    mate.open("/inbox?show=all")
    expect(mate.page.locator(".inbox > li")).to_have_count(5)
    the_administrator_sees(visit("admin"), box)


def what_is_due(world: World) -> str:
    """Three milestones of a team mate, two reviews, and an answer promised; return the code."""
    code = world.idea("owner", state="active", passage_state="open", team=("mate",))
    other = world.idea("employee", title="Quiet drone", state="active")
    for name in ("reviewer", "second"):
        world.assign(other, name)
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.get_one(Passage, idea.passage_id).entered_at = BEFORE
        for name, due_on in [("Interviews", DAY[27]), ("Prototype", DAY[27]), ("Plan", DAY[18])]:
            session.add(
                Milestone(
                    idea_id=idea.id, passage_id=idea.passage_id, name=Bilingual("", name),
                    wanted=Bilingual("", ""), owner_id=world.people["mate"], due_on=due_on,
                )
            )  # fmt: skip
        session.execute(
            update(Assignment).values(
                due_on=DAY[24], assigned_at=datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
            )
        )
        idea = session.scalars(select(Idea).where(Idea.code == other)).one()
        passage = session.get_one(Passage, idea.passage_id)
        passage.handed_in_at = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
        passage.promise_on = DAY[25]
    return code


def expected(language: str) -> list[tuple[int, str, str]]:
    """List day, receiver and subject of every mail of the week, in the receiver's language."""

    def line(
        kind: str, to: str, due: int, on: int, name: str = "", who: str = ""
    ) -> dict[str, object]:
        title = "Quiet drone" if kind != "milestone" else "A better cell"
        return {
            "kind": kind, "to": to, "due_on": DAY[due].isoformat(), "on": DAY[on].isoformat(),
            "code": "", "title": {"ja": "", "en": title}, "name": {"ja": "", "en": name}, "who": who,
        }  # fmt: skip

    manager = {"en": "ja", "ja": "en"}[language]
    with speaking(language):
        three = ngettext("%(num)s thing is due", "%(num)s things are due", 3)
        team = [
            (20, "mate", three),  # two a week ahead, one two days late
            (23, "second", sentence(line("review", "owner", 24, 23))),  # no holiday in London
            (24, "second", sentence(line("review", "owner", 24, 24))),
            (24, "reviewer", sentence(line("review", "owner", 24, 24))),
            (24, "owner", sentence(line("milestone", "lead", 18, 24, "Plan", "Test Mate"))),
            # On the 25th the interviews are done; only the prototype is still spoken of.
            (26, "mate", sentence(line("milestone", "owner", 27, 26, "Prototype"))),
            (27, "mate", sentence(line("milestone", "owner", 27, 27, "Prototype"))),
            (27, "second", sentence(line("review", "owner", 24, 27))),
            (27, "reviewer", sentence(line("review", "owner", 24, 27))),
        ]
    with speaking(manager):
        return [
            *team,
            (24, "manager", sentence(line("gate", "manager", 25, 24))),
            (25, "manager", sentence(line("gate", "manager", 25, 25))),
            (26, "manager", sentence(line("milestone", "manager", 18, 26, "Plan", "Test Mate"))),
        ]


def done_in_the_browser(mate: Visitor, code: str) -> None:
    """The inbox leads to the milestone; it is marked as done."""
    page = mate.page
    mate.open("/inbox")
    expect(page.locator(".inbox > li")).to_have_count(3)
    with page.expect_navigation():
        page.locator(".inbox-text", has_text="Interviews").click()
    mate.look()
    assert page.url.startswith(f"{mate.address}/ideas/{code}/milestones/")
    mate.press("Done", inside=".milestone-ways")
    mate.look()
    page.locator(".milestone-update textarea").fill("Seven customers, all in the same trouble.")
    mate.press("Mark as done", inside=".milestone-update")
    expect(page.locator(".milestone-now")).to_contain_text(mate.said("Done"))


def the_administrator_sees(admin: Visitor, box: MailBox) -> None:
    """Each mail stands there, sent, with the text that was received."""
    admin.open("/admin/messages?channel=mail")
    rows = admin.page.locator("tbody tr")
    expect(rows).to_have_count(len(box.messages))
    expect(admin.page.locator("tbody")).not_to_contain_text(admin.said("Failed"))
    with admin.page.expect_navigation():
        rows.first.locator("a").click()
    admin.look()
    last = box.messages[-1].get_body(("plain",))
    assert last is not None
    words = last.get_content().strip().splitlines()
    expect(admin.page.locator("main")).to_contain_text(words[0])
    # The address that ends these messages is the receiver's alone.
    expect(admin.page.locator("main")).to_contain_text(words[-2])
    expect(admin.page.locator("main")).not_to_contain_text(words[-1].rpartition("/")[2])

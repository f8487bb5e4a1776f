"""Mails that set or move a date carry it, as the calendar of their reader knows it."""

from dataclasses import replace
from datetime import date, datetime

import pytest
import vobject
from sqlalchemy import select

from accelerator import clock
from accelerator.activity import record
from accelerator.activity.events.milestones import MilestoneGiven
from accelerator.domain.bilingual import Bilingual
from accelerator.jobs.daily import daily
from accelerator.jobs.deliver import deliver
from accelerator.storage.tables import Idea, Milestone, Preference
from tests.mail import MailBox, held, mail_server
from tests.world import World

NOW = datetime.fromisoformat("2026-12-01T09:00:00+09:00")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("choice", ["mail", "daily"])
def test_a_mail_carries_the_dates_it_sets(world: World, config, choice: str) -> None:
    code = world.idea("owner", title="Quiet cell", state="active", team=("mate",))
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(Preference(person_id=world.people["mate"], kind="milestone", choice=choice))
        rows = [
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, owner_id=world.people["mate"],
                name=Bilingual("顧客訪問", name), wanted=Bilingual(), due_on=date(2026, 12, 8),
            )
            for name in ("Interviews", "Another")
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        record(
            session,
            MilestoneGiven(
                actor_id=world.people["owner"], programme_id=world.programme_id, idea_id=idea.id,
                person_id=world.people["mate"], subject=f"milestone:{rows[0].id}", code=code,
                title=idea.title, milestone=rows[0].name, due_on="2026-12-08",
                path=f"/ideas/{code}/milestones",
            ),
            now=NOW,
        )  # fmt: skip
        number = rows[0].id
    box = MailBox()
    with clock.told_by(lambda: NOW), mail_server(box) as port:
        shift = held(world.engine, replace(config, mail_url=f"smtp://127.0.0.1:{port}"))
        daily(shift)
        assert deliver(shift) == 1
    message = box.messages[0]
    part = next(one for one in message.walk() if one.get_content_type() == "text/calendar")
    assert part.get_filename() == "dates.ics"
    assert dict(part["Content-Type"].params)["method"] == "PUBLISH"
    read = vobject.readOne(part.get_payload(decode=True).decode())
    assert [str(one.uid.value).partition("@")[0] for one in read.vevent_list] == [
        f"milestone-{number}"
    ]
    assert read.vevent.dtstart.value == datetime.fromisoformat("2026-12-08T23:00:00+09:00")
    assert str(read.vevent.summary.value) == "Milestone: Interviews – Quiet cell"

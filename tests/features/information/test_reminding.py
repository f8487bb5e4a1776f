"""An unanswered request is reminded of; the ladder of the promise follows the moved day."""

from datetime import datetime

from sqlalchemy import select

from accelerator import clock
from accelerator.jobs.remind import remind
from accelerator.storage.tables import Delivery, Person
from tests.features.information.test_asking import DAY, answer, ask, stamp
from tests.mail import held
from tests.world import NOW


def lines(world, config, moment):
    with clock.told_by(lambda: moment):
        remind(held(world.engine, config))
    with world.session() as session:
        rows = session.execute(
            select(Person.email, Delivery.data)
            .join(Person, Person.id == Delivery.person_id)
            .where(Delivery.template == "reminder")
            .order_by(Delivery.id)
        )
        return [(email.split("@")[0], data["line"]["kind"], data["line"]["due_on"])
                for email, data in rows]  # fmt: skip


def test_the_team_is_reminded_and_the_promise_is_silent_while_its_clock_stands(world, config):
    code = world.idea("owner", state="active")
    ask(world, code)
    told = lines(world, config, datetime.fromisoformat("2026-12-08T10:00:00+09:00"))
    assert {kind for _, kind, _ in told} == {"information"}
    assert {who for who, _, _ in told} >= {"owner", "manager"}


def test_an_answered_request_is_quiet_and_the_promise_is_late_by_its_new_day(world, config):
    code = world.idea("owner", state="active")
    ask(world, code)
    with clock.told_by(lambda: NOW + 3 * DAY):
        client = world.client("owner")
        form = client.get(f"/ideas/{code}/edit").get_data(as_text=True)
        client.post(
            f"/ideas/{code}/edit", data={"answer_problem": "Forty.", "version": stamp(form)}
        )
        answer(world, code)
    quiet = lines(world, config, datetime.fromisoformat("2026-12-08T10:00:00+09:00"))
    assert not [one for one in quiet if one[1] == "information"]
    late = lines(world, config, datetime.fromisoformat("2026-12-18T10:00:00+09:00"))
    assert ("owner", "gate", "2026-12-10") in late
    assert {due for _, kind, due in late if kind == "gate"} == {"2026-12-10"}


def test_the_first_page_names_what_is_asked(world):
    code = world.idea("owner", state="active")
    ask(world, code)
    page = world.client("owner").get("/").get_data(as_text=True)
    assert "Answer what the gate asks" in page
    assert f"/ideas/{code}/information" in page

"""Messages, the audit log, and refused access, for administrators."""

import pkgutil
from importlib import import_module

import pytest
from sqlalchemy import func, select, text, update

from accelerator.activity import events
from accelerator.activity.events.base import Event
from accelerator.features.admin.kinds import KINDS
from accelerator.jobs.deliver import deliver
from accelerator.jobs.seal import seal
from accelerator.storage.tables import Delivery, Person
from accelerator.storage.tables import Event as EventRow
from tests.counting import queries
from tests.mail import held, mails, write_mails
from tests.world import World

PAGES = ("/admin/messages", "/admin/messages/1", "/admin/messages/1/file", "/admin/audit")


@pytest.fixture
def told(world: World, config) -> World:
    """Return a company in which two mails were sent and one failed."""
    with world.session() as session:
        write_mails(session, [world.people[name] for name in ("owner", "mate", "manager")])
        session.execute(
            update(Person).where(Person.id == world.people["mate"]).values(email="no address")
        )
    assert deliver(held(world.engine, config)) == 2
    return world


def page(world: World, address: str, name: str = "admin") -> str:
    answer = world.client(name).get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def events_of(world: World, kind: str) -> list[EventRow]:
    with world.session() as session:
        found = session.scalars(select(EventRow).where(EventRow.kind == kind)).all()
        session.expunge_all()
        return list(found)


@pytest.mark.parametrize("name", ["manager", "sponsor", "reviewer", "guest"])
def test_only_administrators_see_messages_and_the_log(told, name):
    client = told.client(name)
    for address in PAGES:
        assert client.get(address).status_code == 403
    for address in ("/admin/messages/resend", "/admin/messages/1/resend"):
        assert client.post(address).status_code == 403


def test_messages_are_found_by_state_channel_and_receiver(told):
    everything = page(told, "/admin/messages")
    assert everything.count("A milestone is yours") == 3
    assert page(told, "/admin/messages?state=failed").count("A milestone is yours") == 1
    assert page(told, "/admin/messages?state=sent&q=OWNER@").count("A milestone is yours") == 1
    assert "No message fits this filter" in page(told, "/admin/messages?channel=inbox")
    assert "No message fits this filter" in page(told, "/admin/messages?q=100%25_")
    assert page(told, "/admin/messages?state=nonsense").count("A milestone is yours") == 3


def test_a_message_shows_its_state_text_and_file(told):
    sent = next(mail for mail in mails(told.engine) if mail.state == "sent")
    shown = page(told, f"/admin/messages/{sent.id}")
    assert "As it was sent." in shown
    assert "http://localhost/ideas/S27-0001/milestones" in shown
    assert sent.message_id.strip("<>") in shown
    file = told.client("admin").get(f"/admin/messages/{sent.id}/file")
    assert file.mimetype == "message/rfc822"
    assert sent.message_id.encode() in file.data
    failed = next(mail for mail in mails(told.engine) if mail.state == "failed")
    assert "It was not sent" in page(told, f"/admin/messages/{failed.id}")
    client = told.client("admin")
    for nothing in (f"{failed.id}/file", "999", "9" * 30):
        assert client.get(f"/admin/messages/{nothing}").status_code == 404


def test_what_failed_is_sent_again_once_it_is_mended(told, config):
    client = told.client("admin")
    failed = next(mail for mail in mails(told.engine) if mail.state == "failed")
    with told.session() as session:
        session.execute(
            update(Person).where(Person.id == failed.person_id).values(email="mate@hoshino.example")
        )
    answer = client.post(f"/admin/messages/{failed.id}/resend", follow_redirects=True)
    assert "1 mail is in line again." in answer.get_data(as_text=True)
    assert deliver(held(told.engine, config)) == 1
    assert {mail.state for mail in mails(told.engine)} == {"sent"}
    again = client.post("/admin/messages/resend", follow_redirects=True).get_data(as_text=True)
    assert "No mail waits to be sent again." in again
    assert [event.data["count"] for event in events_of(told, "MessagesResent")] == [1]


def test_all_that_failed_go_again_together(told):
    with told.session() as session:
        session.execute(update(Delivery).values(state="failed", sent_at=None, last_error="550"))
    shown = page(told, "/admin/messages")
    assert "Send 3 failed mails again" in shown
    told.client("admin").post("/admin/messages/resend")
    assert {mail.state for mail in mails(told.engine)} == {"waiting"}


def test_a_scheduler_that_is_missing_is_told(world, config):
    assert "No scheduler is running" in page(world, "/admin/messages")
    held(world.engine, config)
    assert "No scheduler is running" not in page(world, "/admin/messages")


def test_the_log_is_found_by_kind_person_and_idea(world):
    world.idea("owner", state="active")
    world.client("employee").get("/admin/messages")
    world.client("manager").get("/admin/audit")
    assert page(world, "/admin/audit").count('id="event-') == 2
    assert page(world, "/admin/audit?q=employee").count('id="event-') == 1
    assert page(world, "/admin/audit?kind=AccessRefused").count('id="event-') == 2
    assert "No event fits this filter" in page(world, "/admin/audit?kind=SignedIn")
    assert "No event fits this filter" in page(world, "/admin/audit?idea=s27-9999")


def test_the_seals_are_proved_on_request(world, config):
    world.client("employee").get("/admin/messages")
    assert "Nothing is sealed yet" in page(world, "/admin/audit")
    seal(held(world.engine, config))
    assert "Sealed last" in page(world, "/admin/audit")
    assert "Every seal holds" in page(world, "/admin/audit?prove=1")
    with world.session() as session:
        session.execute(text("UPDATE seal SET digest = '0'"))
    assert "The log was changed" in page(world, "/admin/audit?prove=1")


def test_lists_take_a_fixed_number_of_queries_and_are_paged(world, config):
    counts = {}
    with world.session() as session:
        write_mails(session, [world.people["owner"]], key="first")
    client = world.client("admin")
    for _ in range(2):
        for address in ("/admin/messages", "/admin/audit"):
            client.get(address)
            with queries(world.engine) as found:
                client.get(address)
            counts.setdefault(address, []).append(len(found))
        with world.session() as session:
            for n in range(60):
                write_mails(session, [world.people["owner"]], key=f"more {n}")
    assert all(few == many <= 8 for few, many in counts.values()), counts
    shown = client.get("/admin/messages").get_data(as_text=True)
    assert shown.count("A milestone is yours") == 50
    after = shown.split("after=")[1].split('"')[0]
    rest = client.get(f"/admin/messages?after={after}").get_data(as_text=True)
    assert rest.count("A milestone is yours") == 11


def test_refused_access_is_written_down(world):
    code = world.idea("owner")
    client = world.client("employee")
    assert client.get("/admin/audit").status_code == 403
    assert client.get(f"/ideas/{code}").status_code == 404  # somebody else's draft
    assert client.post(f"/ideas/{code}/withdraw").status_code == 403
    assert client.get("/ideas/S27-9999").status_code == 404  # nobody's
    found = events_of(world, "AccessRefused")
    assert [event.data["path"] for event in found] == [
        "/admin/audit", f"/ideas/{code}", f"/ideas/{code}/withdraw",
    ]  # fmt: skip
    assert {event.actor_id for event in found} == {world.people["employee"]}
    assert [event.data["method"] for event in found] == ["GET", "GET", "POST"]


def test_refusals_do_not_fill_the_log(world):
    client = world.client("employee")
    for _ in range(40):
        assert client.get("/admin/audit").status_code == 403
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(EventRow)) == 30


def every_kind() -> set[str]:
    for module in pkgutil.iter_modules(events.__path__):
        import_module(f"{events.__name__}.{module.name}")

    def below(kind):
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return {
        kind.__name__
        for kind in below(Event)
        if kind.__module__.startswith(events.__name__) and not kind.__name__.startswith("Of")
    }


def test_every_kind_of_event_has_its_words():
    assert set(KINDS) == every_kind()

"""Two people chair a meeting, or ask a team, at once: one wins, the other is told."""

from sqlalchemy import func, select

from accelerator.domain.policy import Role
from accelerator.storage.invariants import broken
from accelerator.storage.tables import Decision, InformationRequest, Meeting, MeetingItem
from tests.faults.test_two_managers import at_once

HERE = "/cohorts/S27/spark/meeting"
REASONS = {"manager": "Three buyers have signed.", "colleague": "The unit cost is not known yet."}


def clients_of(world):
    world.person("colleague")
    world.role("colleague", Role.MANAGER)
    clients = {name: world.client(name) for name in REASONS}
    for client in clients.values():
        client.token()
    return clients


def version(world):
    with world.session() as session:
        return session.scalar(select(func.max(Meeting.version))) or 0


def test_one_records_and_the_other_keeps_what_was_typed(world):
    clients = clients_of(world)
    code = world.idea("owner", state="active")
    first = clients["manager"]
    first.post(f"{HERE}/prepare", data={"minutes": 5})
    first.post(f"{HERE}/start", data={"version": version(world)})
    first.post(f"{HERE}/item/{code}/begin", data={"version": version(world)})
    seen = version(world)

    def records(client, name):
        data = {"version": seen, "outcome": "stop", "reason": REASONS[name], "action": "decide"}
        return lambda: client.post(f"{HERE}/item/{code}", data=data)

    answers = at_once(*(records(client, name) for name, client in clients.items()))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    page = late.get_data(as_text=True)
    assert all(reason in page for reason in REASONS.values())
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1
        assert not broken(session)


def test_one_list_is_prepared_and_one_meeting_begun(world):
    clients = clients_of(world)
    world.idea("owner", state="active")
    made = at_once(
        *(lambda c=c: c.post(f"{HERE}/prepare", data={"minutes": 5}) for c in clients.values())
    )
    assert sorted(answer.status_code for answer in made) in ([303, 422], [303, 409])
    seen = version(world)
    at_once(
        *(lambda c=c: c.post(f"{HERE}/start", data={"version": seen}) for c in clients.values())
    )
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 1
        assert session.scalar(select(func.count()).select_from(MeetingItem)) == 1
        assert session.scalar(select(Meeting.version)) == seen + 1


def test_a_team_is_asked_one_thing_at_a_time(world):
    clients = clients_of(world)
    code = world.idea("owner", state="active")
    data = {"opens": ["answer_problem"], "text": "How many?", "due_on": "2026-12-01"}
    asked = at_once(
        *(lambda c=c: c.post(f"/ideas/{code}/information/ask", data=data) for c in clients.values())
    )
    assert sorted(answer.status_code for answer in asked) == [303, 422]
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(InformationRequest)) == 1
        assert not broken(session)

"""A web process killed at each step of a gate decision: all or nothing, and repeating decides once."""

import os
import signal
from itertools import count

from sqlalchemy import event, func, select

from accelerator.storage.invariants import broken
from accelerator.storage.tables import (
    Assignment,
    Decision,
    Delivery,
    Event,
    Idea,
    Milestone,
    Passage,
    Programme,
)
from tests.features.gates.acts import review

GATE = "/cohorts/S27/spark/gate/decide"
VALUES = {
    "outcome": "conditions", "reason": "The customers are real.", "when": "soon",
    "conditions": "Find a buyer", "conditions_due": "2027-01-15",
}  # fmt: skip
NEVER, AFTER_THE_ANSWER = 10_000, 10_001


def post(client, code):
    return client.post(GATE, data={"selected": [code], "_once": f"token of {code}", **VALUES})


def killed(world, code, point):
    """Post in a process of its own that dies after its n-th statement; say how it ended."""
    client = world.client("manager")
    client.token()
    world.engine.dispose()  # no connection is shared between the processes
    child = os.fork()
    if child == 0:
        try:
            steps = count(1)
            event.listen(
                world.engine, "after_cursor_execute",
                lambda *_: die() if next(steps) == point else None,
            )  # fmt: skip
            if point == NEVER:
                event.listen(world.engine, "commit", lambda _connection: die())
            post(client, code)
            if point == AFTER_THE_ANSWER:
                die()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def traces(world, code):
    """Count everything a decision and its announcement leave behind."""
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()

        def number(table, *where):
            return session.scalar(select(func.count()).select_from(table).where(*where))

        return {
            "decisions": number(Decision, Decision.idea_id == idea.id),
            "made": number(Event, Event.kind == "DecisionMade", Event.subject == f"idea:{code}"),
            "announced": number(Event, Event.kind == "DecisionAnnounced", Event.idea_id == idea.id),
            "messages": number(Delivery, Delivery.template == "decision_announced", Delivery.about == f"idea:{idea.id}"),
            "told_reviewers": number(Event, Event.kind == "ReviewNotNeeded", Event.subject == f"idea:{code}"),
            "passages": number(Passage, Passage.idea_id == idea.id),
            "left": number(Passage, Passage.idea_id == idea.id, Passage.state == "left"),
            "milestones": number(Milestone, Milestone.idea_id == idea.id),
            "closed": number(Assignment, Assignment.idea_id == idea.id, Assignment.state == "closed"),
        }  # fmt: skip


NOTHING = {
    "decisions": 0, "made": 0, "announced": 0, "messages": 0, "told_reviewers": 0, "passages": 1,
    "left": 0, "milestones": 0, "closed": 0,
}  # fmt: skip
ALL = {
    "decisions": 1, "made": 1, "announced": 1, "messages": 4, "told_reviewers": 1, "passages": 2,
    "left": 1, "milestones": 2, "closed": 1,
}  # fmt: skip


def at_the_gate(world):
    """Let an idea stand at the gate; decisions leave without time to undo them."""
    with world.session() as session:
        session.get_one(Programme, world.programme_id).undo_minutes = 0
    code = world.idea("owner", state="active", team=("mate",))
    review(world, code, "reviewer", (4, 4))
    world.assign(code, "second")
    return code


def test_killed_at_each_statement_it_is_all_or_nothing_and_repeating_decides_once(world):
    client = world.client("manager")
    points, died = count(1), 0
    while True:
        point, code = next(points), at_the_gate(world)
        how = killed(world, code, point)
        if not os.WIFSIGNALED(how):  # the request has fewer statements
            assert traces(world, code) == ALL
            break
        died += 1
        assert traces(world, code) == NOTHING, point
        if point % 4 == 0:
            assert post(client, code).status_code == 303
            assert post(client, code).status_code in (302, 303)
            assert traces(world, code) == ALL
    assert died >= 8
    with world.session() as session:
        assert broken(session) == []


def test_killed_at_the_commit_or_after_it_repeating_decides_once(world):
    client = world.client("manager")
    for point, left in ((NEVER, NOTHING), (AFTER_THE_ANSWER, ALL)):
        code = at_the_gate(world)
        assert os.WTERMSIG(killed(world, code, point)) == signal.SIGKILL
        assert traces(world, code) == left
        assert post(client, code).status_code in (302, 303)
        assert traces(world, code) == ALL

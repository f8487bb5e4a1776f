"""A team is asked for more: what opens, who hears, and how the promise moves."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.storage.invariants import broken
from accelerator.storage.tables import (
    Answer,
    Delivery,
    Idea,
    InformationRequest,
    Passage,
    Version,
)
from tests.world import NOW, TODAY

ASK = {"opens": ["answer_problem"], "text": "How many plants?", "due_on": "2026-12-01"}
DAY = timedelta(days=1)


def ask(world, code, who="manager", **values):
    return world.client(who).post(f"/ideas/{code}/information/ask", data={**ASK, **values})


def passage_of(session, code):
    return session.scalars(
        select(Passage).join(Idea, Idea.passage_id == Passage.id).where(Idea.code == code)
    ).one()


def heard(session, template):
    rows = session.scalars(select(Delivery).where(Delivery.template == template))
    return sorted({row.person_id for row in rows})


def stamp(html):
    return html.split('name="version"')[1].split('value="')[1].split('"')[0]


def answer(world, code, who="owner", **values):
    client = world.client(who)
    page = client.get(f"/ideas/{code}/information/answer").get_data(as_text=True)
    return client.post(
        f"/ideas/{code}/information/answer", data={"version": stamp(page), "reply": "", **values}
    )


def test_the_clock_stands_from_the_question_to_the_answer(world):
    code = world.idea("owner", state="active", team=("mate",))
    world.assign(code, "reviewer")
    assert ask(world, code).status_code == 303
    with world.session() as session:
        passage = passage_of(session, code)
        assert (passage.promise_on, passage.paused_on) == (None, TODAY)
        assert passage.asked_until == date(2026, 12, 1)
        assert heard(session, "information_asked") == sorted(
            [world.people["owner"], world.people["mate"]]
        )
        assert not broken(session)
    page = world.client("owner").get(f"/ideas/{code}").get_data(as_text=True)
    assert "More is asked" in page
    assert "the clock of the answer promised to you stands" in page
    client = world.client("owner")
    form = client.get(f"/ideas/{code}/edit").get_data(as_text=True)
    assert 'name="answer_problem"' in form
    assert 'name="title"' not in form
    assert 'name="answer_market"' not in form
    saved = client.post(
        f"/ideas/{code}/edit",
        data={"title": "Another", "answer_problem": "Forty plants.", "answer_market": "No",
              "version": stamp(form), "next": "answer"},
    )  # fmt: skip
    assert saved.headers["Location"].endswith(f"/ideas/{code}/information/answer")
    later = NOW + 3 * DAY  # Thursday, after a holiday on none of the days between
    with clock.told_by(lambda: later):
        shown = world.client("owner").get(f"/ideas/{code}/information/answer")
        assert "<ins>" in shown.get_data(as_text=True)
        assert answer(world, code, reply="All in Japan.").status_code == 303
    with world.session() as session:
        passage = passage_of(session, code)
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        # 14 days after Monday 23 November is 7 December; three working days stood still.
        assert passage.promise_on == date(2026, 12, 10)
        assert (passage.paused_on, passage.asked_until, passage.paused_days) == (None, None, 3)
        versions = session.scalars(
            select(Version).where(Version.idea_id == idea.id).order_by(Version.number)
        ).all()
        assert len(versions) == 2
        old, new = ({a["key"]: a["text"]["en"] for a in v.content["answers"]} for v in versions)
        assert new["problem"] == "Forty plants."
        assert {k: v for k, v in new.items() if k != "problem"} == {
            k: v for k, v in old.items() if k != "problem"
        }
        assert idea.title.en == "A better cell"
        request = session.scalars(select(InformationRequest)).one()
        assert request.reply == "All in Japan."
        assert (request.version_before_id, request.version_after_id) == tuple(
            v.id for v in versions
        )
        assert world.people["manager"] in heard(session, "information_answered")
        assert heard(session, "information_changed") == [world.people["reviewer"]]
        assert not broken(session)
    history = world.client("manager").get(f"/ideas/{code}/information").get_data(as_text=True)
    assert "What changed from version 1 to version 2" in history


def test_a_request_needs_fields_words_and_a_day_and_loses_nothing(world):
    code = world.idea("owner", state="active")
    page = ask(world, code, opens=[], text="", due_on="2026-11-23")
    html = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "Mark at least one field" in html
    page = ask(world, code, text="", due_on="2026-11-23")
    assert "Say what you would like to know." in page.get_data(as_text=True)
    page = ask(world, code, due_on="2026-11-23")
    html = page.get_data(as_text=True)
    assert "Name a day to come." in html
    assert "How many plants?" in html
    assert ask(world, code, opens=["answer_none"]).status_code == 422
    assert ask(world, code).status_code == 303
    again = ask(world, code)
    assert again.status_code == 422
    assert "asked for more already" in again.get_data(as_text=True)


def test_withdrawn_the_clock_goes_on_and_the_fields_close(world):
    code = world.idea("owner", state="active")
    ask(world, code)
    with clock.told_by(lambda: NOW + 2 * DAY):
        done = world.client("manager").post(f"/ideas/{code}/information/withdraw", data={})
    assert done.status_code == 303
    with world.session() as session:
        passage = passage_of(session, code)
        assert passage.promise_on == date(2026, 12, 9)
        assert heard(session, "information_withdrawn") == [world.people["owner"]]
        assert not broken(session)
    late = world.client("owner").post(
        f"/ideas/{code}/edit", data={"answer_problem": "Late", "version": ""}
    )
    assert late.status_code in (303, 409, 422)
    with world.session() as session:
        assert "Late" not in [row.text.en for row in session.scalars(select(Answer))]
    assert world.client("owner").get(f"/ideas/{code}/information/answer").status_code == 303


def test_only_managers_outside_the_team_ask_and_only_the_team_answers(world):
    code = world.idea("owner", state="active", team=("manager",))
    assert ask(world, code).status_code == 403
    other = world.idea("owner", state="active")
    assert ask(world, other, who="owner").status_code == 403
    assert ask(world, other, who="reviewer").status_code in (403, 404)
    ask(world, other)
    client = world.client("manager")
    assert client.get(f"/ideas/{other}/information/answer").status_code in (403, 404)
    assert (
        client.post(f"/ideas/{other}/information/answer", data={"version": "1"}).status_code == 403
    )
    assert world.client("employee").get(f"/ideas/{other}/information").status_code == 404


@pytest.mark.parametrize("who", ["manager"])
def test_no_gate_decides_while_the_team_is_asked(world, who):
    code = world.idea("owner", state="active")
    ask(world, code)
    world.client(who).post(
        "/cohorts/S27/spark/gate/decide",
        data={"selected": [code], "outcome": "advance", "reason": "Good.", "when": "later"},
    )
    with world.session() as session:
        assert passage_of(session, code).state == "handed_in"


def test_a_promise_told_in_time_is_kept_and_each_number_opens_its_list(world):
    from accelerator.domain.stages import Outcome
    from tests.features.gates.acts import VERDICTS, decide

    kept, late, paused = (
        world.idea("owner", state="active", title=t) for t in ("Kept", "Overdue", "Waiting")
    )
    with world.session() as session:
        passage_of(session, late).promise_on = TODAY - DAY
    ask(world, paused)
    decide(world, kept, VERDICTS[Outcome.STOP], announce_at=NOW)
    client = world.client("manager")
    address = "/programmes/spark/promises"
    html = client.get(address).get_data(as_text=True)
    assert "Overdue" in html
    assert "Kept" not in html
    for show, title in (("kept", "Kept"), ("paused", "Waiting")):
        html = client.get(f"{address}?show={show}&stage=spark&cohort=S27").get_data(as_text=True)
        assert title in html
        assert "Overdue" not in html
    assert "Overdue" not in client.get(f"{address}?stage=validate").get_data(as_text=True)
    assert world.client("sponsor").get(address).status_code == 200
    assert world.client("owner").get(address).status_code == 403

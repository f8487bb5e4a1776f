"""The pages of a gate, through the real application."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from accelerator import clock
from accelerator.domain.stages import Outcome
from accelerator.storage.tables import Assignment, Person, Programme, Stage
from tests.features.gates.acts import (
    VERDICTS,
    announce,
    decide,
    decisions,
    events,
    idea_of,
    mails,
    review,
)
from tests.world import NOW

GATE = "/cohorts/S27/spark/gate"
SOUND = {"outcome": "advance", "reason": "The customers are real.", "when": "later"}
LINES = {
    "conditions": ["Find a buyer", "", "Test it"],
    "conditions_due": ["2026-12-24", "", "2027-01-15"],
}


def counting(world):
    found = []
    event.listen(
        world.engine, "before_cursor_execute",
        lambda _c, _cur, statement, *_: found.append(statement)
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "ROLLBACK", "RELEASE"))
        else None,
    )  # fmt: skip
    return found


def no_window(world):
    """Let decisions leave at once."""
    with world.session() as session:
        session.get_one(Programme, world.programme_id).undo_minutes = 0


def post(world, path, codes, who="manager", **values):
    return world.client(who).post(f"{GATE}/{path}", data={"selected": codes, **SOUND, **values})


def test_the_list_shows_what_a_decision_needs(world):
    first, second, bare = (
        world.idea("owner", state="active", title=t) for t in ("Alpha", "Beta", "Gamma")
    )
    for reviewer, marks in (("reviewer", (5, 5)), ("second", (4, 4))):
        review(world, first, reviewer, marks)
        review(world, second, reviewer, (marks[0] - 3, 1))
    html = world.client("manager").get(GATE).get_data(as_text=True)
    assert [html.index(f">{t}<") for t in ("Alpha", "Beta", "Gamma")] == sorted(
        html.index(f">{t}<") for t in ("Alpha", "Beta", "Gamma")
    )
    assert "50 places: 0 taken, 0 promised by decisions not announced yet, 50 left." in re.sub(
        r"\s+", " ", html
    )
    assert "raw 4.50" in html
    assert html.count("not reviewed") >= 1
    decide(world, bare, VERDICTS[Outcome.PARK])
    client = world.client("manager")
    assert "Gamma" not in client.get(GATE).get_data(as_text=True)
    ready = client.get(f"{GATE}?list=decided").get_data(as_text=True)
    assert "Gamma" in ready
    assert "Park" in ready
    only = client.get(f"{GATE}?idea={second}").get_data(as_text=True)
    assert f'value="{second}"' in only
    assert "checked" in only
    assert first not in only


@pytest.mark.parametrize("minimums", [{}, {"customer": 3}])
def test_the_list_takes_the_same_few_queries_for_one_idea_and_ten(world, minimums):
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[0]).minimums = minimums
    review(world, world.idea("owner", state="active"), "reviewer", (4, 4))
    client, found = world.client("manager"), counting(world)
    client.get(GATE)
    one = len(found)
    for _ in range(9):
        review(world, world.idea("owner", state="active"), "second", (2, 3))
    found.clear()
    client.get(GATE)
    assert (one, len(found)) == ((10, 10) if minimums else (8, 8))


def test_readiness_below_the_minimum_and_missing_reviews_are_said(world):
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[0]).minimums = {"customer": 3}
    code = world.idea("owner", state="active")
    assert "Customer 1 of 3" in world.client("manager").get(GATE).get_data(as_text=True)
    page = post(world, "preview", [code]).get_data(as_text=True)
    assert "1 idea lacks reviews" in page
    assert "1 idea does not reach the readiness this gate asks for" in page


def test_a_decider_close_to_the_team_is_warned(world):
    with world.session() as session:
        session.get_one(Person, world.people["manager"]).department = "department of owner"
    code = world.idea("owner", state="active")
    page = post(world, "preview", [code]).get_data(as_text=True)
    assert "You have a conflict of interest with 1 idea" in page
    assert "you work in the department of somebody in the team" in page
    assert post(world, "decide", [code]).status_code == 422
    with world.session() as session:
        assert decisions(session) == []


def test_choosing_leads_to_a_form_without_reproach(world):
    code = world.idea("owner", state="active")
    page = world.client("manager").post(
        f"{GATE}/preview", data={"selected": [code], "outcome": "park"}
    )
    html = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Decide about 1 idea" in html
    assert 'name="would_change"' in html
    assert "error-summary" not in html


def test_the_preview_shows_the_real_messages_in_each_language_and_changes_nothing(world):
    with world.session() as session:
        session.get_one(Person, world.people["mate"]).language = "ja"
    code = world.idea("owner", state="active", team=("mate",))
    review(world, code, "reviewer", (4, 4), comment="A clear customer.")
    page = post(world, "preview", [code], outcome="conditions", **LINES)
    html = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "2 people hear." in html
    for words in (
        "Decision and reasons: “A better cell”",
        "の判定と理由のお知らせ",
        "A clear customer.",
        "- Find a buyer",
    ):
        assert words in html
    with world.session() as session:
        assert (decisions(session), mails(session)) == ([], [])
        assert events(session, "DecisionAnnounced") == []
        assert idea_of(session, code).state == "active"
    no_window(world)
    post(world, "decide", [code], outcome="conditions", when="soon", **LINES)
    with world.session() as session:
        assert decisions(session)[0].conditions == [
            {"text": "Find a buyer", "due_on": "2026-12-24"},
            {"text": "Test it", "due_on": "2027-01-15"},
        ]
        assert {m.person_id for m in mails(session)} == {
            world.people["owner"],
            world.people["mate"],
        }


@pytest.mark.parametrize("path", ["preview", "decide"])
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "\x00"}, "reason"),
        ({"outcome": "conditions", "conditions": " ", "conditions_due": ""}, "conditions"),
        ({"outcome": "conditions", "conditions": "x", "conditions_due": ""}, "conditions"),
        (
            {"outcome": "conditions", "conditions": "x", "conditions_due": "2020-01-01"},
            "conditions",
        ),
        ({"outcome": "conditions", "conditions": "x", "conditions_due": "soon"}, "conditions"),
        ({"outcome": "rework", "checklist": " \r\n "}, "checklist"),
        ({"outcome": "park", "would_change": "x", "revisit_on": "2027-03-01"}, "change"),
        ({"outcome": "park", "would_change": "", "revisit_on": ""}, "would_change"),
        ({"outcome": "park", "would_change": "x", "revisit_on": "2020-01-01"}, "revisit_on"),
        ({"outcome": "park", "would_change": "x", "revisit_on": "soon"}, "revisit_on"),
        ({"outcome": "promote"}, "outcome"),
        ({"when": "at", "announce_at": ""}, "announce_at"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(world, path, values, field):
    code = world.idea("owner", state="active")
    answer = post(world, path, [code], **({"next_step": "Talk to sales."} | values))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#{field}' in html
    assert "Talk to sales." in html
    assert f'name="selected" value="{code}"' in html
    with world.session() as session:
        assert decisions(session) == []


def test_a_moment_past_is_refused_at_its_field(world):
    code = world.idea("owner", state="active")
    answer = post(world, "decide", [code], when="at", announce_at="2020-01-01T09:00")
    assert answer.status_code == 422
    assert 'href="#announce_at"' in answer.get_data(as_text=True)


def test_the_moment_is_on_the_clock_of_the_cohort(world):
    code = world.idea("owner", state="active")
    post(world, "decide", [code], when="at", announce_at="2026-11-24T09:00")
    with world.session() as session:
        assert decisions(session)[0].announce_at == NOW.replace(day=24, hour=0)


def test_other_outcome_keeps_what_was_typed(world):
    code = world.idea("owner", state="active")
    html = post(
        world, "preview", [code], outcome="park", would_change="Half the cost.", switch="rework"
    ).get_data(as_text=True)
    assert '<input type="hidden" name="would_change" value="Half the cost.">' in html
    assert 'name="outcome" value="rework"' in html


def test_decided_and_announced_by_hand(world):
    codes = [world.idea("owner", state="active") for _ in range(3)]
    client = world.client("manager")
    answer = client.post(f"{GATE}/decide", data={"selected": codes, **SOUND}, follow_redirects=True)
    assert "3 ideas decided." in answer.get_data(as_text=True)
    answer = client.post(f"{GATE}/announce", data={"selected": codes[:2]}, follow_redirects=True)
    assert "2 teams hear at Mon 23 Nov 2026 10:10 JST" in answer.get_data(as_text=True)
    announce(world, codes[:2])
    with world.session() as session:
        assert len(mails(session)) == 2
    answer = client.post(f"{GATE}/announce", data={}, follow_redirects=True)
    assert "Choose at least one idea." in answer.get_data(as_text=True)
    answer = client.post(f"/ideas/{codes[2]}/decision/undo", data={}, follow_redirects=True)
    assert "it waits again" in answer.get_data(as_text=True)
    assert client.post(f"/ideas/{codes[0]}/decision/undo", data={}).status_code == 422
    with world.session() as session:
        assert len(decisions(session)) == 2


def test_posted_twice_decides_once(world):
    no_window(world)
    code = world.idea("owner", state="active")
    client = world.client("manager")
    answers = [
        client.post(
            f"{GATE}/decide", data={"selected": [code], "_once": "t", **SOUND, "when": "soon"}
        )
        for _ in range(2)
    ]
    assert {answer.status_code for answer in answers} <= {302, 303}
    assert len({answer.location for answer in answers}) == 1
    with world.session() as session:
        assert (len(decisions(session)), len(mails(session))) == (1, 1)


def test_who_comes_second_sees_what_was_decided_and_keeps_the_text(world):
    taken, free = (world.idea("owner", state="active", title=t) for t in ("Taken", "Free"))
    decide(world, taken, VERDICTS[Outcome.STOP])
    for path in ("preview", "decide"):
        answer = post(world, path, [taken, free], reason="My own careful words.")
        html = answer.get_data(as_text=True)
        assert answer.status_code == 409
        assert "Three customers asked for it by name." in html
        assert "Manager" in html
        assert "My own careful words." in html
        assert "Go on with the other 1 idea" in html
        assert f'name="selected" value="{free}"' in html
    with world.session() as session:
        assert [d.outcome for d in decisions(session)] == ["stop"]


def test_nothing_leaks_to_the_team_before_the_announcement_and_all_is_said_after(world):
    code = world.idea("owner", state="active", title="<b>Bold</b>", team=("mate",))
    review(world, code, "reviewer", (2, 2), comment="Price <i>canary</i> open")
    decide(world, code, VERDICTS[Outcome.PARK])
    client = world.client("owner")
    for path in (f"/ideas/{code}/outcome", f"/ideas/{code}", "/ideas", "/inbox", "/"):
        before = client.get(path, follow_redirects=True).get_data(as_text=True)
        for secret in (
            "Half the cost",
            "Three customers",
            "canary",
            "Park<",
            "Parked<",
            "track-park",
        ):
            assert secret not in before.replace(">Parked</option>", ""), (path, secret)
    announce(world, code)
    html = client.get(f"/ideas/{code}/outcome").get_data(as_text=True)
    for words in ("Three customers asked", "Half the cost.", "canary", "Thank you for"):
        assert words in html
    assert "<b>Bold" not in html
    assert "<i>canary" not in html
    assert "Reviewer Test" not in html
    assert "Test Reviewer" not in html


def test_who_may_read_what_a_team_was_told(world):
    code = world.idea("owner", state="active", team=("mate",), audience="everybody")
    world.assign(code, "reviewer")
    decide(world, code, VERDICTS[Outcome.STOP], announce_at=NOW)
    for who, status in (
        ("owner", 200), ("mate", 200), ("manager", 200), ("sponsor", 200), ("admin", 200),
        ("reviewer", 403), ("employee", 403), ("other_manager", 403),
    ):  # fmt: skip
        assert world.client(who).get(f"/ideas/{code}/outcome").status_code == status, who


def test_only_the_programmes_managers_open_its_gate(world):
    code = world.idea("owner", state="active", title="Canary")
    for who in ("owner", "reviewer", "sponsor", "other_manager", "admin", "employee"):
        client = world.client(who)
        for path in (GATE, f"{GATE}?list=decided"):
            answer = client.get(path)
            assert (answer.status_code, "Canary" in answer.get_data(as_text=True)) == (
                403,
                False,
            ), who
        for path in ("preview", "decide", "announce"):
            assert post(world, path, [code], who).status_code == 403
        assert client.post(f"/ideas/{code}/decision/undo", data={}).status_code == 403
    with world.session() as session:
        assert decisions(session) == []


def test_an_idea_of_another_cohort_is_no_part_of_this_gate(world):
    other = world.cohort("F27")
    code = world.idea("owner", state="active", title="Elsewhere", cohort_id=other)
    answer = post(world, "decide", [code])
    assert answer.status_code == 409
    assert "Elsewhere" not in answer.get_data(as_text=True)


def test_japanese_is_complete_on_every_page(world):
    with world.session() as session:
        for name in ("manager", "owner"):
            session.get_one(Person, world.people[name]).language = "ja"
    no_window(world)
    code = world.idea("owner", state="active")
    assert "判定待ち" in world.client("manager").get(GATE).get_data(as_text=True)
    assert "1件を判定する" in post(world, "preview", [code]).get_data(as_text=True)
    post(world, "decide", [code], when="soon")
    html = world.client("owner").get(f"/ideas/{code}/outcome").get_data(as_text=True)
    assert "おめでとうございます" in html


def test_the_ten_minutes_to_undo_are_the_default(world):
    code = world.idea("owner", state="active")
    post(world, "decide", [code], when="soon")
    with world.session() as session:
        assert decisions(session)[0].announce_at == NOW + timedelta(minutes=10)
    with clock.told_by(lambda: NOW + timedelta(minutes=9)):
        assert (
            world.client("manager").post(f"/ideas/{code}/decision/undo", data={}).status_code == 303
        )


def test_a_reviewer_whose_review_was_closed_keeps_a_working_queue(world):
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer", state="accepted")
    decide(world, code, announce_at=NOW)
    with world.session() as session:
        assert session.scalars(select(Assignment.state)).all() == ["closed"]
    client = world.client("reviewer")
    assert client.get("/reviews").status_code == 200
    assert client.get(f"/ideas/{code}/review").status_code in (200, 302, 303, 404)
    assert client.get("/inbox").status_code == 200
    assert world.client("manager").get(f"/ideas/{code}/reviews").status_code == 200

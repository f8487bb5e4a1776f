"""A round of reviews: its counts, its lists, its forecast; nudged and rebalanced."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.domain.policy import Role
from accelerator.domain.reviews import AssignmentState
from accelerator.features.progress import service
from accelerator.features.progress.queries import Narrowed, ahead_page, progress_page
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Conflict,
    Delivery,
    Person,
    Review,
    Stage,
    Version,
)
from tests.counting import queries
from tests.features.gates.acts import events, gate, idea_of, mails, review
from tests.world import NOW, TODAY

PAGE = "/cohorts/S27/spark/progress"


def html(world, path=PAGE, who="manager"):
    return html_of(world.client(who), path)


def html_of(client, path):
    return re.sub(r"\s+", " ", client.get(path).get_data(as_text=True))


def page(world, load=progress_page, **asked):
    if load is progress_page:
        asked = {"narrowed": Narrowed()} | asked
    actor = world.actor("manager")
    with world.session() as session:
        return load(
            session, session.get_one(Cohort, world.cohort_id),
            session.get_one(Stage, world.stage_ids[0]), actor=actor, now=NOW,
            **asked,
        )  # fmt: skip


def late(world, assignment_id, days=3):
    with world.session() as session:
        session.get_one(Assignment, assignment_id).due_on = TODAY - timedelta(days=days)


def draft(world, code, assignment_id):
    with world.session() as session:
        idea = idea_of(session, code)
        version_id = session.scalars(select(Version.id).where(Version.idea_id == idea.id)).one()
        session.add(
            Review(
                assignment_id=assignment_id, idea_version_id=version_id, marks={}, draft={"a": 1},
                comment_to_team="", note_to_manager="", saved_at=NOW,
            )
        )  # fmt: skip


@pytest.fixture
def round_(world):
    """One idea done, one late and drafted, one declined, one nobody was asked for."""
    codes = {name: world.idea("owner", state="active", title=f"Idea {name}") for name in "ABCD"}
    review(world, codes["A"], "reviewer", (4, 4))
    review(world, codes["A"], "second", (3, 4))
    one = world.assign(codes["B"], "reviewer", state="accepted")
    late(world, one)
    draft(world, codes["B"], one)
    late(world, world.assign(codes["B"], "second"))
    world.assign(codes["C"], "reviewer", state="declined")
    world.assign(codes["C"], "stranger")
    return codes


def test_every_count_is_right_and_opens_its_list(world, round_):
    found = page(world)
    assert (found.ideas, found.required) == (4, 2)
    assert found.totals == {
        "asked": 5, "accepted": 3, "drafted": 1, "done": 2, "late": 2, "declined": 1,
    }  # fmt: skip
    rows = {row.code: row.counts for row in found.rows}
    assert list(rows) == [round_[name] for name in "BCDA"]
    assert (rows[round_["B"]]["late"], rows[round_["B"]]["drafted"]) == (2, 1)
    for name, count in found.totals.items():
        listed = page(world, narrowed=Narrowed(by="reviews", show=name))
        assert (name, len(listed.rows)) == (name, count)
        text = html(world)
        assert f"by=reviews&amp;show={name}" in text
    text = html(world, f"{PAGE}?by=reviews&show=late&idea={round_['B']}")
    assert "Test Second" in text
    assert "Test Stranger" not in text
    assert f"of the idea {round_['B']}" in text


@pytest.mark.parametrize(
    ("by", "show", "names"),
    [
        ("ideas", "none", "BCD"), ("ideas", "short", "CD"), ("ideas", "open", "BCD"),
        ("ideas", "done", "A"), ("ideas", "late", "B"), ("ideas", "declined", "C"),
        ("reviewers", "open", ["Reviewer", "Second", "Stranger"]), ("reviewers", "done", []),
        ("reviewers", "late", ["Reviewer", "Second"]), ("reviewers", "drafted", ["Reviewer"]),
        ("reviewers", "declined", ["Reviewer"]),
    ],
)  # fmt: skip
def test_the_lists_are_narrowed_by_the_address(world, round_, by, show, names):
    rows = page(world, narrowed=Narrowed(by=by, show=show)).rows
    if by == "ideas":
        assert [row.code for row in rows] == [round_[name] for name in names]
    else:
        assert sorted(row.name for row in rows) == [f"Test {name}" for name in names]
    text = html(world, f"{PAGE}?by={by}&show={show}")
    assert ("Nothing here" in text) is (not names)


def test_a_reviewers_reviews_are_listed_under_their_name(world, round_):
    text = html(world, f"{PAGE}?by=reviews&reviewer={world.people['reviewer']}")
    assert "of Test Reviewer" in text
    assert text.count("Idea ") >= 3
    assert "Test Stranger" not in text


def test_ones_own_ideas_are_followed_by_somebody_else(world, round_):
    with world.session() as session:
        idea_of(session, round_["B"]).owner_id = world.people["manager"]
    found = page(world)
    assert round_["B"] not in {row.code for row in found.rows}
    assert found.totals["late"] == 0
    for path in ("", "?by=reviewers", "?by=reviews", "/forecast", "/nudge"):
        assert round_["B"] not in html(world, f"{PAGE}{path}")


def test_nothing_under_way_is_said(world):
    for path in ("", "?by=reviewers", "?by=reviews"):
        assert "No review is under way" in html(world, f"{PAGE}{path}")
    assert "No review was asked for yet." in html(world, f"{PAGE}/forecast")
    assert "No review of this round is late." in html(world, f"{PAGE}/nudge")


def test_what_cannot_be_read_is_said_and_left_out(world, round_):
    for query in ("by=team", "show=best", "reviewer=x", "reviewer=0", f"idea={'x' * 61}"):
        assert "Something in the address could not be read" in html(world, f"{PAGE}?{query}")
    for after in ("x", "1-", "-", "9" * 12, "1-2-3"):
        for by in ("ideas", "reviewers", "reviews"):
            answer = world.client("manager").get(f"{PAGE}?by={by}&after={after}")
            assert answer.status_code == 200


def test_long_lists_have_pages(world, round_, monkeypatch):
    monkeypatch.setattr("accelerator.features.progress.queries.lists.PAGE", 1)
    for by, expected in (("ideas", 4), ("reviewers", 3), ("reviews", 6)):
        seen, after = [], ""
        for _ in range(expected):
            found = page(world, narrowed=Narrowed(by=by, after=after))
            seen += found.rows
            after = found.after
        assert (by, len(seen), after) == (by, expected, "")
        assert len({repr(row) for row in seen}) == expected


@pytest.mark.parametrize(
    ("path", "most"),
    [("", 7), ("?by=reviewers", 7), ("?by=reviews", 7), ("/nudge", 5), ("/forecast", 14)],
)
def test_the_same_few_queries_for_few_ideas_and_many(world, path, most):
    client = world.client("manager")
    counted = []
    for ideas in (3, 9):
        for n in range(ideas):
            code = world.idea("owner", state="active")
            review(world, code, "second", (1 + n % 5, 3))
            late(world, world.assign(code, "reviewer"))
        with queries(world.engine) as found:
            client.get(f"{PAGE}{path}")
        counted.append(len(found))
    assert counted[0] == counted[1] <= most


def slow_round(world, done=6, owed=5):
    """Make one reviewer quick and done, one who has written nothing and owes much."""
    codes = []
    for _ in range(done):
        codes.append(world.idea("owner", state="active"))
        review(world, codes[-1], "second", (3, 3))
    for _ in range(owed):
        codes.append(world.idea("owner", state="active"))
        world.assign(codes[-1], "reviewer")
    with world.session() as session:
        for row in session.scalars(select(Assignment)):
            row.assigned_at = NOW - timedelta(days=7)
        dates = session.get_one(CohortStage, (world.cohort_id, world.stage_ids[0]))
        dates.review_by = TODAY + timedelta(days=3)
        session.get_one(Stage, world.stage_ids[0]).reviews_per_idea = 1
    return codes


def test_the_forecast_names_its_days_what_is_at_risk_and_what_to_move(world):
    codes = slow_round(world)
    found = page(world, ahead_page)
    assert (found.written, found.owed, found.missing) == (6, 5, 0)
    assert TODAY < found.early < found.late
    assert found.forecast.chance < 0.5
    assert {row.code for row in found.risks} <= set(codes[6:])
    assert found.risks
    assert {move.taker for move in found.moves} <= {"Test Second", "Test Stranger"}
    assert found.chance_after > found.forecast.chance
    text = html(world, f"{PAGE}/forecast")
    assert "Unlikely, by" in text
    assert "the chance to end in time goes from" in text
    assert "the chance that all are in by then" in html(world)


def test_too_little_is_said_in_words(world):
    world.assign(world.idea("owner", state="active"), "reviewer")
    found = page(world, ahead_page)
    assert (found.forecast, found.moves, found.missing) == (None, (), 1)
    text = html(world, f"{PAGE}/forecast")
    assert "Too little to tell" in text
    assert "Nobody has been asked for 1 review" in text
    assert "Too few reviews are in to tell" in html(world)


def test_a_day_that_has_passed_is_said(world):
    slow_round(world)
    with world.session() as session:
        dates = session.get_one(CohortStage, (world.cohort_id, world.stage_ids[0]))
        dates.review_by = TODAY - timedelta(days=1)
    assert "No: the day has passed, and 5 reviews are still to come." in html(
        world, f"{PAGE}/forecast"
    )
    assert "The reviews were wanted by" in html(world)
    assert page(world, ahead_page).moves


def test_an_idea_nobody_was_asked_for_is_at_risk(world):
    slow_round(world, owed=0)
    bare = world.idea("owner", state="active")
    found = page(world, ahead_page)
    assert [(row.code, row.missing, row.chance) for row in found.risks] == [(bare, 1, 0.0)]
    assert "it has ended" in html(world, f"{PAGE}/forecast")


def test_ticked_reviews_are_given_to_others_and_both_hear(world):
    slow_round(world)
    moves = page(world, ahead_page).moves
    client = world.client("manager")
    data = {"selected": [f"{move.review}-{move.taker_id}" for move in moves]}
    answer = client.post(f"{PAGE}/forecast", data=data)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}/forecast")
    text = html_of(client, answer.location)
    assert "given to" in text
    assert "stay where they are" not in text
    with world.session() as session:
        gone = session.scalars(select(Assignment).where(Assignment.state == "removed")).all()
        assert {row.id for row in gone} == {move.review for move in moves}
        for move in moves:
            old = session.get_one(Assignment, move.review)
            new = session.scalars(
                select(Assignment).where(
                    Assignment.passage_id == old.passage_id,
                    Assignment.reviewer_id == move.taker_id,
                )
            ).one()
            assert new.state == "assigned"
            assert new.due_on >= old.due_on
        assert len(events(session, "AssignmentRemoved")) == len(moves)
        takers = {move.taker_id for move in moves}
        assert {mail.person_id for mail in mails(session, "review_assigned")} == takers


def test_what_changed_meanwhile_stays_where_it_is(world):
    codes = slow_round(world)
    stranger = world.people["stranger"]
    with world.session() as session:
        rows = session.scalars(
            select(Assignment).where(Assignment.state == "assigned").order_by(Assignment.id)
        ).all()
        ids = [row.id for row in rows]
        rows[1].state = AssignmentState.SUBMITTED
        idea_of(session, codes[8]).state = "withdrawn"
        session.add(
            Conflict(
                idea_id=rows[3].idea_id, person_id=stranger, reason="", declared_by_id=stranger,
                declared_at=NOW,
            )
        )  # fmt: skip
    draft(world, codes[6], ids[0])
    client = world.client("manager")
    selected = [f"{one}-{stranger}" for one in ids[:4]]
    selected += [f"{ids[4]}-{world.people['owner']}", "x-1", "999999-1", ""]
    answer = client.post(f"{PAGE}/forecast", data={"selected": selected})
    assert "Some reviews stay where they are" in html_of(client, answer.location)
    actor = world.actor("manager")
    with world.session() as session:
        assert session.scalars(select(Assignment).where(Assignment.state == "removed")).all() == []
        assert events(session, "AssignmentRemoved") == events(session, "ReviewAssigned") == []
        taken = {ids[4]: stranger}
        args = {"actor": actor, "moves": taken, "now": NOW}
        assert service.give(session, **args, **gate(session, world)) == 1
        assert service.give(session, **args, **gate(session, world)) == 0
    answer = client.post(f"{PAGE}/forecast")
    assert "Nothing was ticked" in html_of(client, answer.location)


def test_a_nudge_shows_the_very_words_and_goes_once_a_day(world, round_):
    with world.session() as session:
        session.get_one(Person, world.people["second"]).language = "ja"
    client = world.client("manager")
    text = html_of(client, f"{PAGE}/nudge")
    assert "2 reviewers get this" in text
    assert "A review of yours is late" in text
    assert "期限を過ぎた審査が1件あります" in text
    with world.session() as session:
        assert session.query(Delivery).count() == 0
    answer = client.post(f"{PAGE}/nudge")
    assert "2 reviewers were nudged." in html_of(client, answer.location)
    with world.session() as session:
        sent = mails(session, "review_nudged")
        assert {mail.person_id for mail in sent} == {
            world.people["reviewer"], world.people["second"]
        }  # fmt: skip
        assert [idea["code"] for idea in sent[0].data["ideas"]] == [round_["B"]]
        (event,) = events(session, "ReviewersNudged")
        assert event.data["reviews"] == 2
    again = client.post(f"{PAGE}/nudge")
    assert "Nobody was nudged" in html_of(client, again.location)
    told = html_of(client, f"{PAGE}/nudge")
    assert "Nudged today already" in told
    assert "Nobody to nudge" in told
    with clock.told_by(lambda: NOW + timedelta(days=1)):
        world.client("manager").post(f"{PAGE}/nudge")
    with world.session() as session:
        assert len(mails(session, "review_nudged")) == 4
        assert len(events(session, "ReviewersNudged")) == 2


def test_the_same_person_is_nudged_once_from_two_rounds(world, round_):
    world.client("manager").post(f"{PAGE}/nudge")
    actor = world.actor("manager")
    with world.session() as session:
        heard = service.nudge(
            session, actor=actor, now=NOW + timedelta(hours=3),
            **gate(session, world),
        )  # fmt: skip
        assert heard == ()
        assert len(mails(session, "review_nudged")) == 2


@pytest.mark.parametrize(
    "who", ["owner", "reviewer", "sponsor", "employee", "other_manager", "admin"]
)
def test_only_the_programmes_managers_see_and_do_it(world, round_, who):
    world.role("employee", Role.SPONSOR)
    client = world.client(who)
    for path in ("", "/forecast", "/nudge"):
        answer = client.get(f"{PAGE}{path}")
        assert answer.status_code == 403
        assert "Test Second" not in answer.get_data(as_text=True)
    for path in ("/forecast", "/nudge"):
        assert client.post(f"{PAGE}{path}").status_code == 403


def test_it_speaks_japanese_and_escapes_what_people_wrote(world, round_):
    slow_round(world)
    with world.session() as session:
        session.get_one(Person, world.people["manager"]).language = "ja"
        session.get_one(Person, world.people["second"]).family_name = "<img src=x>"
    for path, words in {
        "": "審査の進み具合",
        "?by=reviewers": "審査員別",
        "?by=reviews": "審査ごと",
        "/forecast": "担当を移す",
        "/nudge": "通を送信する",
    }.items():
        text = html(world, f"{PAGE}{path}")
        assert words in text
        assert "<img src=x>" not in text


def test_two_reviews_of_one_idea_for_the_same_colleague_lose_none(world):
    code = world.idea("owner", state="active")
    ids = [world.assign(code, name) for name in ("reviewer", "second")]
    taker = world.people["stranger"]
    selected = [f"{one}-{taker}" for one in ids]
    world.client("manager").post(f"{PAGE}/forecast", data={"selected": selected})
    with world.session() as session:
        states = session.scalars(select(Assignment.state).order_by(Assignment.id)).all()
    assert sorted(states) == ["assigned", "assigned", "removed"]

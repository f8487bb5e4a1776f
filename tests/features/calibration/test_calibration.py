"""A calibration round: everybody reviews the anchors first; each sees their own offset alone."""

import re

import pytest
from sqlalchemy import event, select

from accelerator.domain.policy import Role
from accelerator.features.calibration.queries.facts import anchors
from accelerator.features.calibration.queries.own import own_page
from accelerator.features.calibration.queries.round import round_page
from accelerator.storage.tables import (
    Anchor,
    Assignment,
    Cohort,
    Conflict,
    Delivery,
    Event,
    Idea,
    Person,
    Review,
    Stage,
    Version,
)
from tests.features.gates.acts import decide
from tests.world import NOW, TODAY

ROUND = "/cohorts/S27/spark/calibration"
MINE = f"{ROUND}/mine"
DUE = "2026-12-10"


def ideas(world, count=3):
    return [
        world.idea("owner", state="active", title=f"Idea {letter}") for letter in "ABCDEFGH"[:count]
    ]


def choose(world, codes, who="manager", due_on=DUE):
    return world.client(who).post(ROUND, data={"idea": codes, "due_on": due_on})


def page(world, who, path=MINE):
    return re.sub(r"\s+", " ", world.client(who).get(path).get_data(as_text=True))


def conflict(world, code, who):
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(
            Conflict(
                idea_id=idea.id, person_id=world.people[who], reason="",
                declared_by_id=world.people[who], declared_at=NOW,
            )
        )  # fmt: skip


def submit(world, code, who, value, reach):
    """Let a reviewer submit the review that the round asks of them."""
    with world.session() as session:
        row = session.scalars(
            select(Assignment)
            .join(Idea, Idea.id == Assignment.idea_id)
            .where(Idea.code == code, Assignment.reviewer_id == world.people[who])
        ).one()
        version = session.scalars(
            select(Version.id).where(Version.passage_id == row.passage_id)
        ).one()
        row.state = "submitted"
        session.add(
            Review(
                assignment_id=row.id, idea_version_id=version, comment_to_team="", note_to_manager="",
                marks={"value": value, "reach": reach}, score=(value * 60 + (reach or value) * 40) / 100,
                confidence=2, recommendation="advance", saved_at=NOW, submitted_at=NOW,
            )
        )  # fmt: skip


def assigned(world):
    with world.session() as session:
        rows = session.execute(
            select(Idea.code, Person.email, Assignment.state)
            .select_from(Assignment)
            .join(Idea, Idea.id == Assignment.idea_id)
            .join(Person, Person.id == Assignment.reviewer_id)
        )
        return {(code, email.split("@")[0]): state for code, email, state in rows}


def kinds(world, kind):
    with world.session() as session:
        return list(session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def overview(world):
    with world.session() as session:
        stage = session.get_one(Stage, world.stage_ids[0])
        found = anchors(session, session.get_one(Cohort, world.cohort_id), stage)
        return round_page(session, stage, found)


def own(world, who):
    actor = world.actor(who)
    with world.session() as session:
        cohort = session.get_one(Cohort, world.cohort_id)
        return own_page(session, actor, cohort, session.get_one(Stage, world.stage_ids[0]))


def test_all_reviewers_are_asked_but_those_in_conflict(world):
    codes = ideas(world)
    text = page(world, "manager", ROUND)
    assert "All 3 reviewers are asked" in text
    assert all(code in text for code in codes)
    conflict(world, codes[0], "stranger")
    world.assign(codes[0], "reviewer", state="declined")
    world.assign(codes[1], "reviewer", state="removed")
    world.assign(codes[0], "second", state="accepted")
    assert choose(world, codes[:2]).status_code == 303
    assert assigned(world) == {
        (codes[0], "reviewer"): "declined",
        (codes[1], "reviewer"): "assigned",
        (codes[0], "second"): "accepted",
        (codes[1], "second"): "assigned",
        (codes[1], "stranger"): "assigned",
    }
    assert kinds(world, "AnchorsChosen")[0].data["codes"] == codes[:2]
    with world.session() as session:
        mails = {
            person: [idea["code"] for idea in data["ideas"]]
            for person, data in session.execute(
                select(Delivery.person_id, Delivery.data).where(
                    Delivery.template == "anchors_assigned", Delivery.channel == "daily"
                )
            )
        }
    assert mails == {
        world.people["reviewer"]: [codes[1]],
        world.people["second"]: codes[:2],
        world.people["stranger"]: [codes[1]],
    }
    text = page(world, "manager", ROUND)
    assert "The first anchor reviews are still to come." in text
    assert "declared a conflict of interest" in text
    assert ">declined<" in text
    assert "Ask those not asked yet" not in text
    assert "you declared a conflict of interest" in page(world, "stranger")
    assert "you declined it" in page(world, "reviewer")
    assert "Idea A" not in page(world, "stranger")


def test_each_sees_their_own_offset_and_the_manager_all(world):
    world.person("fourth")
    world.role("fourth", Role.REVIEWER)
    codes = ideas(world)
    choose(world, codes)
    marks = {"reviewer": (5, 5), "second": (3, 3), "stranger": (3, 3), "fourth": (2, 1)}
    base = (0, -1, 0)
    for who, (value, reach) in list(marks.items())[:2]:
        for code, down in zip(codes, base, strict=True):
            submit(world, code, who, value + down, reach + down)
    assert own(world, "reviewer").offset is None  # one other: it would tell what they marked
    assert "You see it here once" in page(world, "reviewer")
    for code, down in zip(codes, base, strict=True):
        submit(world, code, "stranger", 3 + down, 3 + down)
    submit(world, codes[0], "fourth", 2, 1)
    mine = own(world, "reviewer")
    assert mine.others == 2
    assert mine.offset.plain == pytest.approx((5 - (3 + 3 + 1.6) / 3 + 2 + 2) / 3)
    assert [name.en for name, _ in mine.criteria] == ["Value", "Reach"]
    assert mine.criteria[0][1] == pytest.approx((5 - 8 / 3 + 2 + 2) / 3)
    assert own(world, "fourth").offset is None  # their own are not all in
    found = overview(world)
    assert [row.name for row in found.rows][-1] == "Test Reviewer"
    assert (found.done, found.asked, found.missing) == (3, 4, 0)
    assert {row.name: row.done for row in found.rows}["Test Fourth"] == 1
    assert next(r for r in found.rows if r.name == "Test Reviewer").offset.fair == pytest.approx(
        mine.offset.fair
    )
    text = page(world, "reviewer")
    assert "more leniently" in text
    assert "2 other reviewers" in text
    for name in ("Test Second", "Test Stranger", "Test Fourth"):
        assert name not in text
        assert name in page(world, "manager", ROUND)
    assert "clearly otherwise" in page(world, "manager", ROUND)


def test_an_abstention_is_no_mark(world):
    codes = ideas(world, 2)
    choose(world, codes)
    for code in codes:
        submit(world, code, "reviewer", 4, None)
        submit(world, code, "second", 4, 2)
        submit(world, code, "stranger", 4, 3)
    assert [name.en for name, _ in own(world, "reviewer").criteria] == ["Value"]
    assert own(world, "second").criteria[1][1] == -1
    assert "no clear difference" in page(world, "reviewer")


def test_anchor_reviews_count_like_all_others(world):
    codes = ideas(world, 2)
    choose(world, codes)
    submit(world, codes[0], "reviewer", 5, 5)
    text = page(world, "manager", "/cohorts/S27/spark/ranking")
    assert "Idea A" in text
    assert "5.00" in text


def test_those_who_joined_since_are_asked_later(world):
    codes = ideas(world, 2)
    choose(world, codes)
    world.person("late")
    world.role("late", Role.REVIEWER)
    assert overview(world).missing == 2
    assert "it was not assigned to you" in page(world, "late")
    client = world.client("manager")
    assert client.post(f"{ROUND}/ask").status_code == 303
    assert len([who for _, who in assigned(world) if who == "late"]) == 2
    assert [e.data["due_on"] for e in kinds(world, "AnchorsAssigned")] == [DUE] * 4
    client.post(f"{ROUND}/ask")
    assert len(kinds(world, "AnchorsAssigned")) == 4
    decide(world, codes)
    client.post(f"{ROUND}/ask")
    assert "No anchor idea waits for reviews here." in client.get(ROUND).get_data(as_text=True)
    assert "No longer at the gate" in page(world, "late")


def test_a_round_ends_and_its_reviews_stay(world):
    codes = ideas(world, 2)
    choose(world, codes)
    submit(world, codes[0], "reviewer", 3, 3)
    client = world.client("manager")
    assert "chosen already" in choose(world, codes).get_data(as_text=True)
    client.post(f"{ROUND}/end")
    client.post(f"{ROUND}/end")
    with world.session() as session:
        assert list(session.scalars(select(Anchor))) == []
    assert len(assigned(world)) == 6
    assert len(kinds(world, "AnchorsEnded")) == 1
    assert "No calibration round" in page(world, "reviewer")
    assert choose(world, codes).status_code == 303


def test_what_is_wrong_is_said_at_its_field(world):
    codes = [*ideas(world, 4), world.idea("manager", state="active"), world.idea("owner")]
    for ticked in ([], codes[:1], codes[:4], [codes[0], codes[4]], [codes[0], codes[5]]):
        answer = choose(world, ticked)
        assert answer.status_code == 422
        assert "Tick two or three ideas." in answer.get_data(as_text=True)
    late = choose(world, codes[:2], due_on=(TODAY.replace(day=1)).isoformat())
    assert "This day has passed." in late.get_data(as_text=True)
    assert late.get_data(as_text=True).count("checked") == 2
    assert "Say by when." in choose(world, codes[:2], due_on="").get_data(as_text=True)
    assert assigned(world) == {}


def test_too_little_to_choose_from(world):
    assert "Too few ideas to choose from" in page(world, "manager", ROUND)
    ideas(world, 2)
    with world.session() as session:
        for who in ("reviewer", "second", "stranger"):
            session.get_one(Person, world.people[who]).disabled_at = NOW
    assert "No reviewers yet" in page(world, "manager", ROUND)


def test_who_is_asked_anew_starts_anew(world):
    codes = ideas(world, 2)
    number = world.assign(codes[0], "second", state="removed")
    with world.session() as session:
        session.get_one(Assignment, number).asked_due_on = TODAY
    choose(world, codes)
    with world.session() as session:
        again = session.get_one(Assignment, number)
        assert (again.state, again.asked_due_on) == ("assigned", None)


def test_a_manager_learns_nothing_of_an_anchor_of_their_own_team(world):
    own = world.idea("owner", state="active", title="Idea A")
    other = world.idea("mate", state="active", title="Idea B")
    conflict(world, own, "stranger")
    choose(world, [own, other])
    world.role("owner", Role.MANAGER)
    shown = page(world, "owner", ROUND)
    assert "Idea B" in shown
    assert "Idea A" not in shown
    assert own not in shown
    assert own in page(world, "manager", ROUND)


def test_somebody_who_was_a_reviewer_keeps_their_name(world):
    codes = ideas(world, 2)
    world.assign(codes[0], "employee")
    choose(world, codes)
    assert "Test Employee" in page(world, "manager", ROUND)


@pytest.mark.parametrize(
    "who", ["owner", "employee", "sponsor", "other_manager", "admin", "reviewer"]
)
def test_only_managers_see_all_and_only_reviewers_their_own(world, who):
    choose(world, ideas(world, 2))
    client = world.client(who)
    assert client.get(ROUND).status_code == 403
    for act in ("", "/ask", "/end"):
        assert client.post(f"{ROUND}{act}").status_code == 403
    assert client.get(MINE).status_code == (200 if who == "reviewer" else 403)
    assert "Test Second" not in client.get(ROUND).get_data(as_text=True)


def test_the_same_few_queries_for_three_reviewers_and_ten(world):
    codes = ideas(world, 3)
    choose(world, codes[:2])
    found = []
    event.listen(
        world.engine, "before_cursor_execute",
        lambda _c, _cur, statement, *_: found.append(statement)
        if not statement.startswith(("BEGIN", "PRAGMA")) else None,
    )  # fmt: skip
    manager, reviewer = world.client("manager"), world.client("reviewer")
    counts = []
    for more in (0, 7):
        for n in range(more):
            world.person(f"more{n}")
            world.role(f"more{n}", Role.REVIEWER)
        manager.post(f"{ROUND}/ask")
        for client, path in ((manager, ROUND), (reviewer, MINE)):
            client.get(path)
            found.clear()
            client.get(path)
            counts.append(len(found))
    conflict(world, codes[0], "second")
    manager.post(f"{ROUND}/end")
    for client, path in ((manager, ROUND), (reviewer, MINE)):
        found.clear()
        client.get(path)
        counts.append(len(found))
    assert counts == [8, 6, 8, 6, 7, 6]


def test_the_queue_serves_anchors_first_and_leads_to_the_round(world):
    codes = ideas(world, 4)
    world.assign(codes[0], "reviewer")
    choose(world, codes[2:])
    text = page(world, "reviewer", "/reviews")
    assert text.index(codes[2]) < text.index(codes[3]) < text.index(codes[0])
    assert text.count(f'href="{MINE}"') == 2
    client = world.client("reviewer")
    assert client.get("/reviews/next").headers["Location"].endswith(f"/ideas/{codes[2]}/review")


def test_it_speaks_japanese(world):
    choose(world, ideas(world, 2))
    with world.session() as session:
        for who in ("manager", "reviewer"):
            session.get_one(Person, world.people[who]).language = "ja"
    assert "目線合わせ" in page(world, "reviewer")
    assert "基準アイデア" in page(world, "manager", ROUND)

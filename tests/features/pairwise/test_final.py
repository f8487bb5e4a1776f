"""A final round: opened, judged pair by pair, undone, closed; its order is only advice."""

import re

import pytest
from sqlalchemy import event, select

from accelerator.domain.policy import Actor
from accelerator.features.pairwise.queries.order import order_page
from accelerator.storage.tables import (
    Conflict,
    Decision,
    Delivery,
    Event,
    Final,
    FinalIdea,
    FinalJudge,
    Idea,
    Person,
    Pick,
    Stage,
    TeamMember,
)
from tests.features.gates.acts import decide, review
from tests.world import NOW

FINAL = "/cohorts/S27/spark/final"
JUDGE = f"{FINAL}/judge"


MANAGER = Actor(id=0)


def ideas(world, count=3):
    return [
        world.idea("owner", state="active", title=f"Idea {letter}") for letter in "ABCDEFGH"[:count]
    ]


def opened(world, codes, judges=("reviewer", "second")):
    answer = world.client("manager").post(
        f"{FINAL}/add", data={"idea": codes, "judge": [str(world.people[j]) for j in judges]}
    )
    assert answer.status_code == 303
    return codes


def page(world, who, path=JUDGE):
    return re.sub(r"\s+", " ", world.client(who).get(path).get_data(as_text=True))


def shown(world, who):
    """Return the codes on a judge's page, left and right, or None."""
    text = page(world, who)
    found = [re.search(f'name="{side}" value="([^"]+)"', text) for side in ("left", "right")]
    return tuple(m.group(1) for m in found) if all(found) else None


def pick(world, who, left, right, better):
    return world.client(who).post(JUDGE, data={"left": left, "right": right, "better": better})


def rows(world, table):
    with world.session() as session:
        return list(session.scalars(select(table)))


def kinds(world, kind):
    with world.session() as session:
        return list(session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def order(world):
    with world.session() as session:
        return order_page(session, session.scalars(select(Final)).one(), MANAGER)


def test_a_round_from_beginning_to_end(world):
    codes = ideas(world)
    assert "No final round yet" in page(world, "manager", FINAL)
    form = page(world, "manager", f"{FINAL}/add")
    assert form.count("checked") == 3  # nothing is reviewed, so all of them are proposed
    opened(world, codes)
    assert [e.data["codes"] for e in kinds(world, "FinalOpened")] == [codes]
    with world.session() as session:
        told = session.execute(
            select(Delivery.person_id, Delivery.channel, Delivery.data).where(
                Delivery.template == "judge_asked"
            )
        ).all()
    assert {(person, channel) for person, channel, _ in told} == {
        (world.people[who], channel)
        for who in ("reviewer", "second")
        for channel in ("inbox", "daily")
    }
    assert told[0][2]["path"] == JUDGE
    assert "Nobody has compared two ideas yet" in page(world, "manager", FINAL)

    seen = set()
    while pair := shown(world, "reviewer"):
        assert frozenset(pair) not in seen
        seen.add(frozenset(pair))
        assert pick(world, "reviewer", *pair, min(pair)).headers["Location"] == JUDGE
    assert seen == {frozenset(p) for p in ((codes[0], codes[1]), codes[1:], codes[::2])}
    assert "You have compared every pair" in page(world, "reviewer")
    found = order(world)
    assert [row.code for row in found.rows] == codes
    assert (found.comparisons, found.groups, found.consistency) == (3, 1, 1.0)
    text = page(world, "manager", FINAL)
    assert "“Idea A” leads" in text
    assert f"/ideas/{codes[0]}" in text
    assert "Nothing is decided by it." in text
    assert rows(world, Decision) == []

    manager = world.client("manager")
    assert manager.post(f"{FINAL}/close").status_code == 303
    assert "This final round is closed" in page(world, "second")
    pick(world, "second", codes[0], codes[1], codes[0])
    assert len(rows(world, Pick)) == 3
    assert kinds(world, "FinalClosed")[0].data["picks"] == 3
    manager.post(f"{FINAL}/close")
    assert len(kinds(world, "FinalClosed")) == 1
    manager.post(f"{FINAL}/reopen")
    manager.post(f"{FINAL}/reopen")
    assert len(kinds(world, "FinalReopened")) == 1
    assert shown(world, "second") is not None


def test_undecided_counts_and_the_last_pick_can_be_taken_back(world):
    codes = opened(world, ideas(world, 2), ["reviewer"])
    pick(world, "reviewer", codes[1], codes[0], "")
    (row,) = rows(world, Pick)
    assert (row.better_id, row.lower_id < row.higher_id) == (None, True)
    assert order(world).consistency is None
    client = world.client("reviewer")
    answer = client.post(f"{JUDGE}/undo")
    assert rows(world, Pick) == []
    assert kinds(world, "PickUndone")[0].data["better"] == ""
    assert answer.headers["Location"] == f"{JUDGE}?pair={codes[0]}+{codes[1]}"
    assert shown(world, "reviewer") is not None
    assert client.post(f"{JUDGE}/undo").headers["Location"] == JUDGE  # nothing left to undo
    pick(world, "reviewer", codes[0], codes[1], codes[1])
    world.client("manager").post(f"{FINAL}/close")
    client.post(f"{JUDGE}/undo")
    assert len(rows(world, Pick)) == 1
    assert "is closed" in page(world, "reviewer")


def test_the_address_can_name_the_pair(world):
    codes = opened(world, ideas(world, 5), ["reviewer"])
    text = page(world, "reviewer", f"{JUDGE}?pair={codes[4]}+{codes[2]}")
    assert f'name="left" value="{codes[4]}"' in text
    assert f'name="right" value="{codes[2]}"' in text
    for wrong in (codes[4], f"{codes[4]}+{codes[4]}", f"{codes[4]}+nothing", "a+b+c"):
        assert 'name="left"' in page(world, "reviewer", f"{JUDGE}?pair={wrong}")


def test_a_conflicted_judge_never_gets_that_idea(world):
    codes = ideas(world, 4)
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == codes[0])).one()
        session.add(
            Conflict(
                idea_id=idea.id, person_id=world.people["reviewer"], reason="",
                declared_by_id=world.people["reviewer"], declared_at=NOW,
            )
        )  # fmt: skip
    opened(world, codes)
    for other in codes[1:]:
        assert f'value="{codes[0]}"' not in page(
            world, "reviewer", f"{JUDGE}?pair={codes[0]}+{other}"
        )
        pick(world, "reviewer", codes[0], other, other)
    assert rows(world, Pick) == []
    seen = set()
    while pair := shown(world, "reviewer"):
        seen |= set(pair)
        pick(world, "reviewer", *pair, pair[0])
    assert seen == set(codes[1:])
    assert "1 idea is not shown to you" in page(world, "second") or shown(world, "second")


def test_a_judge_who_may_compare_nothing_is_refused(world):
    codes = ideas(world, 2)
    with world.session() as session:
        session.get_one(Person, world.people["reviewer"]).department = "department of owner"
    answer = world.client("manager").post(
        f"{FINAL}/add",
        data={
            "idea": codes, "judge": [str(world.people["reviewer"]), str(world.people["second"])],
        },
    )  # fmt: skip
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "leaves fewer than two ideas to: Test Reviewer." in text
    assert text.count("checked") == 4  # what was ticked still is
    assert rows(world, Final) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Tick at least two ideas."),
        ({"idea": [0]}, "Tick at least two ideas."),
        ({"idea": [0, 1]}, "Tick at least one reviewer."),
        ({"idea": [0, 1], "judge": ["owner"]}, "Tick at least one reviewer."),
        ({"idea": [0, 2], "judge": ["reviewer"]}, "Tick at least two ideas."),
    ],
)
def test_what_is_missing_is_said_at_its_field(world, data, words):
    codes = [*ideas(world, 2), world.idea("owner", title="Draft")]
    answer = world.client("manager").post(
        f"{FINAL}/add",
        data={
            "idea": [codes[at] for at in data.get("idea", [])],
            "judge": [str(world.people[who]) for who in data.get("judge", [])],
        },
    )
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert rows(world, Final) == rows(world, FinalIdea) == rows(world, FinalJudge) == []


def test_a_round_grows_and_takes_back_what_nobody_compared(world):
    codes = ideas(world, 4)
    opened(world, codes[:2], ["reviewer"])
    client = world.client("manager")
    again = client.post(f"{FINAL}/add", data={"idea": codes[:2]})
    assert "Tick what shall join the round." in again.get_data(as_text=True)
    opened(world, codes[1:], ["reviewer", "second"])
    assert [e.data["added"] for e in kinds(world, "FinalIdeasChanged")] == [codes[2:]]
    assert len(kinds(world, "JudgeAsked")) == 2  # each hears once
    pick(world, "reviewer", codes[0], codes[1], codes[0])
    for code, left in ((codes[0], 4), (codes[3], 3), (codes[3], 3), (codes[2], 2), (codes[1], 2)):
        client.post(f"{FINAL}/ideas/{code}/remove")
        assert len(rows(world, FinalIdea)) == left
    client.post(f"{FINAL}/judges/{world.people['reviewer']}/remove")
    client.post(f"{FINAL}/judges/{world.people['reviewer']}/remove")
    assert [row.person_id for row in rows(world, FinalJudge)] == [world.people["second"]]
    assert len(kinds(world, "JudgeRemoved")) == 1
    assert world.client("reviewer").get(JUDGE).status_code == 404
    assert [(j.name, j.picks, j.asked) for j in order(world).judges] == [
        ("Test Reviewer", 1, False), ("Test Second", 0, True),
    ]  # fmt: skip
    client.post(f"{FINAL}/close")
    late = client.post(f"{FINAL}/add", data={"idea": codes[2:]})
    assert "open it again first" in late.get_data(as_text=True)


def test_an_idea_that_left_the_gate_is_shown_no_more_and_its_picks_count(world):
    codes = opened(world, ideas(world, 3), ["reviewer"])
    pick(world, "reviewer", codes[0], codes[1], codes[1])
    decide(world, codes[1])
    assert set(shown(world, "reviewer")) == {codes[0], codes[2]}
    pick(world, "reviewer", codes[1], codes[2], codes[1])
    assert len(rows(world, Pick)) == 1
    found = order(world)
    assert (found.rows[0].code, found.rows[0].open) == (codes[1], False)
    text = page(world, "manager", FINAL)
    assert "No longer at the gate" in text
    assert "groups of ideas were never compared" in text
    decide(world, [codes[0], codes[2]])
    assert "You have compared every pair" in page(world, "reviewer")


def test_a_judge_without_a_pair_is_told_so(world):
    codes = opened(world, ideas(world, 2), ["reviewer"])
    decide(world, codes)
    assert "No pair for you now" in page(world, "reviewer")


def test_the_same_pair_twice_is_one_pick(world):
    codes = opened(world, ideas(world, 2), ["reviewer"])
    pick(world, "reviewer", *codes, codes[0])
    pick(world, "reviewer", *codes[::-1], codes[1])
    pick(world, "reviewer", codes[0], codes[0], codes[0])
    pick(world, "reviewer", *codes, "O27-0001")
    (row,) = rows(world, Pick)
    assert row.better_id == row.lower_id
    assert len(kinds(world, "PickMade")) == 1


def test_ideas_above_the_line_are_proposed(world):
    codes = ideas(world, 4)
    for code, mark in zip(codes, (2, 5, 4, 1), strict=True):
        review(world, code, "stranger", (mark, mark))
    text = page(world, "manager", f"{FINAL}/add")
    ticked = re.findall(r'name="idea" value="([^"]+)"[^>]*checked', text)
    assert ticked == [codes[1], codes[2]]
    opened(world, ticked)
    assert "checked" not in page(world, "manager", f"{FINAL}/add")


def test_reviewers_are_found_by_name(world):
    ideas(world, 2)
    text = page(world, "manager", f"{FINAL}/add?who=second")
    assert "Test Second" in text
    assert "Test Reviewer" not in text
    assert "has this name" in page(world, "manager", f"{FINAL}/add?who=nobody")


def test_a_hidden_team_stays_hidden_and_text_is_escaped(world):
    codes = ideas(world, 2)
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[0]).teams_hidden = True
        from accelerator.storage.tables import Version

        for version in session.scalars(select(Version)):
            version.content = version.content | {
                "team": [{"name": "CANARY OWNER"}], "title": {"ja": "", "en": "<img src=x>"},
            }  # fmt: skip
    opened(world, codes)
    text = page(world, "reviewer")
    assert "CANARY" not in text
    assert "<img src=x>" not in text
    assert "Hidden in this stage" in text
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[0]).teams_hidden = False
    assert "CANARY OWNER" in page(world, "reviewer")


@pytest.mark.parametrize(
    "who", ["owner", "employee", "second", "sponsor", "other_manager", "admin"]
)
def test_only_managers_run_it_and_only_those_asked_judge(world, who):
    codes = opened(world, ideas(world, 2), ["reviewer"])
    client = world.client(who)
    assert client.get(JUDGE).status_code == 404
    assert client.get(FINAL).status_code == 403
    assert client.post(f"{FINAL}/close").status_code == 403
    assert pick(world, who, *codes, codes[0]).status_code == 403
    assert "Idea A" not in client.get(FINAL).get_data(as_text=True)
    assert rows(world, Pick) == []


def test_where_nothing_is_there_is_nothing(world):
    client = world.client("manager")
    for path in ("/cohorts/S27/none/final", "/cohorts/none/spark/final", JUDGE):
        assert client.get(path).status_code == 404
    for act in ("close", "reopen", "judges/1/remove", "ideas/S27-0001/remove"):
        assert client.post(f"{FINAL}/{act}").status_code == 303
    assert rows(world, Final) == []
    assert "Too few ideas to compare" in page(world, "manager", f"{FINAL}/add")


def test_the_same_few_queries_for_three_ideas_and_nine(world):
    found = []
    event.listen(
        world.engine, "before_cursor_execute",
        lambda _c, _cur, statement, *_: found.append(statement)
        if not statement.startswith(("BEGIN", "PRAGMA")) else None,
    )  # fmt: skip
    counts = []
    for number in (3, 6):
        opened(world, ideas(world, number))
        pair = shown(world, "reviewer")
        pick(world, "reviewer", *pair, pair[0])
        judge, manager = world.client("reviewer"), world.client("manager")
        for client, path in ((judge, JUDGE), (manager, FINAL), (manager, f"{FINAL}/add")):
            client.get(path)
            found.clear()
            client.get(path)
            counts.append(len(found))
    assert counts == [8, 8, 8, 8, 8, 8]


def test_a_manager_in_the_team_does_not_learn_who_picks(world):
    codes = opened(world, ideas(world, 3))
    assert "Test Reviewer" in page(world, "manager", FINAL)
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == codes[0])).one()
        session.add(
            TeamMember(
                idea_id=idea.id, person_id=world.people["manager"], state="accepted",
                invited_at=NOW,
            )
        )  # fmt: skip
    text = page(world, "manager", FINAL)
    assert "Test Reviewer" not in text
    assert "its reviewers are not named to you" in text


def test_it_speaks_japanese(world):
    opened(world, ideas(world, 2))
    with world.session() as session:
        for who in ("manager", "reviewer"):
            session.get_one(Person, world.people[who]).language = "ja"
    assert "どちらのアイデアが優れていますか" in page(world, "reviewer")
    assert "この順位はゲート判定の参考です" in page(world, "manager", FINAL)

"""The ranking page: the numbers of the rules, with the names of people and ideas."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator.domain.gates import Why
from accelerator.domain.policy import Role
from accelerator.domain.scoring import Scored, rank
from accelerator.domain.stages import Outcome
from accelerator.features.ranking.queries import (
    firmness_page,
    helped_page,
    panel_page,
    ranking_page,
    reviews_page,
)
from accelerator.features.ranking.queries.listed import Wanted
from accelerator.features.ranking.queries.page import Narrowed
from accelerator.standing import robustness
from accelerator.standing.ranking import Scope
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Conflict,
    Criterion,
    Idea,
    Person,
    Review,
    Stage,
)
from tests.counting import queries
from tests.features.gates.acts import VERDICTS, decide, events, idea_of, mails, review
from tests.world import NOW, TODAY

PAGE = "/cohorts/S27/spark/ranking"
MARKS = {"A": ((5, 5), (5, 4)), "B": ((4, 4), (4, 3)), "C": ((3, 2), (2, 2)), "D": ((1, 1), (2, 1))}


def panel(world, marks=MARKS, reviewers=("reviewer", "second")):
    codes = {}
    for title, given in marks.items():
        codes[title] = world.idea("owner", state="active", title=f"Idea {title}")
        for reviewer, each in zip(reviewers, given, strict=True):
            review(world, codes[title], reviewer, each)
    return codes


def page(world, load=ranking_page, **asked):
    if load is not panel_page:
        asked = {"actor": world.actor("manager")} | asked
    with world.session() as session:
        return load(
            session, session.get_one(Cohort, world.cohort_id),
            session.get_one(Stage, world.stage_ids[0]), **asked,
        )  # fmt: skip


def html(world, path=PAGE, who="manager"):
    return html_of(world.client(who), path)


def html_of(client, path):
    return re.sub(r"\s+", " ", client.get(path).get_data(as_text=True))


def test_the_page_shows_what_the_rules_compute(world):
    codes = panel(world)
    found = page(world, capacity=2)
    scored = [
        Scored(title, reviewer, each[0] * 0.6 + each[1] * 0.4)
        for title, given in MARKS.items()
        for reviewer, each in enumerate(given)
    ]
    expected = rank(scored, capacity=2)
    assert [row.idea.code for row in found.rows] == [codes[row.idea] for row in expected.rows]
    for got, wanted in zip(found.rows, expected.rows, strict=True):
        assert got.numbers.adjusted == pytest.approx(wanted.adjusted)
        assert got.numbers.probability == pytest.approx(wanted.probability, abs=0.02)
    assert [row.above for row in found.rows] == [True, True, False, False]
    assert found.cut == pytest.approx(expected.cut)
    assert sum(found.zones.values()) == 4
    text = html(world, f"{PAGE}?capacity=2")
    for title, code in codes.items():
        assert f"Idea {title}" in text
        assert f"/ideas/{code}/reviews" in text
    assert "Cut line: best 2" in text
    assert "Krippendorff" in html(world, f"{PAGE}/reviewers")


def test_the_line_is_drawn_by_wish_by_places_or_at_half(world):
    panel(world)
    assert (page(world).line.capacity, page(world).line.why) == (2, Why.HALF)
    with world.session() as session:
        session.get_one(Cohort, world.cohort_id).capacity = 3
    assert (page(world).line.capacity, page(world).line.why) == (3, Why.PLACES)
    asked = page(world, capacity=1)
    assert (asked.line.capacity, asked.line.why) == (1, Why.ASKED)
    assert [row.above for row in page(world, capacity=0).rows] == [False] * 4


def test_decided_ideas_stay_until_they_are_announced_and_can_be_looked_at_later(world):
    codes = panel(world)
    decide(world, codes["A"])
    assert page(world).ranked == 4
    decide(world, codes["D"], VERDICTS[Outcome.STOP], announce_at=NOW)
    now, all_of_them = page(world), page(world, scope=Scope.ALL)
    assert (now.ranked, all_of_them.ranked) == (3, 4)
    assert [row.idea.outcome for row in all_of_them.rows] == [None, None, None, "stop"]
    assert "Idea D" not in html(world)
    assert "Idea D" in html(world, f"{PAGE}?scope=all")


def test_ideas_without_a_review_are_counted_and_not_ranked(world):
    panel(world)
    world.idea("owner", state="active", title="Bare")
    world.idea("owner", title="Secret draft")
    text = html(world)
    assert "1 idea has no review yet and is not ranked." in text
    assert "Secret draft" not in text
    assert "Bare" not in text


def test_an_empty_ranking_says_what_comes(world):
    assert "Nothing to rank yet" in html(world)
    assert "Nothing to rank yet" in html(world, f"{PAGE}?scope=all&capacity=3")


def test_one_review_is_enough_for_a_page(world):
    review(world, world.idea("owner", state="active"), "reviewer", (3, 3))
    html(world)
    text = html(world, f"{PAGE}/reviewers")
    assert "nobody can tell" in text
    assert "No reviewer differs clearly" in text


def test_panels_that_share_nothing_are_said_in_words(world):
    panel(world)
    world.person("fourth")
    for _ in range(2):
        review(world, world.idea("owner", state="active"), "stranger", (3, 3))
    assert "2 panels of reviewers share no idea" in html(world)
    assert page(world).panels == ((4, 2), (2, 1))
    assert [row.numbers.reviews for row in page(world, narrowed=Narrowed(panel=2)).rows] == [1, 1]
    assert "in 2 panels that share no idea" in html(world, f"{PAGE}/reviewers")


def test_what_carries_an_idea_over_the_line_is_named(world):
    panel(
        world,
        {"Spiky": ((5, 1), (5, 1)), "Even": ((3, 3), (3, 3)), "Low": ((1, 2), (2, 1))},
    )
    found = page(world, capacity=1)
    change = {row.idea.title.en: row.change for row in found.rows}["Idea Spiky"]
    assert change.equal_weights or change.criteria
    assert [name.en for name in change.criteria] == ["Value"]
    text = html(world, f"{PAGE}?capacity=1")
    assert "with the weight of “Value” 50 % more or less" in text
    assert {row.idea.title.en: row.change.firm for row in found.rows}["Idea Low"]
    firm = page(world, firmness_page, actor=world.actor("manager"), capacity=1)
    assert {one.key: one.ideas for one in firm.tried}["weight:value"] == 2
    assert [row.idea.title.en for row in firm.rows] == ["Idea Spiky", "Idea Even"]
    for change, shown in {"weight:value": 2, "firm": 1, "any": 2, "raw": 0, "odd": 3}.items():
        narrowed = page(world, capacity=1, narrowed=Narrowed(change=change))
        assert (change, narrowed.total) == (change, shown)
    tried = html(world, f"{PAGE}/robustness?capacity=1&change=weight:value")
    assert "Only those that change with: “Value” weighing 50 % more or less" in tried
    assert "No idea changes side" in html(world, f"{PAGE}/robustness?capacity=1&change=raw")
    assert "The line separates the same ideas" in html(world, f"{PAGE}/robustness?capacity=3")


def test_severity_has_names_and_words(world):
    marks = {
        t: ((m, m), (m - 2, m - 2))
        for t, m in zip("ABCDEFGH", (5, 4, 3, 5, 4, 3, 5, 4), strict=True)
    }
    panel(world, marks)
    found = page(world, panel_page)
    assert [row.name for row in found.reviewers] == ["Test Second", "Test Reviewer"]
    assert found.reviewers[0].numbers.leniency < 0 < found.reviewers[1].numbers.leniency
    assert (found.severe, found.lenient) == (1, 1)
    text = html(world, f"{PAGE}/reviewers")
    assert "Clearly severe: 1, clearly lenient: 1" in text
    assert [sum(row.marks.counts) for row in found.criteria] == [16, 16]
    link = "/ranking/reviews?criterion=value&amp;mark=5"
    assert link in text
    listed = html(world, f"{PAGE}/reviews?criterion=value&mark=5")
    assert listed.count("Test Reviewer") == found.criteria[0].marks.counts[4]
    assert "Those that gave “Value” the mark 5" in listed
    theirs = html(world, f"{PAGE}/reviews?reviewer={world.people['second']}")
    assert "Those by Test Second" in theirs
    assert "Test Reviewer" not in theirs


def test_where_one_more_review_helps_lies_near_the_line(world):
    codes = panel(world)
    found = page(world, helped_page, capacity=2)
    assert {row.code for row in found.rows[:2]} == {codes["B"], codes["C"]}
    assert found.rows[0].more > found.rows[-1].more
    assert sum(row.more for row in found.rows) == 10
    assert {row.reviewer.name for row in found.rows} == {"Test Stranger"}
    assert "No further review would help" in html(world, f"{PAGE}/next?capacity=4")


def test_what_cannot_be_read_is_said_and_left_out(world):
    panel(world)
    for query in (
        "capacity=many",
        "capacity=-1",
        "capacity=99999999999",
        "scope=theirs",
        "after=x",
        "group=best",
        "sort=name",
        "panel=0",
        "cut=high",
    ):
        answer = world.client("manager").get(f"{PAGE}?{query}")
        assert answer.status_code == 200
        assert "Something in the address could not be read" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "cold", "warm"),
    [
        ("", 9, 7),
        ("/robustness", 9, 7),
        ("/reviewers", 8, 6),
        ("/reviews", 6, 6),
        ("/next", 9, 8),
    ],
)
def test_the_same_few_queries_for_few_ideas_and_many(world, path, cold, warm):
    client = world.client("manager")
    for ideas in (2, 9):
        for n in range(ideas):
            code = world.idea("owner", state="active")
            review(world, code, "reviewer", (1 + n % 5, 3))
            review(world, code, "second", (1 + n % 4, 2))
        with queries(world.engine) as found:
            client.get(f"{PAGE}{path}")
        assert len(found) == cold, found
        with queries(world.engine) as again:
            client.get(f"{PAGE}{path}")
        assert len(again) == warm, again


def test_what_was_computed_is_used_until_a_review_changes(world):
    codes = panel(world)
    before = page(world)
    assert page(world) == before
    with world.session() as session:
        changed = session.scalars(select(Review).join(Assignment).join(Idea).where(
            Idea.code == codes["D"])).first()  # fmt: skip
        changed.score, changed.marks = 5.0, {"value": 5, "reach": 5}
    after = page(world)
    assert [row.numbers.raw for row in after.rows] != [row.numbers.raw for row in before.rows]
    with world.session() as session:
        session.scalars(select(Criterion).where(Criterion.key == "value")).first().weight = 0.0
    assert page(world).rows[0].numbers == after.rows[0].numbers  # a score given is never rewritten


def test_the_table_is_sorted_and_narrowed_by_its_address(world):
    panel(world)
    for sort, number, turned in (
        ("raw", "raw", -1), ("chance", "probability", -1), ("apart", "apart", -1),
        ("reviews", "reviews", 1),
    ):  # fmt: skip
        rows = page(world, narrowed=Narrowed(sort=sort)).rows
        values = [turned * getattr(row.numbers, number) for row in rows]
        assert values == sorted(values)
    zones = page(world, capacity=2).zones
    for zone, count in zones.items():
        rows = page(world, capacity=2, narrowed=Narrowed(group=zone)).rows
        assert [row.numbers.zone for row in rows] == [zone] * count
    text = html(world, f"{PAGE}?sort=raw&group=go&capacity=2")
    assert 'aria-sort="descending"' in text
    assert "group=go" in text
    nothing = next((zone for zone, count in zones.items() if not count), None)
    if nothing:
        assert "No idea in this group" in html(world, f"{PAGE}?capacity=2&group={nothing}")


def test_a_line_drawn_by_hand_becomes_a_number_of_ideas(world):
    panel(world)
    means = [row.numbers.adjusted for row in page(world).rows]
    client = world.client("manager")
    for cut, above in ((max(means) + 0.1, 0), (sum(means[:2]) / 2, 1), (0, 4)):
        answer = client.get(f"{PAGE}?cut={cut}&group=go&scope=all")
        assert answer.status_code == 302
        assert answer.location.endswith(f"/ranking?group=go&scope=all&capacity={above}")
    text = html(world, f"{PAGE}?capacity=1")
    assert re.search(r'type="range" name="cut" min="1" max="5" step="0.01" value="[\d.]+"', text)
    assert client.get("/cohorts/S27/validate/ranking?cut=3").location.endswith("capacity=0")


def test_one_click_asks_the_least_busy_reviewer_without_a_conflict(world):
    codes = panel(world)
    world.assign(world.idea("mate", state="active"), "stranger")
    world.person("free", department="elsewhere")
    world.role("free", Role.REVIEWER)
    client = world.client("manager")
    text = re.sub(r"\s+", " ", client.get(f"{PAGE}/next?capacity=2").get_data(as_text=True))
    assert "Test Free" in text
    with world.session() as session:
        free = session.get_one(Person, world.people["free"]).id
    answer = client.post(f"{PAGE}/next?capacity=2", data={"idea": codes["B"], "reviewer": free})
    assert (answer.status_code, answer.location) == (303, f"{PAGE}/next?capacity=2")
    assert "Test Free is asked for one more review, by Sun 27 Dec 2026." in html_of(
        client, answer.location
    )
    with world.session() as session:
        asked = session.scalars(select(Assignment).where(Assignment.reviewer_id == free)).one()
        assert (asked.state, asked.due_on) == ("assigned", TODAY + timedelta(days=34))
        assert asked.idea_id == idea_of(session, codes["B"]).id
        assert len(events(session, "ReviewAssigned")) == 1
        assert [mail.person_id for mail in mails(session, "review_assigned")] == [free]
    shown = page(world, helped_page, capacity=2)
    assert {row.code: row.reviewer.name for row in shown.rows}[codes["B"]] == "Test Stranger"


def test_somebody_in_conflict_asked_before_or_gone_is_not_asked(world):
    codes = panel(world)
    client = world.client("manager")
    for reviewer, why in (
        ("reviewer", "asked already"),
        ("owner", "no reviewer"),
        ("mate", "none"),
    ):
        data = {"idea": codes["B"], "reviewer": world.people[reviewer]}
        answer = client.post(f"{PAGE}/next", data=data)
        assert "This reviewer cannot review the idea" in html_of(client, answer.location), why
    with world.session() as session:
        idea = idea_of(session, codes["B"])
        session.add(
            Conflict(idea_id=idea.id, person_id=world.people["stranger"], reason="",
                     declared_by_id=world.people["stranger"], declared_at=NOW)
        )  # fmt: skip
    found = page(world, helped_page, capacity=2)
    assert {row.code: row.reviewer for row in found.rows}[codes["B"]] is None
    assert "No reviewer is free of conflicts." in html(world, f"{PAGE}/next?capacity=2")
    data = {"idea": codes["B"], "reviewer": world.people["stranger"]}
    answer = client.post(f"{PAGE}/next", data=data)
    assert "This reviewer cannot review the idea" in html_of(client, answer.location)
    decide(world, codes["A"])
    for code in (codes["A"], "S27-9999", "\x00", ""):
        data = {"idea": code, "reviewer": world.people["stranger"]}
        answer = client.post(f"{PAGE}/next", data=data)
        assert "does not wait for reviews any more" in html_of(client, answer.location)
    with world.session() as session:
        assert events(session, "ReviewAssigned") == []


def test_asking_twice_at_once_asks_once(world):
    codes = panel(world)
    client = world.client("manager")
    data = {"idea": codes["B"], "reviewer": world.people["stranger"], "_once": "the same"}
    assert {client.post(f"{PAGE}/next", data=data).status_code for _ in range(2)} == {302, 303}
    with world.session() as session:
        assert len(events(session, "ReviewAssigned")) == 1


def test_a_manager_in_the_team_learns_nothing_of_who_reviewed_it(world):
    codes = panel(
        world, {"Mine": ((5, 5), (1, 1)), "Other": ((3, 3), (3, 3)), "Low": ((1, 2), (2, 1))}
    )
    with world.session() as session:
        idea_of(session, codes["Mine"]).owner_id = world.people["manager"]
    found = page(world, capacity=1)
    mine = next(row for row in found.rows if row.idea.code == codes["Mine"])
    assert mine.change.unnamed
    assert mine.change.reviewers == ()
    assert "without one of its reviewers" in html(world, f"{PAGE}?capacity=1")
    assert "without one of its reviewers" in html(world, f"{PAGE}/robustness?capacity=1")
    listed = page(world, reviews_page, wanted=Wanted())
    assert {row.code for row in listed.rows} == {codes["Other"], codes["Low"]}
    assert codes["Mine"] not in {row.code for row in page(world, helped_page).rows}
    sheet = world.client("manager").post("/cohorts/S27/spark/ranking.csv").get_data(as_text=True)
    own = [line for line in sheet.splitlines() if codes["Mine"] in line]
    assert len(own) == 1
    assert "@" not in own[0]


def test_a_long_table_has_pages_and_the_picture_stays_at_the_line(world, monkeypatch):
    monkeypatch.setattr("accelerator.features.ranking.queries.page.PAGE", 3)
    monkeypatch.setattr("accelerator.features.ranking.queries.page.AROUND", 2)
    monkeypatch.setattr("accelerator.features.ranking.queries.listed.PAGE", 3)
    panel(world)
    first = page(world)
    assert (len(first.rows), first.next_after, first.shown) == (3, 3, (1, 3))
    assert [row.numbers.place for row in first.picture] == [2, 3]
    last = page(world, narrowed=Narrowed(after=3))
    assert (len(last.rows), last.next_after) == (1, None)
    assert page(world, narrowed=Narrowed(after=50)).rows == ()
    seen, after = [], 0
    while after is not None:
        listed = page(world, reviews_page, wanted=Wanted(after=after))
        seen += [row.id for row in listed.rows]
        after = listed.next_after
    assert len(set(seen)) == len(seen) == listed.total == 8


def test_a_very_large_ranking_goes_without_trying_everything(world, monkeypatch):
    monkeypatch.setattr(robustness, "MOST_FOR_ROBUSTNESS", 3)
    panel(world)
    assert page(world).crossing is None
    assert page(world, panel_page).criteria is None
    for path in ("", "/robustness", "?change=any"):
        assert "is not tried out here" in html(world, f"{PAGE}{path}")
    html(world, f"{PAGE}/reviewers")


@pytest.mark.parametrize(
    "who", ["owner", "reviewer", "sponsor", "employee", "other_manager", "admin"]
)
def test_only_the_programmes_managers_see_it(world, who):
    panel(world)
    client = world.client(who)
    for path in ("", "/robustness", "/reviewers", "/reviews", "/next"):
        answer = client.get(f"{PAGE}{path}")
        assert answer.status_code == 403
        assert "Idea A" not in answer.get_data(as_text=True)
        assert "Test Second" not in answer.get_data(as_text=True)
    for path in (f"{PAGE}/next", f"{PAGE}.csv", f"{PAGE}.xlsx"):
        assert client.post(path).status_code == 403


def test_unknown_places_answer_404(world):
    for path in (
        "/cohorts/S27/none/ranking",
        "/cohorts/none/spark/ranking",
        "/cohorts/O27/other/ranking",
    ):
        assert world.client("manager").get(path).status_code == 404


def test_it_speaks_japanese_and_escapes_what_people_wrote(world):
    codes = panel(world)
    with world.session() as session:
        session.get_one(Person, world.people["manager"]).language = "ja"
        session.query(Idea).where(Idea.code == codes["A"]).update({"title_en": "<img src=x>"})
    text = html(world)
    for words in ("順位表", "通過ライン：上位2件", "ラインを動かす", "<strong>"):
        assert words in text
    for path in ("", "/robustness?capacity=1", "/reviewers", "/reviews", "/next?capacity=2"):
        assert "<img src=x>" not in html(world, f"{PAGE}{path}")

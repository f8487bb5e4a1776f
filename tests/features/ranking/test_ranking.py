"""The ranking page: the numbers of the rules, with the names of people and ideas."""

import re

import pytest
from sqlalchemy import event

from accelerator.domain.gates import Why
from accelerator.domain.scoring import Scored, rank
from accelerator.domain.stages import Outcome
from accelerator.features.ranking.queries import ranking_page
from accelerator.standing import ranking
from accelerator.standing.ranking import Scope
from accelerator.storage.tables import Cohort, Idea, Person, Stage
from tests.features.gates.acts import VERDICTS, decide, review
from tests.world import NOW

PAGE = "/cohorts/S27/spark/ranking"
MARKS = {"A": ((5, 5), (5, 4)), "B": ((4, 4), (4, 3)), "C": ((3, 2), (2, 2)), "D": ((1, 1), (2, 1))}


def panel(world, marks=MARKS, reviewers=("reviewer", "second")):
    codes = {}
    for title, given in marks.items():
        codes[title] = world.idea("owner", state="active", title=f"Idea {title}")
        for reviewer, each in zip(reviewers, given, strict=True):
            review(world, codes[title], reviewer, each)
    return codes


def page(world, **asked):
    with world.session() as session:
        return ranking_page(
            session, session.get_one(Cohort, world.cohort_id),
            session.get_one(Stage, world.stage_ids[0]), **asked,
        )  # fmt: skip


def html(world, path=PAGE, who="manager"):
    text = world.client(who).get(path).get_data(as_text=True)
    return re.sub(r"\s+", " ", text)


def test_the_page_shows_what_the_rules_compute(world):
    codes = panel(world)
    found = page(world, capacity=2)
    scored = [
        Scored(title, reviewer, each[0] * 0.6 + each[1] * 0.4)
        for title, given in MARKS.items()
        for reviewer, each in enumerate(given)
    ]
    expected = rank(scored, capacity=2)
    assert [row.code for row in found.rows] == [codes[row.idea] for row in expected.rows]
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
    assert "Krippendorff" in text


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
    assert [row.outcome for row in all_of_them.rows] == [None, None, None, "stop"]
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
    text = html(world)
    assert "nobody can tell" in text
    assert "no clear difference" in text


def test_panels_that_share_nothing_are_said_in_words(world):
    panel(world)
    world.person("fourth")
    for _ in range(2):
        review(world, world.idea("owner", state="active"), "stranger", (3, 3))
    assert "2 panels of reviewers share no idea" in html(world)


def test_what_carries_an_idea_over_the_line_is_named(world):
    panel(
        world,
        {"Spiky": ((5, 1), (5, 1)), "Even": ((3, 3), (3, 3)), "Low": ((1, 2), (2, 1))},
    )
    found = page(world, capacity=1)
    change = {row.title.en: row.change for row in found.rows}["Idea Spiky"]
    assert change.equal_weights or change.criteria
    assert [name.en for name in change.criteria] == ["Value"]
    text = html(world, f"{PAGE}?capacity=1")
    assert "with the weight of “Value” 50 % more or less" in text
    assert {row.title.en: row.change.firm for row in found.rows}["Idea Low"]


def test_severity_has_names_and_words(world):
    marks = {
        t: ((m, m), (m - 2, m - 2))
        for t, m in zip("ABCDEFGH", (5, 4, 3, 5, 4, 3, 5, 4), strict=True)
    }
    panel(world, marks)
    rows = page(world).reviewers
    assert [row.name for row in rows] == ["Test Second", "Test Reviewer"]
    assert rows[0].leniency < 0 < rows[1].leniency
    text = html(world)
    assert "severe" in text
    assert "lenient" in text


def test_where_one_more_review_helps_lies_near_the_line(world):
    codes = panel(world)
    helped = page(world, capacity=2).helped
    assert helped
    assert {row.code for row in helped} <= {codes["B"], codes["C"]}


def test_what_cannot_be_read_is_said_and_left_out(world):
    panel(world)
    for query in (
        "capacity=many",
        "capacity=-1",
        "capacity=99999999999",
        "scope=theirs",
        "after=x",
    ):
        answer = world.client("manager").get(f"{PAGE}?{query}")
        assert answer.status_code == 200
        assert "Something in the address could not be read" in answer.get_data(as_text=True)


def test_the_same_few_queries_for_one_idea_and_ten(world):
    client = world.client("manager")
    found = []
    event.listen(
        world.engine, "before_cursor_execute",
        lambda _c, _cur, statement, *_: found.append(statement)
        if not statement.startswith(("BEGIN", "PRAGMA")) else None,
    )  # fmt: skip
    for ideas in (1, 9):
        for n in range(ideas):
            code = world.idea("owner", state="active")
            review(world, code, "reviewer", (1 + n % 5, 3))
            review(world, code, "second", (1 + n % 4, 2))
        found.clear()
        client.get(PAGE)
        assert len(found) == 9


def test_a_long_table_has_pages_and_the_picture_stays_at_the_line(world, monkeypatch):
    monkeypatch.setattr("accelerator.features.ranking.queries.PAGE", 3)
    monkeypatch.setattr("accelerator.features.ranking.queries.AROUND", 2)
    panel(world)
    first = page(world)
    assert (len(first.rows), first.next_after, first.shown) == (3, 3, (1, 3))
    assert [row.numbers.place for row in first.picture] == [2, 3]
    last = page(world, after=3)
    assert (len(last.rows), last.next_after) == (1, None)
    assert page(world, after=50).rows == ()


def test_a_very_large_ranking_goes_without_trying_everything(world, monkeypatch):
    monkeypatch.setattr(ranking, "MOST_FOR_ROBUSTNESS", 3)
    panel(world)
    assert not page(world).robust
    assert "is not tried out here" in html(world)


@pytest.mark.parametrize(
    "who", ["owner", "reviewer", "sponsor", "employee", "other_manager", "admin"]
)
def test_only_the_programmes_managers_see_it(world, who):
    panel(world)
    answer = world.client(who).get(PAGE)
    assert answer.status_code == 403
    assert "Idea A" not in answer.get_data(as_text=True)
    assert "Test Second" not in answer.get_data(as_text=True)


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
    for words in ("順位表", "通過ライン：上位2件", "厳しめ", "<strong>"):
        assert words in text
    assert "<img src=x>" not in text

"""What is missing before intake opens: each thing has its line, and whole programmes have none."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator import content
from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.checklist import CohortFacts, People, Place, check
from accelerator.domain.cohort_dates import StageDates, StageSpan, propose
from accelerator.standing.outlines import reading
from tests.outlines import outlines

TODAY = date(2027, 1, 12)
CLOSES = date(2027, 1, 29)
JAPAN = calendar_of("JP", 2027)
ENOUGH = People(managers=1, reviewers=40)


def ready() -> dict:
    return deepcopy(reading.ready_made("technology_accelerator"))


def cohort_of(outline, **changes) -> CohortFacts:
    spans = [StageSpan(s["time_box_days"], s["promise_days"]) for s in outline["stages"]]
    dates = propose(CLOSES, spans, JAPAN)
    keys = [stage["key"] for stage in outline["stages"]]
    facts = {
        "name": Bilingual("春期", "Spring"), "opens_on": TODAY, "closes_on": CLOSES,
        "capacity": 20, "today": TODAY, "calendar": JAPAN,
        "dates": dict(zip(keys, dates, strict=True)),
    }  # fmt: skip
    return CohortFacts(**facts | changes)


def found(outline, people=ENOUGH, cohort=None) -> set[tuple[str, bool]]:
    return {(gap.code, gap.blocking) for gap in check(outline, people, cohort).gaps}


@pytest.mark.parametrize("template", content.programme_templates())
def test_a_ready_made_programme_with_people_and_dates_lacks_nothing(template):
    outline = reading.ready_made(template)
    assert check(outline, ENOUGH, cohort_of(outline)).gaps == ()
    assert check(outline, None, cohort_of(outline)).gaps == ()


def first(outline):
    return outline["stages"][0]


def part(name):
    return lambda outline: outline["stages"][0][name][0]


BREAKS = [
    ("no_name", True, lambda o: o.update(name=Bilingual())),
    ("no_stage", True, lambda o: o["stages"].clear()),
    ("untranslated", False, lambda o: o.update(summary=Bilingual("", "Only English"))),
    ("no_stage_name", True, lambda o: first(o).update(name=Bilingual())),
    ("untranslated", False, lambda o: part("questions")(o).update(help=Bilingual("だけ"))),
    ("untranslated", False, lambda o: part("criteria")(o)["levels"].__setitem__(
        0, Bilingual("", "low"))),
    ("no_questions", True, lambda o: first(o)["questions"].clear()),
    ("no_questions", False, lambda o: o["stages"][1]["questions"].clear()),
    ("no_label", True, lambda o: part("questions")(o).update(label=Bilingual())),
    ("few_options", True, lambda o: part("questions")(o).update(kind="money", options=[])),
    ("few_options", True, lambda o: part("questions")(o).update(kind="choice", options=[])),
    ("few_options", True, lambda o: part("questions")(o).update(kind="table", options=[])),
    ("dead_condition", True, lambda o: part("questions")(o).update(
        condition={"question": "maturity", "any_of": ["gone"]})),
    ("dead_condition", True, lambda o: part("questions")(o).update(
        condition={"question": "gone", "any_of": ["a"]})),
    ("shows_team", False, lambda o: (first(o).update(teams_hidden=True),
                                     part("questions")(o).update(kind="person"))),
    ("no_rubric", True, lambda o: first(o)["criteria"].clear()),
    ("no_weight", True, lambda o: [c.update(counted=False) for c in first(o)["criteria"]]),
    ("weightless", False, lambda o: part("criteria")(o).update(weight=0.0)),
    ("no_wording", False, lambda o: part("criteria")(o)["levels"].pop()),
    ("milestone_outside", False, lambda o: o["stages"][1]["milestones"][0].update(
        anchor="entry", offset_days=400)),
    ("milestone_outside", False, lambda o: o["stages"][1]["milestones"][0].update(
        anchor="gate", offset_days=-400)),
    ("minimum_unreachable", True, lambda o: first(o).update(minimums={"team": 10})),
    ("minimum_falls", False, lambda o: o["stages"][-1].update(minimums={"customer": 1})),
    ("minimum_hasty", False, lambda o: first(o).update(
        time_box_days=5, minimums={"team": 5, "customer": 5})),
]  # fmt: skip


@pytest.mark.parametrize(("code", "blocking", "spoil"), BREAKS, ids=range(len(BREAKS)))
def test_what_is_spoiled_has_its_line(code, blocking, spoil):
    outline = ready()
    spoil(outline)
    assert (code, blocking) in found(outline)
    for gap in check(outline, ENOUGH, None).gaps:
        assert gap.message % gap.values
        assert gap.stage in {"", *(stage["key"] for stage in outline["stages"])}
        assert bool(gap.stage) is (gap.place not in (Place.PROGRAMME, Place.STAGES, Place.ROLES))


def test_a_stage_whose_minimums_all_fall_is_named_once():
    outline = ready()
    high = dict.fromkeys(("customer", "technology", "team"), 5)
    outline["stages"][-2].update(minimums=high)
    outline["stages"][-1].update(minimums=dict.fromkeys(high, 1))
    assert [code for code, _ in found(outline)].count("minimum_falls") == 1


def test_without_reviews_no_rubric_is_needed():
    outline = ready()
    first(outline).update(criteria=[], reviews_per_idea=0)
    assert check(outline, ENOUGH, None).gaps == ()


def test_a_programme_in_one_language_needs_no_other():
    outline = ready()
    outline["languages"] = ["en"]
    first(outline)["name"] = Bilingual("", "Spark")
    assert check(outline, ENOUGH, None).gaps == ()


@pytest.mark.parametrize(
    ("people", "lines"),
    [
        (People(0, 40), {("no_manager", True)}),
        (People(1, 0), {("no_reviewers", True)}),
        (People(1, 3), {("few_reviewers", True)}),
        (People(1, 40, {"spark": (2, 0)}), {("no_decider", True)}),
        (People(1, 40, {"spark": (2, 1)}), set()),
    ],
)
def test_people_who_are_missing_have_their_line(people, lines):
    assert found(ready(), people) == lines


def test_dates_that_are_missing_or_wrong_have_their_line():
    outline = ready()
    whole = cohort_of(outline)
    spark, saturday = whole.dates["spark"], date(2027, 2, 6)
    late = StageDates(spark.hand_in_by, spark.review_by, spark.gate_on + timedelta(days=7))
    cases = [
        ({"dates": {k: d for k, d in whole.dates.items() if k != "pilot"}}, "no_dates", True),
        ({"dates": whole.dates | {"pilot": spark}}, "dates_out_of_order", True),
        ({"closes_on": TODAY - timedelta(days=1)}, "intake_passed", True),
        ({"closes_on": TODAY - timedelta(days=1)}, "dates_out_of_order", True),
        ({"dates": whole.dates | {"spark": StageDates(spark.hand_in_by, saturday, spark.gate_on)}},
         "day_off", False),
        ({"dates": whole.dates | {"spark": late}}, "promise_broken", False),
        ({"dates": whole.dates | {"spark": StageDates(CLOSES, CLOSES, spark.gate_on)}},
         "no_review_days", False),
        ({"name": Bilingual("", "Spring")}, "untranslated", False),
        ({"eligibility": (Bilingual("だけ"), Bilingual())}, "untranslated", False),
        ({"capacity": 5000}, "heavy_load", False),
    ]  # fmt: skip
    for changes, code, blocking in cases:
        lines = found(outline, ENOUGH, cohort_of(outline, **changes))
        assert (code, blocking) in lines, code


def test_a_rolling_stage_needs_no_dates():
    outline = ready()
    outline["stages"][2]["timing"] = "rolling"
    dates = dict(cohort_of(outline).dates)
    del dates[outline["stages"][2]["key"]]
    assert check(outline, ENOUGH, cohort_of(outline, dates=dates)).gaps == ()


@settings(max_examples=150, deadline=None)
@given(outlines(), st.builds(People, st.integers(0, 3), st.integers(0, 30)), st.booleans())
def test_whatever_the_programme_every_line_can_be_said_and_blocking_comes_first(
    outline, people, dated
):
    checked = check(outline, people, cohort_of(outline) if dated else None)
    order = [gap.blocking for gap in checked.gaps]
    assert order == sorted(order, reverse=True)
    assert checked.ready is (not any(order))
    assert checked.blocking + checked.advised == checked.gaps
    for gap in checked.gaps:
        assert gap.message % gap.values
    # More people never add a line that blocks, and what a file alone lacks is lacked with people.
    more = People(people.managers + 1, people.reviewers + 20)
    assert len(check(outline, more, None).blocking) <= len(check(outline, people, None).blocking)
    with_people = check(outline, people, None).gaps
    assert all(gap in with_people for gap in check(outline, None, None).gaps)

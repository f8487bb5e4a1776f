"""The rules of a gate."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.errors import DomainError
from accelerator.domain.gates import (
    LONGEST_CONDITION,
    MOST_AT_ONCE,
    MOST_LINES,
    Change,
    Condition,
    CutLine,
    DecidedMeanwhile,
    Unsound,
    Verdict,
    Why,
    cut_line,
    next_stage,
    places_left,
    require_batch,
    require_sound,
    require_to_come,
    require_undoable,
    require_window,
)
from accelerator.domain.stages import ADVANCING, IdeaState, Outcome, idea_state_after

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

SOON = TODAY + timedelta(days=9)
DUE = Condition("a" * LONGEST_CONDITION, SOON)
TOO_LONG = "a" * (LONGEST_CONDITION + 1)

texts = st.sampled_from(["", "because"])
verdicts = st.builds(
    Verdict,
    outcome=st.sampled_from(Outcome),
    reason=texts,
    next_step=texts,
    conditions=st.lists(
        st.builds(
            Condition,
            texts,
            st.none() | st.dates(TODAY - timedelta(days=1), TODAY + timedelta(days=2)),
        ),
        max_size=2,
    ).map(tuple),
    checklist=st.lists(st.just("a thing to do"), max_size=2).map(tuple),
    change=st.none() | st.sampled_from(Change),
    would_change=texts,
    watcher_id=st.none() | st.just(7),
    learned=texts,
    revisit_on=st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3)),
)


def fields(verdict):
    try:
        require_sound(verdict, today=TODAY)
    except Unsound as error:
        return [each.field for each in error.errors]
    return []


@given(verdicts)
def test_a_sound_verdict_says_all_the_team_must_hear_and_nothing_else(verdict):
    parks = verdict.outcome is Outcome.PARK
    complete = (
        bool(verdict.reason)
        and bool(verdict.conditions) == (verdict.outcome is Outcome.CONDITIONS)
        and all(c.text and c.due_on is not None and c.due_on > TODAY for c in verdict.conditions)
        and bool(verdict.checklist) == (verdict.outcome is Outcome.REWORK)
        and (verdict.change is not None) == parks
        and bool(verdict.would_change) == parks
        and (verdict.revisit_on is not None) == parks
        and (not parks or verdict.revisit_on > TODAY)
        and (parks or verdict.watcher_id is None)
        and (verdict.outcome is Outcome.STOP or not verdict.learned)
    )
    assert (fields(verdict) == []) == complete
    if complete:
        assert Verdict.of(verdict.as_dict()) == verdict


@given(verdicts)
def test_there_is_no_decision_without_a_reason(verdict):
    assert ("reason" in fields(verdict)) == (not verdict.reason)


@pytest.mark.parametrize(
    ("verdict", "wrong"),
    [
        (Verdict(Outcome.STOP, ""), ["reason"]),
        (Verdict(Outcome.CONDITIONS, "x"), ["conditions"]),
        (Verdict(Outcome.ADVANCE, "x", conditions=(DUE,)), ["conditions"]),
        (Verdict(Outcome.CONDITIONS, "x", conditions=(DUE,)), []),
        (Verdict(Outcome.CONDITIONS, "x", conditions=(Condition("a", TODAY),)), ["conditions"]),
        (Verdict(Outcome.CONDITIONS, "x", conditions=(Condition("a"),)), ["conditions"]),
        (
            Verdict(Outcome.CONDITIONS, "x", conditions=(Condition(TOO_LONG, SOON),)),
            ["conditions"],
        ),
        (Verdict(Outcome.CONDITIONS, "x", conditions=(DUE,) * (MOST_LINES + 1)), ["conditions"]),
        (Verdict(Outcome.REWORK, "x"), ["checklist"]),
        (Verdict(Outcome.REWORK, "x", checklist=("a",)), []),
        (Verdict(Outcome.REWORK, "x", checklist=(TOO_LONG,)), ["checklist"]),
        (Verdict(Outcome.REWORK, "x", checklist=("a",) * (MOST_LINES + 1)), ["checklist"]),
        (Verdict(Outcome.ADVANCE, "x", checklist=("a",)), ["checklist"]),
        (Verdict(Outcome.ADVANCE, "x", learned="a"), ["learned"]),
        (Verdict(Outcome.PARK, ""), ["reason", "change", "would_change", "revisit_on"]),
        (
            Verdict(Outcome.PARK, "x", change=Change.DATE, would_change="y", revisit_on=TODAY),
            ["revisit_on"],
        ),
        (
            Verdict(Outcome.STOP, "x", would_change="y", revisit_on=TODAY, watcher_id=3),
            ["would_change", "revisit_on", "watcher_id"],
        ),
    ],
)
def test_each_thing_missing_is_named_at_its_field(verdict, wrong):
    assert fields(verdict) == wrong


def test_a_batch_has_between_one_and_the_most():
    require_batch(1)
    require_batch(MOST_AT_ONCE)
    for count, code in ((0, "none_chosen"), (MOST_AT_ONCE + 1, "too_many_chosen")):
        with pytest.raises(DomainError) as refused:
            require_batch(count)
        assert (refused.value.code, refused.value.field) == (code, "selected")


orders = st.lists(st.integers(), min_size=1, max_size=6, unique=True)


@given(orders, st.data(), st.sampled_from(Outcome))
def test_no_path_skips_a_gate(order, data, outcome):
    here = data.draw(st.sampled_from(order))
    entered = next_stage(outcome, here, order)
    place = order.index(here)
    last = place == len(order) - 1
    if outcome is Outcome.REWORK:
        assert entered == here
    elif outcome in ADVANCING and not last:
        assert order.index(entered) == place + 1
    else:
        assert entered is None


@given(orders, st.data(), st.sampled_from(Outcome))
def test_an_idea_enters_a_stage_exactly_when_its_way_goes_on(order, data, outcome):
    here = data.draw(st.sampled_from(order))
    state = idea_state_after(outcome, last_stage=here == order[-1])
    assert (next_stage(outcome, here, order) is not None) == (state is IdeaState.ACTIVE)


def test_a_stage_of_another_programme_is_no_place_to_go_from():
    with pytest.raises(ValueError, match="not in"):
        next_stage(Outcome.ADVANCE, "elsewhere", ["spark"])


def test_a_moment_of_announcement_is_to_come():
    require_to_come(None, now=NOW)
    require_to_come(NOW, now=NOW)
    with pytest.raises(DomainError) as refused:
        require_to_come(NOW - timedelta(seconds=1), now=NOW)
    assert refused.value.field == "announce_at"


def test_what_the_team_knows_cannot_be_undone():
    require_undoable(None)
    with pytest.raises(DomainError):
        require_undoable(NOW)


@given(st.integers(1, 100), st.integers(0, 200))
def test_places_left_are_never_below_zero(capacity, taken):
    assert places_left(capacity, taken) == max(0, capacity - taken)


def test_who_comes_late_is_told_which_ideas():
    assert DecidedMeanwhile(["S27-0001"]).ideas == ("S27-0001",)


@given(st.none() | st.integers(-3, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_cut_line_stands_where_asked_else_where_it_separates_the_ideas(asked, left, ranked):
    line = cut_line(asked, left=left, ranked=ranked)
    if asked is not None:
        assert line == CutLine(max(0, asked), Why.ASKED)
    elif line.why is Why.PLACES:
        assert line.capacity == left
        assert 0 < left < ranked
    else:
        assert line == CutLine((ranked + 1) // 2, Why.HALF)
        assert left == 0 or left >= ranked


def test_a_decision_leaves_no_sooner_than_it_can_be_undone():
    window = timedelta(minutes=10)
    require_window(None, window=window, now=NOW)
    require_window(NOW + window, window=window, now=NOW)
    with pytest.raises(DomainError) as refused:
        require_window(NOW + window - timedelta(seconds=1), window=window, now=NOW)
    assert refused.value.field == "announce_at"
    assert refused.value.values == {"minutes": 10}

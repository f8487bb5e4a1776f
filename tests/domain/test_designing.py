"""Stages are reordered and removed without losing one, and whom it touches is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.designing import (
    LONGEST_KEY,
    Detour,
    arranged,
    detours,
    fresh_key,
    moved,
    on_scale,
    require_stage_left,
    require_weight,
    way,
)
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import next_stage
from accelerator.domain.stages import Outcome

keys = st.lists(st.sampled_from("abcdefghijkl"), unique=True, min_size=1)


@st.composite
def designs(draw):
    order = draw(keys)
    removed = draw(st.sets(st.sampled_from(order)))
    living = [one for one in order if one not in removed]
    return order, removed, draw(st.permutations(living))


@given(designs())
def test_a_new_order_keeps_every_stage_and_the_living_ones_stand_as_wanted(design):
    order, removed, wanted = design
    found = arranged(order, removed, wanted)
    assert sorted(found) == sorted(order)
    assert [one for one in found if one not in removed] == list(wanted)
    same = arranged(order, removed, [one for one in order if one not in removed])
    assert same == order


@given(designs())
def test_the_way_of_an_idea_is_what_the_gates_will_do(design):
    order, removed, _ = design
    for here in order:
        walked, stage = [], here
        while (stage := next_stage(Outcome.ADVANCE, stage, order, removed)) is not None:
            walked.append(stage)
        assert tuple(walked) == way(order, removed, here)


@given(designs())
def test_whoever_is_not_named_goes_the_same_way_as_before(design):
    order, removed, wanted = design
    after = arranged(order, removed, wanted)
    found = {each.stage: each for each in detours((order, removed), (after, removed), order)}
    for here in order:
        before, now = way(order, removed, here), way(after, removed, here)
        assert (here in found) == (before != now)
        if here in found:
            each = found[here]
            kept = (set(before) - set(each.left_out)) | set(each.added)
            assert kept == set(now)


def test_a_removed_and_an_added_stage_name_whom_they_touch():
    was = (["a", "b", "c"], set())
    assert detours(was, (["a", "b", "c"], {"b"}), ["a", "b", "c"]) == [
        Detour("a", "b", "c", ("b",), ())
    ]
    assert detours(was, (["a", "b", "c", "d"], set()), ["c"]) == [
        Detour("c", None, "d", (), ("d",))
    ]


@pytest.mark.parametrize("wanted", [["a"], ["a", "b", "b"], ["a", "b", "c"], ["a", "x"]])
def test_an_order_that_is_not_of_these_stages_is_refused(wanted):
    with pytest.raises(DomainError) as caught:
        arranged(["a", "x", "b"], {"x"}, wanted)
    assert caught.value.code == "order_unknown"


@given(keys, st.data())
def test_one_step_up_and_down_again_is_no_step(order, data):
    key = data.draw(st.sampled_from(order))
    up = moved(order, key, -1)
    assert sorted(up) == sorted(order)
    if order.index(key):
        assert up.index(key) == order.index(key) - 1
        assert moved(up, key, 1) == order
    assert moved(order, "unknown", 1) == order


@given(st.text(max_size=100), st.sets(st.sampled_from(["stage", "stage-2", "a", "new"])))
def test_keys_are_short_plain_and_nobody_elses(name, taken):
    key = fresh_key(name, taken, "stage")
    assert key not in taken | {"new", "order"}
    assert len(key) <= LONGEST_KEY
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not key.startswith("new-")


@given(st.integers(3, 7), st.integers(3, 7), st.data())
def test_a_mark_on_another_scale_keeps_its_place(was, most, data):
    first, second = (data.draw(st.integers(1, was)) for _ in range(2))
    assert 1 <= on_scale(first, was, most) <= most
    assert (first < second) == (on_scale(first, was, most) < on_scale(second, was, most))
    assert on_scale(on_scale(first, was, most), most, was) == pytest.approx(first)


def test_a_programme_keeps_a_stage_and_a_rubric_a_weight():
    require_stage_left(1)
    with pytest.raises(DomainError):
        require_stage_left(0)
    require_weight([])
    require_weight([{"weight": 1.0, "counted": True}, {"weight": 0.0, "counted": True}])
    with pytest.raises(DomainError):
        require_weight([{"weight": 0.0, "counted": True}, {"weight": 9.0, "counted": False}])

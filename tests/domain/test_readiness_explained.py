"""What a score is explained by: its fading, what moved it, other ways of counting, its words."""

import doctest
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator import content
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.readiness import (
    DEFAULT_POLICY,
    FADING_DAYS,
    Dimension,
    Evidence,
    ReadinessPolicy,
    Vote,
    assess,
    changed_levels,
    changes,
    combine,
    differing,
    moves,
    require_worded,
    worded,
)
from accelerator.domain.readiness import wording as wording_module

TODAY = date(2027, 4, 1)
HOUSE = content.load("readiness")


def shown(levels: dict[Dimension, int], ages: dict[Dimension, int]):
    evidence = [
        Evidence(d, level, TODAY - timedelta(days=ages.get(d, 0)), (Vote(9, True),))
        for d, top in levels.items()
        for level in range(1, top + 1)
    ]
    return lambda today=TODAY: assess(levels, evidence, {}, today)


@given(
    st.fixed_dictionaries({d: st.integers(1, 9) for d in Dimension}),
    st.fixed_dictionaries({d: st.integers(0, 900) for d in Dimension}),
)
def test_a_fall_foretold_is_the_fall_that_comes(levels, ages):
    idea = shown(levels, ages)
    found = idea()
    assert [fall.on for fall in found.falls] == sorted(fall.on for fall in found.falls)
    for fall in found.falls:
        part = found.parts[fall.dimension]
        assert fall.on == part.falls_from == part.full_until + timedelta(days=1)
        assert (part.factor < 1) is (fall.on <= TODAY)
        assert fall.by == max(fall.on, TODAY) + timedelta(days=FADING_DAYS)
        assert fall.points >= -1e-9
        faded = idea(fall.by).parts[fall.dimension].effective
        others = {d: p.effective for d, p in found.parts.items()}
        alone = combine({**others, fall.dimension: faded}).score
        assert found.score - fall.points == pytest.approx(alone)
    ahead = [fall.on for fall in found.falls if fall.on >= TODAY]
    behind = [fall.on for fall in found.falls]
    assert found.falls_on == (min(ahead) if ahead else max(behind, default=None))


def test_what_never_was_proven_never_fades():
    start = assess({}, [], {}, TODAY)
    assert (start.falls, start.falls_on) == ((), None)
    assert start.parts[Dimension.IP].full_until is None


def test_steps_are_offered_where_a_level_is_left():
    levels = dict.fromkeys(Dimension, 9) | {Dimension.TEAM: 4}
    found = shown(levels, {})()
    assert [step.dimension for step in found.steps] == [Dimension.TEAM]
    assert found.best_step == found.steps[0]


def test_what_moved_a_score_is_named_and_nothing_else():
    before = shown({Dimension.CUSTOMER: 3, Dimension.IP: 4}, {Dimension.IP: 364})
    proven = shown({Dimension.CUSTOMER: 4, Dimension.IP: 4}, {Dimension.IP: 364})
    assert changes(before(), before()) == ()
    (change,) = changes(before(), proven())
    assert (change.dimension, change.was.proven, change.now.proven, change.faded) == (
        Dimension.CUSTOMER, 3, 4, False,
    )  # fmt: skip
    (faded,) = changes(before(), before(TODAY + timedelta(days=30)))
    assert (faded.dimension, faded.faded) == (Dimension.IP, True)
    spared = assess({}, [], {Dimension.IP: (Vote(9, True),)}, TODAY)
    (gone,) = changes(assess({}, [], {}, TODAY), spared)
    (back,) = changes(spared, assess({}, [], {}, TODAY))
    assert (gone.now, gone.faded, back.was, back.faded) == (None, False, None, False)
    assert changes(spared, spared) == ()


def test_another_way_of_counting_moves_some_scores():
    ideas = {
        1: shown({Dimension.CUSTOMER: 5}, {}),
        2: shown({Dimension.FUNDING: 5}, {}),
        3: shown({}, {}),
    }
    weights = {**DEFAULT_POLICY.weights, Dimension.CUSTOMER: 4.0}
    policy = ReadinessPolicy(version="7", weights=weights)
    before = {n: idea() for n, idea in ideas.items()}
    levels = {1: {Dimension.CUSTOMER: 5}, 2: {Dimension.FUNDING: 5}, 3: {}}
    after = {
        n: assess(
            claims,
            [Evidence(d, k, TODAY, (Vote(9, True),)) for d, t in claims.items() for k in range(1, t + 1)],
            {}, TODAY, policy,
        )
        for n, claims in levels.items()
    }  # fmt: skip
    found = moves(before, after)
    assert [move.idea for move in found.moved] == [1, 2]
    assert (found.risen, found.fallen, found.same) == (1, 1, 1)
    assert found.moved[0].by == after[1].score - before[1].score > 0
    assert after[1].policy_version == "7"


def test_a_programme_words_what_it_wants_to_and_the_house_the_rest():
    house = worded(HOUSE, {})
    third = replace(house[0].levels[2], title=Bilingual("独自", "Our own"))
    own = replace(house[0], levels=(*house[0].levels[:2], third, *house[0].levels[3:]))
    stored = differing(house[0], own)
    assert stored == {"levels": {"3": {"title": {"ja": "独自", "en": "Our own"}}}}
    assert differing(house[0], house[0]) == {}
    again = worded(HOUSE, {"customer": stored})
    assert (again[0], again[1:]) == (own, house[1:])
    assert list(changed_levels(house[0], own)) == [3]
    require_worded(own, ("ja", "en"))
    silent = replace(own, question=Bilingual("", "Who?"))
    require_worded(silent, ("en",))
    with pytest.raises(DomainError) as refused:
        require_worded(silent, ("ja", "en"))
    assert refused.value.field == "question_ja"
    bare = replace(house[0], levels=(replace(house[0].levels[0], text=Bilingual("あ", "")),))
    with pytest.raises(DomainError) as refused:
        require_worded(bare, ("ja", "en"))
    assert refused.value.field == "text1_en"


def test_the_worked_example():
    assert doctest.testmod(wording_module) == (0, 3)

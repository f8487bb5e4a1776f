"""What must hold of adjusted means for all reviews."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.scoring import Scored, ScoringPolicy, adjust
from tests.domain.test_scoring_severity import crowd, marks, panels, scored


def means(reviews, policy):
    fair = adjust(reviews, policy)
    return dict(zip(fair.ideas, fair.adjusted.tolist(), strict=True))


@given(panels, st.randoms())
def test_order_never_matters(panel, shuffler):
    reviews = scored(panel)
    shuffled = reviews.copy()
    shuffler.shuffle(shuffled)
    one, other = adjust(reviews), adjust(shuffled)
    assert one.ideas == other.ideas
    assert one.adjusted.tolist() == other.adjusted.tolist()
    assert one.se.tolist() == other.se.tolist()
    assert one.leniency.tolist() == other.leniency.tolist()


@given(panels, st.integers(-50, 50))
def test_a_constant_for_everybody_shifts_every_mean_by_it(panel, constant):
    shifted = {pair: mark + constant for pair, mark in panel.items()}
    before, after = adjust(scored(panel)), adjust(scored(shifted))
    assert after.adjusted == pytest.approx(before.adjusted + constant, abs=1e-6)
    assert after.leniency == pytest.approx(before.leniency, abs=1e-6)


@given(panels, st.data(), st.floats(0.01, 10), st.floats(0, 1e3))
def test_raising_a_mark_never_lowers_its_idea_while_rho_is_held(panel, data, rise, rho):
    pair = data.draw(st.sampled_from(sorted(panel)))
    policy = ScoringPolicy(rho=rho)
    before = means(scored(panel), policy)[pair[0]]
    after = means(scored({**panel, pair: panel[pair] + rise}), policy)[pair[0]]
    assert after >= before - 1e-9


def test_raising_a_mark_never_lowers_its_idea_in_ordinary_cohorts():
    """With ρ estimated anew each time: every mark of five cohorts, one at a time."""
    for seed in range(5):
        reviews = crowd(12, 5, 3, seed=seed, severity=0.45)
        before = means(reviews, ScoringPolicy())
        for at, review in enumerate(reviews):
            raised = [*reviews]
            raised[at] = Scored(review.idea, review.reviewer, review.mark + 1)
            assert means(raised, ScoringPolicy())[review.idea] > before[review.idea]


def test_a_raised_mark_lowers_its_idea_only_by_changing_rho():
    """The known limit: a contrived panel in which the raised mark itself proves severity."""
    rows = {
        0: {0: 4, 2: 3, 6: 3, 7: 2},
        1: {1: 3, 2: 3, 3: 3, 4: 1, 7: 3},
        2: {2: 4, 4: 1, 5: 1, 7: 4},
        3: {0: 5, 1: 1, 2: 1, 6: 2, 7: 1},
        4: {1: 2, 3: 2, 6: 3},
        5: {1: 4, 2: 4, 3: 4},
    }
    panel = {(idea, by): mark for idea, given_by in rows.items() for by, mark in given_by.items()}
    raised = {**panel, (0, 0): 5}
    before, after = adjust(scored(panel)), adjust(scored(raised))
    assert after.rho > 5 * before.rho
    assert after.adjusted[0] < before.adjusted[0]
    held = ScoringPolicy(rho=before.rho)
    assert means(scored(raised), held)[0] > means(scored(panel), held)[0]


@given(panels, marks)
def test_a_lone_reviewer_of_one_idea_moves_nobody_else(panel, mark):
    before, after = adjust(scored(panel)), adjust([*scored(panel), Scored(99, 99, mark)])
    assert after.ideas[-1] == 99
    assert after.adjusted[-1] == mark
    assert after.leniency[-1] == 0
    assert after.adjusted[:-1] == pytest.approx(before.adjusted, abs=1e-6)
    assert after.panels == before.panels + 1


@given(panels, st.sampled_from([0.25, 3.0, 10.0]))
def test_another_unit_of_marks_changes_only_the_unit(panel, unit):
    before, after = (
        adjust(scored(panel)),
        adjust(
            [Scored(review.idea, review.reviewer, review.mark * unit) for review in scored(panel)]
        ),
    )
    assert after.adjusted == pytest.approx(before.adjusted * unit, abs=1e-5)
    assert after.rho == pytest.approx(before.rho, rel=1e-4)


@given(panels)
def test_leniencies_of_a_panel_add_up_to_nothing(panel):
    fair = adjust(scored(panel))
    for number in range(fair.panels):
        assert fair.leniency[fair.panel == number].sum() == pytest.approx(0, abs=1e-9)


@given(panels)
def test_the_interval_is_around_the_mean_and_finite(panel):
    fair = adjust(scored(panel))
    assert np.isfinite(fair.se).all()
    assert (fair.low < fair.adjusted).all()
    assert (fair.adjusted < fair.high).all()

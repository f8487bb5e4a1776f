"""Shrinkage, probabilities, zones, the ranking and where one more review helps."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from accelerator.domain.scoring import (
    Scored,
    ScoringPolicy,
    Zone,
    adjust,
    beats,
    chance_of_top,
    knowledge_gain,
    next_reviews,
    posterior,
    rank,
    spread_of_ideas,
    zone,
)
from accelerator.domain.scoring.gain import spend
from accelerator.domain.scoring.posterior import normal_below
from tests.domain.test_scoring_severity import HELD, TINY, crowd, panels, scored


def dense_posterior(belief):
    """Mean and covariance as the text book has them, on full matrices."""
    fair = belief.adjusted
    covariance = fair.covariance(fair.ideas)
    inverse = np.linalg.inv(covariance) + np.eye(len(covariance)) / belief.tau2
    return np.linalg.inv(inverse)


def test_tiny_oracle_of_probabilities():
    fair = adjust(TINY, HELD)
    assert beats(fair, "A", "B") == pytest.approx(0.788661, abs=5e-7)
    assert beats(fair, "B", "A") == pytest.approx(1 - 0.788661, abs=5e-7)
    first = chance_of_top(posterior(fair, tau2=math.inf), 1)
    assert first == pytest.approx([0.78817, 0.21107, 0.00076], abs=0.002)


def test_tiny_oracle_of_probabilities_by_integration():
    """P(first) = P(better than each of the others): what the draws are drawn towards."""
    fair = adjust(TINY, HELD)
    expected = []
    for contrast in ([[1, -1, 0], [1, 0, -1]], [[-1, 1, 0], [0, 1, -1]], [[-1, 0, 1], [0, -1, 1]]):
        rows = np.array(contrast)
        covariance = rows @ fair.covariance(["A", "B", "C"]) @ rows.T
        expected.append(multivariate_normal(-rows @ fair.adjusted, covariance).cdf([0, 0]))
    assert expected == pytest.approx([0.78817, 0.21107, 0.00076], abs=1e-5)
    assert chance_of_top(posterior(fair, tau2=math.inf), 1) == pytest.approx(expected, abs=0.002)


def test_an_idea_is_not_compared_with_itself():
    with pytest.raises(ValueError, match="itself"):
        beats(adjust(TINY), "A", "A")


@pytest.mark.parametrize("tau2", [None, 0.4])
def test_structured_posterior_equals_the_full_matrices(tau2):
    belief = posterior(adjust(crowd(40, 9, 3, seed=2, severity=0.6)), tau2)
    fair = belief.adjusted
    covariance = dense_posterior(belief)
    assert belief.variance == pytest.approx(np.diagonal(covariance), rel=1e-9)
    incidence = np.zeros((40, 9))
    np.add.at(incidence, (fair.design.idea, fair.design.reviewer), 1 / 3)
    shared = belief.kept[:, None] * (incidence @ belief.shared_root)
    assert np.diag(belief.own) + shared @ shared.T == pytest.approx(covariance, abs=1e-12)
    shrink = belief.tau2 / (belief.tau2 + fair.se**2)
    assert belief.mean == pytest.approx(belief.mu + shrink * (fair.adjusted - belief.mu))


def test_chances_equal_those_counted_in_plain_draws():
    belief = posterior(adjust(crowd(40, 9, 3, seed=2, severity=0.6)))
    draw = np.random.default_rng(1)
    values = draw.multivariate_normal(belief.mean, dense_posterior(belief), size=200_000)
    best = np.argsort(-values, axis=1)[:, :10]
    counted = np.bincount(best.ravel(), minlength=40) / len(values)
    chances = chance_of_top(belief, 10)
    assert chances == pytest.approx(counted, abs=0.005)
    assert chances.sum() == pytest.approx(10, abs=0.02)


def test_large_rankings_draw_less_and_stay_right():
    belief = posterior(adjust(crowd(600, 60, 3, seed=5, severity=0.5)))
    chances = chance_of_top(belief, 60)
    policy = ScoringPolicy(draws_work=12_000_000, seed=7)
    more = chance_of_top(posterior(replace(belief.adjusted, policy=policy)), 60)
    assert chances == pytest.approx(more, abs=0.01)
    assert chances.sum() == pytest.approx(60, abs=0.3)


def test_everybody_or_nobody_fits():
    belief = posterior(adjust(TINY))
    assert chance_of_top(belief, 0).tolist() == [0, 0, 0]
    assert chance_of_top(belief, 3).tolist() == [1, 1, 1]
    assert chance_of_top(belief, 9).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="negative"):
        chance_of_top(belief, -1)


def test_without_any_difference_between_ideas_the_lot_decides():
    """τ² = 0: nobody is known to be better, so each of 24 has 6 in 24, whatever its mean."""
    draw = np.random.default_rng(3)
    reviews = [Scored(idea, by, float(draw.normal())) for idea in range(24) for by in range(2)]
    reviews += [Scored(idea, 2, -2 * idea % 3 / 9) for idea in range(24)]
    belief = posterior(adjust(reviews), tau2=0)
    assert belief.tau2 == 0
    assert chance_of_top(belief, 6) == pytest.approx([0.25] * 24, abs=0.01)
    assert belief.mean == pytest.approx([belief.mu] * 24)


def test_spread_of_ideas_solves_its_equation():
    draw = np.random.default_rng(0)
    variances = draw.uniform(0.2, 2, 40)
    m = draw.normal(0, np.sqrt(variances + 1.5))
    tau2 = spread_of_ideas(m, variances, 1.0)
    weights = 1 / (variances + tau2)
    mu = (weights * m).sum() / weights.sum()
    assert (weights * (m - mu) ** 2).sum() == pytest.approx(39)
    assert spread_of_ideas(m, variances * 1e-12, 1.0) == pytest.approx(m.var(ddof=1))


def test_spread_of_ideas_may_be_nothing_but_not_in_a_small_cohort():
    assert spread_of_ideas(np.full(20, 5.0), np.ones(20), 1.0) == 0
    assert spread_of_ideas(np.full(19, 5.0), np.ones(19), 1.0) == pytest.approx(4 / 22)
    assert spread_of_ideas(np.array([5.0]), np.ones(1), 0.7) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(0.91, Zone.GO), (0.9, Zone.DISCUSS), (0.1, Zone.DISCUSS), (0.09, Zone.STOP)],
)
def test_zones(probability, expected):
    assert zone(probability) is expected


def test_normal_is_right_far_out():
    x = np.array([-30.0, -8, -1, 0, 2, 9])
    assert normal_below(x) == pytest.approx(norm.cdf(x), rel=1e-12)


@pytest.mark.parametrize(
    ("mean", "expected"), [(7.0, 0.0422257), (6.6, 0.0422257), (6.8, 0.1157693), (7.8, 2.10085e-5)]
)
def test_knowledge_gain_oracle(mean, expected):
    gain = knowledge_gain(np.array([mean]), np.array([0.40]), cut=6.8, noise=1.5)
    assert gain == pytest.approx([expected], rel=2e-6)


def test_knowledge_gain_is_never_below_nothing():
    m = np.linspace(-10, 30, 4001)
    gain = knowledge_gain(m, np.full(4001, 0.4), 6.8, 1.5)
    assert gain.min() == 0
    assert m[gain.argmax()] == pytest.approx(6.8)


def test_reviews_are_spent_one_after_another():
    m, v = np.array([6.9, 6.8, 3.0]), np.array([0.4, 0.4, 0.4])
    assert spend(m, v, 6.8, 0.5, 6) == [1, 0, 1, 1, 0, 1]
    assert v.tolist() == [0.4, 0.4, 0.4]
    assert spend(m, v, 6.8, 0.5, 0) == []
    with pytest.raises(ValueError, match="negative"):
        spend(m, v, 6.8, 0.5, -1)


def test_ranking_shows_what_adjust_and_posterior_say():
    reviews = crowd(25, 6, 3, seed=9, severity=0.6)
    ranking = rank(reviews, capacity=5)
    fair, belief = adjust(reviews), posterior(adjust(reviews))
    chances = chance_of_top(belief, 5)
    assert [row.adjusted for row in ranking.rows] == sorted(fair.adjusted, reverse=True)
    assert [row.place for row in ranking.rows] == list(range(1, 26))
    for row in ranking.rows:
        at = fair.ideas.index(row.idea)
        assert row.raw == fair.raw[at]
        assert (row.low, row.se, row.high) == (fair.low[at], fair.se[at], fair.high[at])
        assert (row.posterior, row.posterior_se**2) == pytest.approx(
            (belief.mean[at], belief.variance[at])
        )
        assert row.probability == chances[at]
        assert row.zone is zone(row.probability)
        assert row.reviews == 3
        assert row.panel == 0
    assert ranking.cut == (ranking.rows[4].adjusted + ranking.rows[5].adjusted) / 2
    best = sorted(belief.mean, reverse=True)
    assert ranking.posterior_cut == (best[4] + best[5]) / 2
    assert (ranking.mu, ranking.tau2) == (belief.mu, belief.tau2)
    most = max(ranking.rows, key=lambda row: row.gain)
    assert next_reviews(ranking, 1) == (most.idea,)
    assert len(next_reviews(ranking, 12)) == 12


def test_a_tie_shares_its_place():
    ranking = rank(
        [Scored(idea, 1, mark) for idea, mark in zip("DCBA", (3, 5, 5, 7), strict=True)], capacity=1
    )
    assert [(row.place, row.idea) for row in ranking.rows] == [
        (1, "A"), (2, "B"), (2, "C"), (4, "D"),
    ]  # fmt: skip


@pytest.mark.parametrize("capacity", [0, 3, 10])
def test_without_a_line_no_review_can_change_who_is_in(capacity):
    ranking = rank(TINY, capacity=capacity)
    assert ranking.cut is None
    assert ranking.posterior_cut is None
    assert [row.gain for row in ranking.rows] == [0, 0, 0]
    assert next_reviews(ranking, 2) == ()
    assert {row.zone for row in ranking.rows} == {Zone.GO if capacity else Zone.STOP}


def test_ranking_of_nothing_and_of_one():
    nothing = rank([], capacity=2)
    assert (nothing.rows, nothing.cut, nothing.mu, nothing.tau2) == ((), None, None, None)
    assert next_reviews(nothing, 1) == ()
    (one,) = rank([Scored("A", 1, 6)], capacity=1).rows
    assert (one.place, one.raw, one.adjusted, one.posterior) == (1, 6, 6, 6)
    with pytest.raises(ValueError, match="negative"):
        rank([], capacity=-1)


def test_ideas_of_unconnected_panels_say_so():
    rows = rank([Scored("A", 1, 8), Scored("B", 2, 7), Scored("C", 1, 3)], capacity=1).rows
    assert {row.idea: row.panel for row in rows} == {"A": 0, "B": 1, "C": 0}


@settings(max_examples=40)
@given(panels, st.integers(0, 8), st.randoms())
def test_order_never_matters_to_the_ranking(panel, capacity, shuffler):
    policy = ScoringPolicy(draws=500)
    reviews = scored(panel)
    shuffled = reviews.copy()
    shuffler.shuffle(shuffled)
    one = rank(reviews, capacity=capacity, policy=policy)
    assert one.rows == rank(shuffled, capacity=capacity, policy=policy).rows
    assert all(0 <= row.probability <= 1 and row.gain >= 0 for row in one.rows)


@settings(max_examples=40)
@given(panels, st.integers(1, 7))
def test_chances_add_up_to_the_capacity(panel, capacity):
    fair = adjust(scored(panel), ScoringPolicy(draws=4000))
    total = chance_of_top(posterior(fair), capacity).sum()
    assert total == pytest.approx(min(capacity, len(fair.ideas)), abs=0.1)


@given(panels)
def test_shrinkage_lies_between_the_mean_and_all_ideas(panel):
    belief = posterior(adjust(scored(panel)))
    low = np.minimum(belief.adjusted.adjusted, belief.mu) - 1e-9
    high = np.maximum(belief.adjusted.adjusted, belief.mu) + 1e-9
    assert ((low <= belief.mean) & (belief.mean <= high)).all()
    assert (belief.variance <= belief.adjusted.se**2 + 1e-12).all()

"""Adjusted means: the oracles, the edges, and the same answer by full matrices."""

import math

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from accelerator.domain.scoring import Scored, ScoringPolicy, adjust
from accelerator.domain.scoring.design import PAIRS_AT_ONCE, Design
from accelerator.domain.scoring.policy import order_of

TINY = [
    Scored(*review)
    for review in [("A", 1, 6), ("A", 2, 8), ("B", 2, 7), ("B", 3, 5), ("C", 1, 4), ("C", 3, 3)]
]
HELD = ScoringPolicy(rho=0.5, sigma2=1)
FREE = ScoringPolicy(rho_prior_weight=0)

marks = st.integers(0, 20).map(lambda half: half / 2)
panels = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 4)), marks, min_size=1, max_size=24
)


def scored(panel):
    return [Scored(idea, reviewer, mark) for (idea, reviewer), mark in panel.items()]


def crowd(ideas, reviewers, each, *, seed, severity, quality=1.0):
    draw = np.random.default_rng(seed)
    true, lenient = draw.normal(5, quality, ideas), draw.normal(0, severity, reviewers)
    return [
        Scored(idea, int(by), float(true[idea] + lenient[by] + draw.normal()))
        for idea in range(ideas)
        for by in draw.choice(reviewers, each, replace=False)
    ]


def dense(reviews, policy):
    """ρ, σ², m and Cov(m) by generalised least squares on full matrices, nothing shared."""
    ideas = sorted({r.idea for r in reviews})
    reviewers = sorted({r.reviewer for r in reviews})
    x = np.array([[r.idea == idea for idea in ideas] for r in reviews], dtype=float)
    by = np.array([[r.reviewer == one for one in reviewers] for r in reviews], dtype=float)
    z = np.array([r.mark for r in reviews])
    dof = len(z) - len(ideas)

    def fit(rho):
        covariance = np.eye(len(z)) + rho * by @ by.T
        inverse = np.linalg.inv(covariance)
        information = x.T @ inverse @ x
        m = np.linalg.solve(information, x.T @ inverse @ z)
        squares = (z - x @ m) @ inverse @ (z - x @ m)
        logs = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]
        prior = policy.rho_prior_weight * math.log(rho / policy.rho_prior) ** 2
        objective = logs + dof * (1 + math.log(2 * math.pi * squares / dof)) + prior
        return objective, squares / dof, m, squares / dof * np.linalg.inv(information)

    found = minimize_scalar(
        lambda ln_rho: fit(math.exp(ln_rho))[0], bounds=(-6, 3), options={"xatol": 1e-10}
    )
    return math.exp(found.x), *fit(math.exp(found.x))


def test_tiny_oracle():
    fair = adjust(TINY, HELD)
    assert fair.ideas == ("A", "B", "C")
    assert fair.reviewers == (1, 2, 3)
    assert fair.raw == pytest.approx([7, 6, 3.5])
    assert fair.adjusted == pytest.approx([95 / 14, 83 / 14, 53 / 14])
    assert fair.leniency == pytest.approx([-1 / 7, 4 / 7, -3 / 7])
    assert fair.se**2 == pytest.approx([5 / 7] * 3)
    expected = np.full((3, 3), 1 / 7) + np.eye(3) * 4 / 7
    assert fair.covariance(["A", "B", "C"]) == pytest.approx(expected)
    assert fair.high - fair.adjusted == pytest.approx([1.6448536 * math.sqrt(5 / 7)] * 3)
    assert fair.adjusted - fair.low == pytest.approx(fair.high - fair.adjusted)
    assert fair.panels == 1
    assert fair.dof == 3
    assert fair.reviewer_variance == pytest.approx(0.5)
    assert fair.review_noise == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("rho", "expected"),
    [(0, [7, 6, 3.5]), (1e-9, [7, 6, 3.5]), (1e9, [6.5, 5.8333333, 4.1666667])],
)
def test_tiny_oracle_at_the_ends_of_rho(rho, expected):
    fair = adjust(TINY, ScoringPolicy(rho=rho))
    assert fair.adjusted == pytest.approx(expected, abs=1e-7)


def test_two_unconnected_reviewers_tell_nothing_about_severity():
    fair = adjust([Scored("A", 1, 8), Scored("B", 1, 7), Scored("C", 2, 3), Scored("D", 2, 2)])
    assert fair.adjusted.tolist() == [8, 7, 3, 2]
    assert fair.leniency.tolist() == [0, 0]
    assert fair.panels == 2
    assert fair.panel.tolist() == [0, 1]
    assert (fair.rho, fair.sigma2, fair.dof, fair.objective) == (0.2, 1.0, 0, None)


def test_without_spare_reviews_the_last_cohort_lends_its_noise():
    policy = ScoringPolicy(sigma2_before=2.5, rho_prior=0.3)
    fair = adjust([Scored("A", 1, 8), Scored("B", 1, 7)], policy)
    assert (fair.rho, fair.sigma2) == (0.3, 2.5)
    assert fair.se.tolist() == pytest.approx([math.sqrt(2.5 * 1.3)] * 2)


def test_estimated_zero_reviewer_variance_gives_raw_means():
    """Each reviewer is as often above as below: nothing left for severity."""
    reviews = [Scored("A", 1, 6), Scored("A", 2, 4), Scored("B", 1, 4), Scored("B", 2, 6)]
    fair = adjust(reviews, FREE)
    assert fair.rho == 0
    assert fair.leniency.tolist() == [0, 0]
    assert fair.leniency_se.tolist() == [0, 0]
    assert fair.adjusted.tolist() == fair.raw.tolist() == [5, 5]
    assert fair.sigma2 == pytest.approx(2)


def test_reviewers_who_never_differ_tell_no_variance():
    """0.1 three times has a mean that is not 0.1: rounding must not pass for disagreement."""
    fair = adjust([Scored(idea, by, idea + 0.1) for idea in range(3) for by in range(3)])
    assert fair.objective is None
    assert (fair.rho, fair.sigma2) == (0.2, 1.0)
    assert fair.leniency.tolist() == [0, 0, 0]
    assert fair.adjusted == pytest.approx([0.1, 1.1, 2.1])


def test_purely_severe_reviewers_are_fully_corrected():
    reviews = [Scored(idea, by, idea + 2 * by) for idea in range(4) for by in range(3)]
    del reviews[0], reviews[-1]
    fair = adjust(reviews, FREE)
    assert fair.rho == pytest.approx(1e6)
    assert fair.adjusted == pytest.approx([2, 3, 4, 5], abs=1e-4)


@pytest.mark.parametrize("weight", [0, 1])
def test_estimates_equal_those_of_full_matrices(weight):
    policy = ScoringPolicy(rho_prior_weight=weight)
    reviews = crowd(30, 8, 3, seed=4, severity=0.7)
    fair = adjust(reviews, policy)
    rho, objective, sigma2, m, covariance = dense(reviews, policy)
    assert fair.rho == pytest.approx(rho, rel=1e-6)
    assert fair.sigma2 == pytest.approx(sigma2, rel=1e-6)
    assert fair.objective == pytest.approx(objective, abs=1e-9)
    assert fair.adjusted == pytest.approx(m, abs=1e-6)
    assert fair.covariance(fair.ideas) == pytest.approx(covariance, abs=1e-6)
    assert fair.se**2 == pytest.approx(np.diagonal(covariance), abs=1e-6)


def test_adjustment_comes_nearer_to_the_truth_when_panels_differ_in_quality():
    """300 ideas, 3 reviews each, 6 panels sorted by quality: where z-scores fail."""
    draw = np.random.default_rng(11)
    true = np.sort(draw.normal(5, 1, 300))
    lenient = draw.normal(0, 0.8, 60)
    reviews = [
        Scored(idea, int(by), float(true[idea] + lenient[by] + draw.normal()))
        for idea in range(300)
        for by in draw.choice(10, 3, replace=False) + 10 * (idea // 50)
    ]
    fair = adjust(reviews)
    assert fair.panels == 6
    raw, adjusted = (np.corrcoef(true, m)[0, 1] for m in (fair.raw, fair.adjusted))
    assert adjusted > raw + 0.02


def test_a_reviewer_may_review_an_idea_twice():
    once = adjust([*TINY, Scored("A", 3, 9)], HELD)
    twice = adjust([*TINY, Scored("A", 3, 9), Scored("A", 3, 9)], HELD)
    assert twice.adjusted[0] > once.adjusted[0]
    assert np.diagonal(twice.covariance(["A", "B"])) == pytest.approx(twice.se[:2] ** 2)


def test_no_reviews_give_no_means():
    fair = adjust([])
    assert fair.ideas == fair.reviewers == ()
    assert fair.adjusted.shape == fair.leniency.shape == (0,)
    assert fair.panels == 0


def test_ids_may_be_anything_hashable_and_mixed():
    class Plain:
        def __repr__(self):
            return "plain"

    plain = Plain()
    fair = adjust([Scored(plain, None, 1), Scored((1, 2), "x", 2), Scored("b", 3, 4)])
    assert fair.ideas == (plain, "b", (1, 2))
    assert sorted([10, 9], key=order_of) == [9, 10]


@pytest.mark.parametrize("mark", [math.nan, math.inf])
def test_marks_must_be_finite(mark):
    with pytest.raises(ValueError, match="finite"):
        adjust([Scored("A", 1, mark)])


def test_covariance_refuses_an_unknown_idea():
    with pytest.raises(ValueError, match="not in tuple"):
        adjust(TINY).covariance(["A", "Z"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"rho": -1},
        {"rho": math.inf},
        {"sigma2": 0},
        {"rho_prior": 0},
        {"rho_prior_weight": -1},
        {"sigma2_before": 0},
        {"coverage": 1},
        {"small_cohort_pull": 0},
        {"draws": 0},
        {"go": 0.1, "stop": 0.9},
        {"weight_swing": 1},
    ],
)
def test_policy_refuses_constants_without_meaning(wrong):
    with pytest.raises(ValueError, match="out of range"):
        ScoringPolicy(**wrong)


def test_crowds_are_summed_in_blocks():
    ideas, reviewers = 30, 200
    design = Design(
        tuple(range(ideas)),
        tuple(range(reviewers)),
        np.repeat(np.arange(ideas), reviewers),
        np.tile(np.arange(reviewers), ideas),
    )
    assert ideas * reviewers**2 > PAIRS_AT_ONCE
    assert len(list(design.pairs())) == 2
    weights = np.arange(ideas, dtype=float)
    assert (design.overlap(weights) == weights.sum()).all()
    assert design.diagonal(np.eye(reviewers)) == pytest.approx([1 / reviewers] * ideas)


def test_policy_says_its_version():
    assert adjust(TINY, ScoringPolicy(version="2027-1")).policy.version == "2027-1"

"""The oracles of the readiness model, and each rule by example."""

import doctest
from datetime import date, timedelta
from math import inf, nan

import pytest

from accelerator.domain.readiness import (
    DEFAULT_POLICY,
    Assessment,
    Dimension,
    Evidence,
    NextStep,
    ReadinessPolicy,
    Shortfall,
    Vote,
    assess,
    assessing,
    combine,
    shortfalls,
    unmet,
)

TODAY = date(2027, 4, 1)
VERIFIER = 100


def shown(
    dimension: Dimension, *levels: int, on: date = TODAY, by: int = VERIFIER
) -> list[Evidence]:
    """Evidence for each level, accepted by one verifier."""
    return [Evidence(dimension, level, on, (Vote(by, True),)) for level in levels]


def proven(levels: dict[Dimension, int], on: date = TODAY) -> list[Evidence]:
    return [
        piece
        for dimension, level in levels.items()
        for piece in shown(dimension, *range(1, level + 1), on=on)
    ]


def assessed(*levels: int | None, approved: bool = True) -> Assessment:
    """An idea with these levels claimed and freshly proven; None is not applicable."""
    known = {d: n for d, n in zip(Dimension, levels, strict=True) if n is not None}
    absent = {d: (Vote(VERIFIER, approved),) for d in Dimension if d not in known}
    return assess(known, proven(known), absent, TODAY)


@pytest.mark.parametrize(
    ("levels", "score"),
    [
        ((1, 1, 1, 1, 1, 1), 0.0),
        ((5, 5, 5, 5, 5, 5), 50.0),
        ((9, 9, 9, 9, 9, 9), 100.0),
        ((2, 8, 3, 6, 5, 2), 33.3114),
        ((6, 6, 6, 5, 6, 5), 59.8144),
        ((7, 7, 7, 1, 7, 7), 25.0),
        ((9, 9, 9, 9, 9, 4), 62.5),
        ((4, 6, 4, None, 5, 3), 42.5011),
    ],
)
def test_oracles(levels, score):
    found = assessed(*levels)
    assert found.score == pytest.approx(score, abs=5e-5)
    assert found.low == found.high == found.score


def test_not_applicable_without_approval_counts_at_level_one():
    found = assessed(4, 6, 4, None, 5, 3, approved=False)
    assert found.score == 25.0
    assert found.binding is Dimension.IP
    assert (found.parts[Dimension.IP].proven, found.parts[Dimension.IP].claimed) == (1, 1)


def test_not_applicable_beats_a_claim_with_proof_until_it_is_approved():
    claims = {Dimension.IP: 3}
    found = assess(claims, proven(claims), {Dimension.IP: ()}, TODAY)
    assert found.parts[Dimension.IP].proven == 1
    approved = assess(claims, proven(claims), {Dimension.IP: (Vote(VERIFIER, True),)}, TODAY)
    assert Dimension.IP not in approved.parts


@pytest.mark.parametrize(
    ("votes", "counts"),
    [
        ((), True),
        ((Vote(1, True),), True),  # of the team
        ((Vote(VERIFIER, False),), True),
        ((Vote(VERIFIER, True), Vote(101, False)), True),
        ((Vote(VERIFIER, True), Vote(1, False)), False),
        ((Vote(VERIFIER, True), Vote(101, True)), False),
    ],
)
def test_not_applicable_needs_an_undisputed_independent_approval(votes, counts):
    found = assess({}, [], {Dimension.FUNDING: votes}, TODAY, team={1})
    assert (Dimension.FUNDING in found.parts) is counts


def test_nothing_is_left_out_when_nothing_would_be_left():
    found = assess({}, [], {d: (Vote(VERIFIER, True),) for d in Dimension}, TODAY)
    assert list(found.parts) == list(Dimension)
    assert found.score == 0.0


def test_levels_are_not_skipped():
    found = assess(
        {Dimension.TECHNOLOGY: 7}, shown(Dimension.TECHNOLOGY, 1, 2, 3, 4, 6, 7), {}, TODAY
    )
    part = found.parts[Dimension.TECHNOLOGY]
    assert (part.proven, part.claimed, part.gap) == (4, 7, 3)


def test_a_level_is_never_proven_above_the_claim():
    found = assess({Dimension.TEAM: 2}, shown(Dimension.TEAM, 1, 2, 3, 4), {}, TODAY)
    assert found.parts[Dimension.TEAM].proven == 2


def test_no_claim_is_level_one():
    part = assess({}, shown(Dimension.TEAM, 1, 2), {}, TODAY).parts[Dimension.TEAM]
    assert (part.claimed, part.proven, part.factor, part.falls_from) == (1, 1, 1.0, None)


def test_evidence_of_tomorrow_is_not_evidence_yet():
    tomorrow = TODAY + timedelta(days=1)
    pieces = shown(Dimension.TEAM, 1) + shown(Dimension.TEAM, 2, on=tomorrow)
    assert assess({Dimension.TEAM: 2}, pieces, {}, TODAY).parts[Dimension.TEAM].proven == 1
    assert assess({Dimension.TEAM: 2}, pieces, {}, tomorrow).parts[Dimension.TEAM].proven == 2


def test_a_team_member_cannot_verify():
    own = shown(Dimension.CUSTOMER, 1, 2, 3, by=1)
    assert assess({Dimension.CUSTOMER: 3}, own, {}, TODAY, team={1}).score == 0.0
    assert (
        assess({Dimension.CUSTOMER: 3}, own, {}, TODAY, team={2}).parts[Dimension.CUSTOMER].proven
        == 3
    )


def top_votes(*votes: Vote, team: tuple[int, ...] = ()) -> tuple[int, int, int]:
    """The level, and its interval, when six levels are shown and these votes come with the top."""
    pieces = shown(Dimension.BUSINESS, 1, 2, 3, 4, 5)
    pieces.append(Evidence(Dimension.BUSINESS, 6, TODAY, votes))
    part = assess({Dimension.BUSINESS: 7}, pieces, {}, TODAY, team=team).parts[Dimension.BUSINESS]
    return part.low, part.proven, part.high


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ((Vote(1, True),), (6, 6, 6)),
        ((Vote(1, False),), (5, 5, 5)),
        ((Vote(1, True), Vote(2, False)), (5, 6, 6)),
        ((Vote(1, True, 4),), (4, 4, 4)),
        ((Vote(1, True, 4), Vote(2, True, 6)), (4, 4, 6)),
        ((Vote(1, True, 3), Vote(2, True, 5), Vote(3, True, 6)), (3, 5, 6)),
        ((Vote(1, True, 8), Vote(2, True, 9), Vote(3, True, 9)), (6, 6, 6)),
        ((Vote(1, False, 2), Vote(2, True)), (2, 2, 2)),
    ],
)
def test_several_verifiers_give_the_lower_median_not_above_the_ladder(votes, expected):
    assert top_votes(*votes) == expected


def test_the_votes_of_the_team_are_not_heard():
    assert top_votes(Vote(1, True), Vote(2, True, 1), team=(2,)) == (6, 6, 6)


def test_a_verifier_is_heard_once_with_the_highest_level_voted():
    pieces = [Evidence(Dimension.TEAM, n, TODAY, (Vote(VERIFIER, True, n),)) for n in (1, 2, 3, 4)]
    pieces.append(Evidence(Dimension.TEAM, 1, TODAY, (Vote(VERIFIER, True, 1),)))  # renewed
    part = assess({Dimension.TEAM: 4}, pieces, {}, TODAY).parts[Dimension.TEAM]
    assert (part.low, part.proven, part.high) == (4, 4, 4)


def test_the_interval_of_the_score_follows_the_votes():
    levels = dict.fromkeys(Dimension, 5)
    pieces = [p for p in proven(levels) if (p.dimension, p.level) != (Dimension.CUSTOMER, 5)]
    votes = (Vote(1, True, 3), Vote(2, True, 4), Vote(3, True, 5))
    pieces.append(Evidence(Dimension.CUSTOMER, 5, TODAY, votes))
    found = assess(levels, pieces, {}, TODAY)
    for score, level in ((found.low, 3), (found.score, 4), (found.high, 5)):
        assert score == combine({**levels, Dimension.CUSTOMER: level}).score


@pytest.mark.parametrize(
    ("dimension", "half_life"),
    list(zip(Dimension, (180, 365, 180, 365, 180, 90), strict=True)),
)
def test_evidence_fades_by_half_in_each_half_life(dimension, half_life):
    def part(age: int):
        on = TODAY - timedelta(days=age)
        claims = {dimension: 5}
        return assess(claims, proven(claims, on), {}, TODAY).parts[dimension]

    assert (part(half_life).factor, part(half_life).effective) == (1.0, 5.0)
    assert part(half_life).falls_from == TODAY + timedelta(days=1)
    assert part(half_life + 1).factor == pytest.approx(2 ** (-1 / half_life))
    assert part(half_life + 1).falls_from == TODAY
    assert (part(2 * half_life).factor, part(2 * half_life).effective) == (0.5, 3.0)
    assert (part(3 * half_life).effective, part(3 * half_life).proven) == (2.0, 5)
    assert part(3 * half_life).age == 3 * half_life


def test_new_evidence_restores():
    claims = {Dimension.FUNDING: 4}
    old = proven(claims, TODAY - timedelta(days=400))
    before = assess(claims, old, {}, TODAY).parts[Dimension.FUNDING]
    after = assess(claims, old + shown(Dimension.FUNDING, 4), {}, TODAY).parts[Dimension.FUNDING]
    assert before.effective < 1.5
    assert (after.effective, after.newest, after.age) == (4.0, TODAY, 0)


@pytest.mark.parametrize(
    "piece",
    [
        Evidence(Dimension.FUNDING, 6, TODAY, (Vote(VERIFIER, True),)),  # level 5 is missing
        Evidence(Dimension.FUNDING, 4, TODAY, (Vote(VERIFIER, False),)),
        Evidence(Dimension.FUNDING, 4, TODAY),
    ],
)
def test_only_accepted_evidence_of_proven_levels_restores(piece):
    claims = {Dimension.FUNDING: 6}
    old = [p for p in proven(claims, TODAY - timedelta(days=180)) if p.level <= 4]
    part = assess(claims, [*old, piece], {}, TODAY).parts[Dimension.FUNDING]
    assert (part.proven, part.factor, part.age) == (4, 0.5, 180)


def test_the_weakest_link_caps_and_is_named():
    found = assessed(9, 9, 9, 9, 9, 4)
    assert (found.cap, found.capped, found.binding) == (62.5, True, Dimension.FUNDING)
    assert found.geometric > found.cap
    level = assessed(5, 5, 5, 5, 5, 5)
    assert not level.capped
    assert level.binding is Dimension.CUSTOMER  # equally weak: the heaviest


def test_a_faded_dimension_can_become_the_weakest_link():
    levels = dict.fromkeys(Dimension, 5)
    pieces = [p for p in proven(levels) if p.dimension is not Dimension.FUNDING]
    pieces += shown(Dimension.FUNDING, 1, 2, 3, 4, 5, on=TODAY - timedelta(days=270))
    found = assess(levels, pieces, {}, TODAY)
    assert found.binding is Dimension.FUNDING
    assert found.cap == 37.5


def test_the_best_step_is_the_one_that_raises_the_score_most():
    step = assessed(7, 7, 7, 1, 7, 7).best_step
    assert step == NextStep(Dimension.IP, 2, pytest.approx(12.5))
    levels = dict(zip(Dimension, (2, 8, 3, 6, 5, 2), strict=True))
    found = assessed(*levels.values())
    gains = {d: combine({**levels, d: n + 1}).score - found.score for d, n in levels.items()}
    assert found.best_step == NextStep(Dimension.CUSTOMER, 3, max(gains.values()))
    assert gains[Dimension.CUSTOMER] == max(gains.values())


def test_two_equally_weak_links_must_rise_together():
    step = assessed(7, 7, 7, 1, 1, 7).best_step
    assert step == NextStep(Dimension.TEAM, 2, 0.0)  # the heavier of the two


def test_a_step_counts_with_fresh_evidence():
    claims = {Dimension.CUSTOMER: 3}
    found = assess(claims, proven(claims, TODAY - timedelta(days=360)), {}, TODAY)
    assert found.parts[Dimension.CUSTOMER].effective == 2.0
    fresh = combine({**dict.fromkeys(Dimension, 1), Dimension.CUSTOMER: 4}).score
    assert found.best_step == NextStep(Dimension.CUSTOMER, 4, fresh - found.score)


def test_nothing_is_left_to_step_to_at_the_top():
    assert assessed(9, 9, 9, 9, 9, 9).best_step is None


def test_a_gate_asks_for_levels_and_never_for_a_score():
    found = assessed(6, 6, 6, 5, 6, 5)
    minimums = {Dimension.FUNDING: 6, Dimension.CUSTOMER: 6, Dimension.IP: 7}
    assert unmet(found, minimums) == (
        Shortfall(Dimension.IP, 7, 5),
        Shortfall(Dimension.FUNDING, 6, 5),
    )
    assert unmet(found, {}) == ()


def test_a_gate_asks_nothing_of_what_is_not_applicable():
    assert unmet(assessed(4, 6, 4, None, 5, 3), {Dimension.IP: 5}) == ()


def test_a_programme_sets_its_own_policy():
    policy = ReadinessPolicy(
        version="2027-a",
        weights=dict.fromkeys(Dimension, 1),
        half_lives=dict.fromkeys(Dimension, 10),
        allowance=0,
    )
    claims = dict.fromkeys(Dimension, 5)
    found = assess(claims, proven(claims, TODAY - timedelta(days=20)), {}, TODAY, policy)
    assert (found.policy_version, found.assessed_on) == ("2027-a", TODAY)
    assert found.score == pytest.approx(25.0)
    assert found.cap == 25.0


def test_the_defaults_are_those_of_the_model():
    assert sum(DEFAULT_POLICY.weights.values()) == pytest.approx(1)
    assert DEFAULT_POLICY.weights[Dimension.TEAM] == 0.15
    assert DEFAULT_POLICY.allowance == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": {Dimension.IP: 1.0}},
        {"half_lives": {Dimension.IP: 90}},
        {"weights": {**DEFAULT_POLICY.weights, Dimension.IP: 0}},
        {"weights": {**DEFAULT_POLICY.weights, Dimension.IP: inf}},
        {"weights": {**DEFAULT_POLICY.weights, Dimension.IP: nan}},
        {"half_lives": {**DEFAULT_POLICY.half_lives, Dimension.IP: 0}},
        {"half_lives": {**DEFAULT_POLICY.half_lives, Dimension.IP: 10**9}},
        {"allowance": -1},
        {"allowance": nan},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"weight|half-life|weakest"):
        ReadinessPolicy(**wrong)


@pytest.mark.parametrize("level", [0, 10, -1])
def test_levels_are_from_one_to_nine(level):
    with pytest.raises(ValueError, match="from 1 to 9"):
        Evidence(Dimension.IP, level, TODAY)
    with pytest.raises(ValueError, match="from 1 to 9"):
        Vote(1, True, level)
    with pytest.raises(ValueError, match="from 1 to 9"):
        assess({Dimension.IP: level}, [], {}, TODAY)
    with pytest.raises(ValueError, match="from 1 to 9"):
        combine({Dimension.IP: level})


def test_a_score_of_nothing_is_refused():
    with pytest.raises(ValueError, match="from 1 to 9"):
        combine({})


def test_the_worked_examples():
    failed, tried = doctest.testmod(assessing)
    assert (failed, tried >= 6) == (0, True)


def test_a_minimum_that_is_proven_is_not_short_and_one_that_is_not_is():
    levels = {Dimension.CUSTOMER: 4, Dimension.TEAM: 2}
    minimums = {Dimension.CUSTOMER: 3, Dimension.TEAM: 3}
    found = shortfalls(levels, proven(levels), {}, TODAY, minimums)
    assert found == (Shortfall(Dimension.TEAM, 3, 2),)

"""What must hold for every idea, whatever is claimed, shown and voted."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.readiness import (
    DEFAULT_POLICY,
    Dimension,
    Evidence,
    Vote,
    assess,
    combine,
    shortfalls,
    unmet,
)

TODAY = date(2027, 4, 1)
SLACK = 1e-9

dimensions = st.sampled_from(Dimension)
levels = st.integers(1, 9)
ages = st.integers(0, 1500)
people = st.integers(1, 6)  # 1 and 2 are the team
TEAM = frozenset({1, 2})
votes = st.lists(
    st.builds(Vote, people, st.booleans(), st.none() | levels),
    max_size=3,
    unique_by=lambda vote: vote.verifier,
).map(tuple)
pieces = st.builds(
    Evidence, dimensions, levels, ages.map(lambda age: TODAY - timedelta(days=age)), votes
)
claims = st.dictionaries(dimensions, levels)
absent = st.dictionaries(dimensions, votes, max_size=3)


@st.composite
def ideas(draw):
    """Claims and evidence in which whole ladders are likely."""
    evidence = draw(st.lists(pieces, max_size=12))
    for dimension, height in draw(claims).items():
        on = TODAY - timedelta(days=draw(ages))
        evidence += [
            Evidence(dimension, level, on, (Vote(draw(people), True),))
            for level in range(1, height + 1)
        ]
    return draw(claims), evidence, draw(absent)


def score(idea, today=TODAY):
    return assess(*idea, today, team=TEAM).score


@given(ideas())
def test_the_parts_fit_together(idea):
    found = assess(*idea, TODAY, team=TEAM)
    assert 0 <= found.low <= found.score + SLACK
    assert found.score <= found.high + SLACK <= 100 + 2 * SLACK
    assert found.score == min(found.geometric, found.cap)
    assert found.parts[found.binding].effective == min(p.effective for p in found.parts.values())
    for part in found.parts.values():
        assert 1 <= part.low <= part.proven <= part.high <= part.claimed <= 9
        assert 1 <= part.effective <= part.proven
        assert 0 < part.factor <= 1
        assert (part.falls_from is not None) is (part.proven > 1)
        if part.falls_from is not None:
            assert (part.factor < 1) is (part.falls_from <= TODAY)


@given(st.dictionaries(dimensions, st.floats(1, 9), min_size=1))
def test_the_score_never_exceeds_the_arithmetic_score(given_levels):
    total = sum(DEFAULT_POLICY.weights[d] for d in given_levels)
    mean = sum(DEFAULT_POLICY.weights[d] * x for d, x in given_levels.items()) / total
    assert combine(given_levels).score <= 100 * (mean - 1) / 8 + SLACK


@given(st.dictionaries(dimensions, st.floats(1, 9), min_size=1), dimensions, st.floats(1, 9))
def test_raising_a_level_never_lowers_the_score(given_levels, dimension, level):
    if level >= given_levels.get(dimension, 10):
        raised = {**given_levels, dimension: level}
        assert combine(raised).score >= combine(given_levels).score - SLACK


@given(ideas(), pieces)
def test_more_accepted_evidence_never_lowers_the_score(idea, piece):
    claimed, evidence, nothing = idea
    more = Evidence(piece.dimension, piece.level, piece.true_on, (Vote(9, True),))
    assert score((claimed, [*evidence, more], nothing)) >= score(idea) - SLACK


@given(ideas(), dimensions)
def test_a_higher_claim_alone_changes_nothing(idea, dimension):
    claimed, evidence, nothing = idea
    part = assess(*idea, TODAY, team=TEAM).parts.get(dimension)
    bare = (
        [p for p in evidence if p.dimension is not dimension or p.level <= part.claimed]
        if part
        else evidence
    )
    higher = {**claimed, dimension: 9}
    assert score((higher, bare, nothing)) == score((claimed, bare, nothing))


@given(ideas(), dimensions)
def test_a_higher_claim_never_lowers_the_score(idea, dimension):
    claimed, evidence, nothing = idea
    assert score(({**claimed, dimension: 9}, evidence, nothing)) >= score(idea) - SLACK


@given(ideas(), st.integers(0, 2000), st.integers(0, 2000))
def test_ageing_never_raises_the_score(idea, some, more):
    young, old = TODAY + timedelta(days=some), TODAY + timedelta(days=some + more)
    assert score(idea, old) <= score(idea, young) + SLACK


@given(ideas())
def test_renewing_every_piece_restores_the_unfaded_score(idea):
    claimed, evidence, nothing = idea
    later = TODAY + timedelta(days=3000)
    renewed = [Evidence(p.dimension, p.level, later, p.votes) for p in evidence]
    found = assess(claimed, renewed, nothing, later, team=TEAM)
    assert all(part.effective == part.proven for part in found.parts.values())


@given(ideas(), st.lists(pieces, max_size=5), dimensions, st.booleans())
def test_what_a_team_member_verifies_counts_for_nothing(idea, extra, dimension, word):
    claimed, evidence, nothing = idea
    own = [
        Evidence(p.dimension, p.level, p.true_on, (Vote(1, word, p.level), Vote(2, True)))
        for p in extra
    ]
    before = assess(*idea, TODAY, team=TEAM)
    assert assess(claimed, [*evidence, *own], nothing, TODAY, team=TEAM) == before
    waved = {**nothing, dimension: (*nothing.get(dimension, ()), Vote(1, word))}
    declared = {**nothing, dimension: nothing.get(dimension, ())}
    assert score((claimed, evidence, waved)) == score((claimed, evidence, declared))


@given(ideas(), st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(idea, random):
    claimed, evidence, nothing = idea
    shuffled = list(evidence)
    random.shuffle(shuffled)
    assert assess(claimed, shuffled, nothing, TODAY, team=TEAM) == assess(*idea, TODAY, team=TEAM)


@given(ideas())
def test_no_other_step_raises_the_score_more_than_the_best(idea):
    found = assess(*idea, TODAY, team=TEAM)
    effective = {d: part.effective for d, part in found.parts.items()}
    gains = [
        combine({**effective, d: part.proven + 1}).score - found.score
        for d, part in found.parts.items()
        if part.proven < 9
    ]
    assert (found.best_step is None) is (not gains)
    if found.best_step is not None:
        assert found.best_step.gain == max(gains) >= -SLACK
        assert found.best_step.level == found.parts[found.best_step.dimension].proven + 1


@given(ideas(), st.dictionaries(dimensions, levels))
def test_a_minimum_is_unmet_exactly_when_the_proven_level_is_below_it(idea, minimums):
    found = assess(*idea, TODAY, team=TEAM)
    expected = {d for d in minimums if d in found.parts and found.parts[d].proven < minimums[d]}
    assert {gap.dimension for gap in unmet(found, minimums)} == expected


@given(ideas(), st.dictionaries(dimensions, levels))
def test_what_is_short_is_the_same_with_and_without_the_whole_assessment(idea, minimums):
    found = assess(*idea, TODAY, team=TEAM)
    assert shortfalls(*idea, TODAY, minimums, team=TEAM) == unmet(found, minimums)

"""Conflicts of interest: found whoever is in the team, never lost by somebody joining."""

from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.conflicts import REASONS, Conflict, Party, Team, conflicts_among
from accelerator.domain.conflicts import conflicts as between

ids = st.integers(1, 6)
parties = st.builds(
    Party,
    id=ids,
    department=st.sampled_from(["", "Sales", "ｓａｌｅｓ ", "Coatings", "  ", "塗膜"]),
    line_manager_id=st.none() | ids,
)
teams = st.lists(parties, max_size=5)


def conflicts(reviewer, members, *, declared=False):
    """A team of members alone."""
    said = frozenset({reviewer.id} if declared else ())
    return between(reviewer, Team(tuple(members), declared=said))


@given(parties, teams)
def test_nobody_reviews_an_idea_of_their_own_team(reviewer, team):
    member = any(one.id == reviewer.id for one in team)
    assert (Conflict.TEAM in conflicts(reviewer, team)) == member


@given(parties, teams, parties, st.booleans())
def test_somebody_who_joins_never_frees_a_reviewer(reviewer, team, joined, declared):
    before = conflicts(reviewer, team, declared=declared)
    assert before <= conflicts(reviewer, [*team, joined], declared=declared)


@given(parties, teams)
def test_the_order_of_the_team_does_not_matter(reviewer, team):
    assert conflicts(reviewer, team) == conflicts(reviewer, team[::-1])


@given(parties, parties)
def test_department_and_reporting_hold_both_ways(one, other):
    assert conflicts(one, [other]) == conflicts(other, [one])


@given(parties, teams)
def test_a_declaration_adds_itself_and_nothing_else(reviewer, team):
    found = conflicts(reviewer, team, declared=True)
    assert found == conflicts(reviewer, team) | {Conflict.DECLARED}


@given(ids, teams)
def test_an_unknown_department_is_shared_with_nobody(number, team):
    assert Conflict.DEPARTMENT not in conflicts(Party(number, "  "), team)


def test_departments_are_compared_as_people_read_them():
    team = [Party(1, "Ｒ＆Ｄ  Europe")]
    assert conflicts(Party(2, "r&d europe"), team) == {Conflict.DEPARTMENT}
    assert conflicts(Party(2, "R&D Asia"), team) == frozenset()


people = st.frozensets(ids, max_size=2)
whole_teams = st.builds(
    Team, teams.map(tuple), former=people, mentors=people, declared=people
)  # fmt: skip


@given(st.lists(parties, max_size=5, unique_by=lambda p: p.id), st.lists(whole_teams, max_size=4))
def test_many_at_once_are_the_same_as_one_by_one(reviewers, all_teams):
    found = conflicts_among(reviewers, dict(enumerate(all_teams)))
    for idea, team in enumerate(all_teams):
        for reviewer in reviewers:
            assert found.get((idea, reviewer.id), frozenset()) == between(reviewer, team)
    assert all(found.values())


def test_who_left_and_who_mentors_is_in_conflict_alone():
    team = Team((), former=frozenset({1}), mentors=frozenset({2}))
    assert between(Party(1), team) == {Conflict.FORMER}
    assert between(Party(2, "Sales"), team) == {Conflict.MENTOR}
    assert between(Party(3, "Sales", line_manager_id=2), team) == frozenset()


def test_each_conflict_has_its_sentence():
    assert set(REASONS) == set(Conflict)

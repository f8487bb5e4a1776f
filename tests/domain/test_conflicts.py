"""Conflicts of interest: found whoever is in the team, never lost by somebody joining."""

from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.conflicts import REASONS, Conflict, Party, conflicts

ids = st.integers(1, 6)
parties = st.builds(
    Party,
    id=ids,
    department=st.sampled_from(["", "Sales", "ｓａｌｅｓ ", "Coatings", "  ", "塗膜"]),
    line_manager_id=st.none() | ids,
)
teams = st.lists(parties, max_size=5)


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


def test_each_conflict_has_its_sentence():
    assert set(REASONS) == set(Conflict)

"""Will a milestone be late: what the programme's and the team's own past say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.lateness import EARLIEST, LEAST_DONE, Course, Pace, learn

DAYS = st.integers(-30, 20)
PAST = st.lists(
    st.builds(
        lambda team, began, lived, done: Course(team, began, began + lived, done),
        st.integers(0, 4), DAYS, st.integers(0, 30), st.booleans(),
    ),
    max_size=60,
)  # fmt: skip
SEEN = [Course(team, -9, day, True) for team in range(5) for day in (-2, 0, 3)]


def pace_of(courses: list[Course]) -> Pace:
    found = learn(courses)
    assert found is not None
    return found


def test_oracle_of_a_programme_without_anything_known_of_the_team() -> None:
    """Fifteen begun, five done on day -2, five on 0, five on 3: one third is open after day 0."""
    pace = pace_of(SEEN)
    assert pace.chance_late("new", -9) == pytest.approx(1 / 3)
    assert pace.chance_late("new", 1) == 1
    # What is open beside them through day 0 counts as open, and after that as unknown.
    more = [*SEEN, *(Course(f"open {n}", -9, 0, False) for n in range(5))]
    assert pace_of(more).chance_late("new", -9) == pytest.approx(3 / 4 * 2 / 3)
    # Of what began on day -1 nothing is known before it.
    late = [*SEEN, *(Course(f"late {n}", -1, 2, True) for n in range(5))]
    assert pace_of(late).chance_late("new", -9) == pytest.approx(2 / 3 * 2 / 3)


def test_oracle_of_a_team_that_showed_its_pace() -> None:
    """A team whose one milestone was done on day -2, one that is still at it on day 3."""
    pace = pace_of([*SEEN, Course("quick", -9, -2, True), Course("slow", -9, 3, False)])
    share = {-2: 11 / 17, 0: 11 / 17 * 6 / 11, 3: 11 / 17 * 6 / 11 / 6}
    risen = {day: 2 * (left**-0.5 - 1) for day, left in share.items()}
    known = 2 + risen[-2]
    assert pace.chance_late("quick", -9) == pytest.approx((known / (known + risen[0])) ** 3)
    known = 2 + risen[3]
    assert pace.chance_late("slow", -9) == pytest.approx((known / (known + risen[0])) ** 2)


def test_too_little_past_tells_nothing_and_nothing_is_certain() -> None:
    few = [Course(n, -5, 0, True) for n in range(LEAST_DONE - 1)]
    assert learn([*few, Course("open", -5, 0, False)]) is None
    pace = pace_of([*few, Course("tenth", EARLIEST - 100, 0, True)])
    assert 0 < pace.chance_late("new", -1) < 0.1
    with pytest.raises(ValueError, match="from the day"):
        Course("a", 0, -1, True)


@given(PAST, st.integers(0, 5))
def test_a_chance_is_a_chance_and_grows_as_days_go_by(past: list[Course], team: int) -> None:
    past = [*past, *SEEN]
    pace = pace_of(past)
    chances = [pace.chance_late(team, day) for day in range(-40, 2)]
    assert all(0 < chance <= 1 for chance in chances)
    assert chances == sorted(chances)
    assert pace_of(past[::-1]).chance_late(team, -3) == pytest.approx(chances[37])


@given(PAST)
def test_who_does_more_in_the_same_days_is_less_likely_late(past: list[Course]) -> None:
    pace = pace_of([*past, *SEEN])
    done, lived = 3, 1.5
    pace.teams["slow"], pace.teams["quick"] = (done, lived), (done + 1, lived)
    pace.teams["long"] = (done, lived + 1)
    for day in (-10, -1, 0):
        quick, slow = pace.chance_late("quick", day), pace.chance_late("slow", day)
        assert quick <= slow <= pace.chance_late("long", day)


def test_of_those_called_likely_late_as_many_are() -> None:
    """Simulated teams of different pace: chances and what came of them agree in each fifth."""
    rng = np.random.default_rng(5)
    past: list[Course] = []
    to_come: list[tuple[int, bool]] = []
    for team in range(400):
        frailty = rng.gamma(2, 1 / 2)
        for n in range(6):
            risk, day = 1 - np.exp(-frailty * 0.12), -15
            while rng.random() > risk and day < 60:
                day += 1
            if n < 5:
                past.append(Course(team, -15, day, day < 60))
            else:
                to_come.append((team, day > 0))
    pace = pace_of(past)
    told = sorted((pace.chance_late(team, -15), late) for team, late in to_come)
    for fifth in np.array_split(np.array(told, dtype=float), 5):
        assert abs(fifth[:, 0].mean() - fifth[:, 1].mean()) < 0.1
    assert told[-1][0] - told[0][0] > 0.4

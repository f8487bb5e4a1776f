"""What a proposal may be asked, and which word about a reviewer's load counts."""

import pytest

from accelerator.domain.errors import DomainError
from accelerator.domain.proposals import OUTCOMES, Outcome, Settings, bounds, require_bounds


def test_settings_come_back_from_their_stored_form():
    settings = Settings(reviews=2, least=1, most=5, keep=False, skills=("IP", "電池"))
    assert Settings.of(settings.as_dict()) == settings


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (Settings(reviews=0), "reviews"),
        (Settings(reviews=11), "reviews"),
        (Settings(least=-1), "least"),
        (Settings(most=201), "most"),
        (Settings(least=5, most=4), "least"),
    ],
)
def test_what_no_proposal_could_keep_is_refused_at_its_field(settings, field):
    with pytest.raises(DomainError) as refused:
        settings.require_sound()
    assert refused.value.field == field


def test_nothing_said_is_no_error():
    require_bounds(None, None)
    require_bounds(3, None)
    Settings().require_sound()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((None, None, None), (2, 10)),
        ((None, None, 4), (2, 4)),
        ((None, 8, 4), (2, 8)),
        ((5, None, 4), (4, 4)),
        ((None, 0, 4), (0, 0)),
        ((0, None, None), (0, 10)),
    ],
)
def test_the_managers_word_counts_before_the_wish(said, expected):
    assert bounds(Settings(least=2, most=10), *said) == expected


def test_each_outcome_has_its_words():
    assert set(OUTCOMES) == set(Outcome)

"""Whom a manager may ask for more, and why not."""

from datetime import date
from itertools import product

import pytest

from accelerator.domain.errors import DomainError
from accelerator.domain.information import may_ask, require_askable
from accelerator.domain.stages import IdeaState, PassageState, Place

EVERYWHERE = list(product(IdeaState, PassageState, (None, date(2026, 12, 1))))


@pytest.mark.parametrize(("idea", "passage", "asked"), EVERYWHERE)
def test_only_an_idea_that_waits_at_a_gate_is_asked_and_only_once(idea, passage, asked):
    place = Place(idea, passage, asked_until=asked)
    waits = idea is IdeaState.ACTIVE and passage is PassageState.HANDED_IN
    if waits and not asked:
        assert may_ask(place)
        require_askable(place)
        return
    assert not may_ask(place)
    with pytest.raises(DomainError) as refused:
        require_askable(place)
    assert refused.value.code == ("asked_already" if waits else "not_at_gate")

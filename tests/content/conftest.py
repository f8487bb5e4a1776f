"""Each idea of the demonstration, one after the other."""

import pytest

from tests.content.story import DEMO


@pytest.fixture(params=DEMO["ideas"], ids=lambda idea: idea["key"])
def idea(request):
    return request.param

"""Templates: what they know besides what they are drawn with."""

import pytest

from accelerator.i18n import ngettext, speaking
from accelerator.web.templating import Pages, said_of_many


def test_all_templates_know_the_same_so_that_components_are_made_once(world):
    pages = world.app.jinja_env
    assert isinstance(pages, Pages)
    layout, forms = (pages.get_template(name) for name in ("layout.html", "components/forms.html"))
    assert layout.globals is forms.globals is pages.globals


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [("en", "1 idea decided.", "12,000 ideas decided."), ("ja", "1", "12,000")],
)
def test_a_count_is_written_with_its_thousands(language, one, many):
    texts = ("%(num)s idea decided.", "%(num)s ideas decided.")
    with speaking(language):
        for text in (ngettext, said_of_many):
            assert one in text(*texts, 1)
            assert many in text(*texts, 12_000)

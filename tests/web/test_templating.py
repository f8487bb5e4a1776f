"""Templates: what they know besides what they are drawn with."""

from accelerator.web.templating import Pages


def test_all_templates_know_the_same_so_that_components_are_made_once(world):
    pages = world.app.jinja_env
    assert isinstance(pages, Pages)
    layout, forms = (pages.get_template(name) for name in ("layout.html", "components/forms.html"))
    assert layout.globals is forms.globals is pages.globals

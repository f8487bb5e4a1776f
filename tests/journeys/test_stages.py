"""A manager designs stages by keyboard alone and by dragging, with script and without."""

from collections.abc import Callable

from tests.features.stages.acts import order_of
from tests.journeys.visitor import Visitor
from tests.world import World

Visit = Callable[..., Visitor]
STAGES = "/programmes/spark/stages"


def press(manager: Visitor, selector: str) -> None:
    """Follow or press something by the keyboard alone."""
    manager.page.locator(selector).first.focus()
    with manager.page.expect_navigation():
        manager.page.keyboard.press("Enter")
    manager.look()


def test_a_stage_is_designed_by_keyboard_alone(world: World, visit: Visit) -> None:
    world.idea("owner", state="active", stage=0)
    manager = visit("manager")
    page = manager.page
    manager.open(STAGES)
    press(manager, 'main a[href$="/stages/new"]')
    page.locator("[name=name_en]").focus()
    page.keyboard.type("Fit")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    manager.look()  # whom it touches, at the top of the same form
    press(manager, ".notice button")
    assert page.url.endswith(f"{STAGES}/fit")
    press(manager, 'a[href$="/fit/rubric"]')
    press(manager, "button[value=add]")
    page.locator("[name=row-new-1-name_en]").focus()
    page.keyboard.type("Courage")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    manager.look()
    assert page.locator(".fold-title").all_text_contents() == ["Courage"]
    manager.open(STAGES)
    press(manager, 'button[value="up fit"]')
    press(manager, "form.form .button-primary")
    assert [key for key, _ in order_of(world)] == ["spark", "fit", "validate"]
    assert page.evaluate("document.activeElement.value") == "up fit"
    press(manager, 'button[value="down fit"]')
    press(manager, "form.form .button-primary")
    assert page.evaluate("document.activeElement.value") == "up fit"  # it cannot go further down
    press(manager, 'button[value="up fit"]')
    press(manager, "form.form .button-primary")
    press(manager, 'button[formaction$="/fit/remove"]')
    press(manager, "form.form .button-primary")
    assert order_of(world)[1] == ("fit", True)


def test_a_dragged_stage_is_saved_and_escape_puts_it_back(world: World, visit: Visit) -> None:
    manager = visit("manager")
    page = manager.page
    manager.open(STAGES)

    def drag() -> None:
        below = page.locator(".arrange-handle").last.bounding_box()
        above = page.locator(".arrange-row").first.bounding_box()
        assert below is not None
        assert above is not None
        page.mouse.move(below["x"] + 5, below["y"] + 5)
        page.mouse.down()
        page.mouse.move(below["x"] + 5, above["y"] + 10, steps=8)

    def shown() -> list[str]:
        return [str(each.get_attribute("value")) for each in page.locator("[name=order]").all()]

    drag()
    assert shown() == ["validate", "spark"]
    page.keyboard.press("Escape")
    page.mouse.up()
    assert shown() == ["spark", "validate"]
    with page.expect_navigation():
        drag()
        page.mouse.up()
    assert [key for key, _ in order_of(world)] == ["validate", "spark"]

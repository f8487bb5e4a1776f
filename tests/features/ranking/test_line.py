"""The cut line moved by hand: by keys and by pointer the ranking follows; without script a button asks."""

import pytest
from playwright.sync_api import Page, expect

from tests.features.gates.acts import review
from tests.live import sign_in
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/cohorts/S27/spark/ranking"


def test_the_line_follows_keys_and_pointer(
    world: World, live_server: str, browser_page: Page
) -> None:
    for mark in (5, 4, 3, 2, 1):
        code = world.idea("owner", title=f"Idea {mark}", state="active")
        for reviewer in ("reviewer", "second"):
            review(world, code, reviewer, (mark, mark))
    page = browser_page
    sign_in(page, world, "manager", live_server)
    page.goto(f"{live_server}{PAGE}")
    handle, line = page.locator(".cutline-handle"), page.locator(".plot-top line.cut").last
    expect(page.get_by_text("Cut line: best 3").first).to_be_visible()
    expect(page.get_by_role("button", name="Move the line")).to_be_hidden()

    def thumb() -> float:
        box = handle.bounding_box()
        assert box is not None
        share = (float(handle.input_value()) - 1) / 4
        return box["x"] + 12 + share * (box["width"] - 24)

    drawn = line.bounding_box()
    assert drawn is not None
    assert abs(drawn["x"] - thumb()) < 2

    handle.focus()
    for _ in range(120):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**capacity=2")
    expect(page.get_by_text("Cut line: best 2").first).to_be_visible()

    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(thumb(), box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.wait_for_url("**capacity=4")

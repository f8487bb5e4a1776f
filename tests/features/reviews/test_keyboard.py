"""A reviewer scores three ideas without touching the mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.features.reviews.acts import reviews
from tests.live import sign_in
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_three_ideas_by_keyboard_alone(world: World, live_server: str, browser_page: Page) -> None:
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(3)]
    for code in codes:
        world.assign(code, "reviewer", state="accepted")
    page, keys = browser_page, browser_page.keyboard
    sign_in(page, world, "reviewer", live_server)
    page.goto(f"{live_server}/reviews/next")
    for n, code in enumerate(codes):
        expect(page).to_have_url(f"{live_server}/ideas/{code}/review")
        keys.press("4")
        keys.press("j")
        keys.press("0" if n == 1 else "2")
        keys.press("j")
        keys.press("3")
        keys.press("j")
        keys.press("1")
        keys.press("c")
        keys.type(f"12345 jkc: words for {code}")
        expect(page.locator("#autosave-state")).to_contain_text("Saved")
        keys.press("Control+Enter")
        page.wait_for_url(lambda url, code=code: code not in url or "next" in url)
    expect(page).to_have_url(f"{live_server}/reviews")
    expect(page.get_by_text("3 of 3 done")).to_be_visible()
    done = reviews(world)
    assert [row.marks for row in done] == [
        {"value": 4, "reach": 2},
        {"value": 4, "reach": None},
        {"value": 4, "reach": 2},
    ]
    assert {(row.confidence, row.recommendation) for row in done} == {(3, "advance")}
    assert [row.comment_to_team for row in done] == [f"12345 jkc: words for {c}" for c in codes]


def test_what_is_typed_is_saved_by_itself(
    world: World, live_server: str, browser_page: Page
) -> None:
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    page = browser_page
    sign_in(page, world, "reviewer", live_server)
    page.goto(f"{live_server}/ideas/{code}/review")
    page.get_by_label("Comment to the team").fill("Half a sentence")
    expect(page.locator("#autosave-state")).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_label("Comment to the team")).to_have_value("Half a sentence")

"""A reviewer compares ideas with the arrow keys; while one types they belong to the text."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from accelerator.storage.tables import Idea, Pick
from tests.features.pairwise.test_final import JUDGE, ideas, opened
from tests.live import sign_in
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def picked(world: World) -> list[str | None]:
    with world.session() as session:
        return list(
            session.scalars(
                select(Idea.code)
                .select_from(Pick)
                .outerjoin(Idea, Idea.passage_id == Pick.better_id)
                .order_by(Pick.id)
            )
        )


def test_arrows_pick_and_the_equals_sign_cannot_tell(
    world: World, live_server: str, browser_page: Page
) -> None:
    opened(world, ideas(world), ["reviewer"])
    page, keys = browser_page, browser_page.keyboard
    sign_in(page, world, "reviewer", live_server)
    page.goto(f"{live_server}{JUDGE}")
    page.get_by_role("searchbox").first.focus()
    keys.press("ArrowLeft")
    keys.type("=")
    expect(page.get_by_text("0 of 3 pairs")).to_be_visible()
    page.locator("h1").click()
    wanted: list[str | None] = []
    for key, side, text in (("ArrowLeft", "left", "1 of 3"), ("ArrowRight", "right", "2 of 3")):
        wanted.append(page.locator(f"input[name={side}]").get_attribute("value"))
        keys.press(key)
        expect(page.get_by_text(f"{text} pairs")).to_be_visible()
    keys.press("=")
    expect(page.get_by_text("You have compared every pair")).to_be_visible()
    assert picked(world) == [*wanted, None]
    page.get_by_role("button", name="Undo the last pick").click()
    expect(page.get_by_text("2 of 3 pairs")).to_be_visible()
    assert picked(world) == wanted

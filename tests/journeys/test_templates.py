"""A manager takes a programme out as a file, mends it, brings it in, looks at it, and clones it."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect
from sqlalchemy import select

from accelerator.storage.tables import Programme
from tests.journeys.conftest import PHONE
from tests.journeys.visitor import Visitor
from tests.world import World

Visit = Callable[..., Visitor]


def programmes(world: World) -> set[str]:
    with world.session() as session:
        return set(session.scalars(select(Programme.key)))


def test_a_programme_leaves_comes_in_is_previewed_and_cloned(
    world: World, visit: Visit, tmp_path: Path
) -> None:
    manager = visit("manager")
    page = manager.page
    manager.open("/programmes/spark")
    with page.expect_download() as download:
        manager.control("As a file").first.click()
    file = tmp_path / "mine.yaml"
    download.value.save_as(file)
    assert download.value.suggested_filename == "spark.yaml"

    file.write_text(file.read_text(encoding="utf-8").replace("kind: long", "kind: lang", 1))
    manager.open("/programmes/import")
    page.locator("#file").set_input_files(file)
    manager.press("Look at the file")
    expect(page.get_by_role("alert")).to_be_visible()
    text = page.locator("#text")
    text.fill(text.input_value().replace("kind: lang", "kind: long"))
    text.press("Tab")  # by keyboard from here on: the button follows the text
    with page.expect_navigation():
        page.keyboard.press("Enter")
    manager.look()
    page.locator("#key").fill("mended")
    manager.press("Create the programme")
    assert page.url.endswith("/programmes/mended")

    manager.press("Preview")
    for as_whom in ("As reviewer", "As manager", "As employee"):
        manager.press(as_whom)
        expect(page.locator(".notice-title")).to_have_text(manager.said("This is a preview"))
    assert "mended" in programmes(world)

    manager.open("/programmes/mended/clone")
    page.locator("#key").fill("second")
    manager.press("Make the copy")
    assert programmes(world) >= {"spark", "mended", "second"}


def test_the_same_on_a_phone_without_script(world: World, visit: Visit) -> None:
    manager = visit("manager", size=PHONE, script=False)
    page = manager.page
    page.goto(manager.address + "/programmes/spark/preview?as=reviewer")
    expect(page.locator("#pane-idea")).to_be_visible()
    expect(page.locator("#pane-rubric")).to_be_visible()
    page.goto(manager.address + "/programmes/spark/clone")
    page.locator("#key").fill("small")
    with page.expect_navigation():
        manager.control("Make the copy").click()
    assert "small" in programmes(world)

"""What the pages do under a hand: saved text, keys, lists, menus and dialogs, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.live import sign_in
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Sit = Callable[..., Page]
NO_LAST_WORDS = """(() => { const send = window.fetch;
window.fetch = (url, how) => how?.keepalive ? Promise.reject(new Error("cut")) : send(url, how) })()"""


@pytest.fixture
def sit(world: World, live_server: str, browser_page: Page) -> Sit:
    """Return what puts somebody in front of a page."""

    def sit(name: str, path: str) -> Page:
        sign_in(browser_page, world, name, live_server)
        browser_page.goto(live_server + path)
        return browser_page

    return sit


def kept(page: Page) -> int:
    """Count the texts that this browser keeps because the server has not confirmed them."""
    return page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('draft:')).length")


def test_text_saves_itself_and_survives_a_broken_server(world: World, sit: Sit) -> None:
    code = world.idea("owner")
    page = sit("owner", f"/ideas/{code}/edit")
    state, title = page.locator("#autosave-state"), page.locator("#title")
    before = page.input_value("[name=version]")
    title.fill("Heat from waste water")
    expect(state).to_contain_text("Saved")
    assert page.input_value("[name=version]") != before
    assert kept(page) == 0

    page.route("**/autosave*", lambda route: route.fulfill(status=500, body=""))
    title.fill("Heat from waste water, twice")
    expect(state).to_contain_text("Not saved")
    assert kept(page) == 1
    page.reload()
    expect(title).to_have_value("Heat from waste water")
    expect(page.get_by_text("This browser kept text")).to_be_visible()

    page.unroute("**/autosave*")
    page.get_by_role("button", name="Bring it back").click()
    expect(title).to_have_value("Heat from waste water, twice")
    expect(state).to_contain_text("Saved")
    expect(page.get_by_text("This browser kept text")).to_have_count(0)
    assert kept(page) == 0


def test_text_that_was_kept_waits_while_other_text_is_typed(world: World, sit: Sit) -> None:
    page = sit("owner", f"/ideas/{world.idea('owner')}/edit")
    state, title = page.locator("#autosave-state"), page.locator("#title")
    back = page.get_by_role("button", name="Bring it back")
    page.add_init_script(NO_LAST_WORDS)
    page.reload()
    page.route("**/autosave*", lambda route: route.fulfill(status=500, body=""))
    title.fill("Typed while the server was away")
    expect(state).to_contain_text("Not saved")
    page.reload()
    expect(back).to_be_visible()
    page.unroute("**/autosave*")
    title.fill("Typed after it")
    expect(state).to_contain_text("Saved")
    page.reload()
    expect(title).to_have_value("Typed after it")

    title.fill("Typed at last")
    back.click()
    expect(title).to_have_value("Typed while the server was away")
    expect(state).to_contain_text("Saved")
    back.click()
    expect(title).to_have_value("Typed at last")
    expect(back).to_be_visible()
    page.get_by_role("button", name="Discard it").click()
    expect(back).to_have_count(0)
    assert kept(page) == 0
    page.reload()
    expect(title).to_have_value("Typed at last")
    expect(back).to_have_count(0)


def test_nothing_is_saved_while_an_input_method_composes(world: World, sit: Sit) -> None:
    page = sit("owner", f"/ideas/{world.idea('owner')}/edit")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else 0)
    page.evaluate(
        """() => { const field = document.querySelector("#title"); field.value = "か";
        field.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true})) }"""
    )
    page.wait_for_timeout(700)
    assert posts == []
    with page.expect_request(lambda request: request.method == "POST"):
        page.locator("#title").dispatch_event("compositionend", {"bubbles": True})
    expect(page.locator("#autosave-state")).to_contain_text("Saved")


def test_the_keys_of_a_reviewer_and_their_list(world: World, sit: Sit) -> None:
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer", state="accepted")
    page = sit("reviewer", f"/ideas/{code}/review")
    keys = page.keyboard
    for key in ("3", "j", "5"):
        keys.press(key)
    expect(page.locator("#mark-value-3")).to_be_checked()
    keys.press("c")
    keys.type("j1?")
    expect(page.locator("#comment_to_team")).to_have_value("j1?")
    expect(page.locator("#mark-reach-5")).to_be_checked()
    page.focus("#mark-reach-5")
    for key in ("k", "0"):
        keys.press(key)
    expect(page.locator("#mark-value-none")).to_be_checked()
    keys.press("?")
    expect(page.locator("#keys")).to_be_visible()
    keys.press("4")
    keys.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("#mark-value-none")).to_be_checked()


def test_a_click_on_a_mark_half_out_of_sight_counts(world: World, sit: Sit) -> None:
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer", state="accepted")
    page = sit("reviewer", f"/ideas/{code}/review")
    page.set_viewport_size({"width": 1280, "height": 480})
    for radio in ("mark-value-2", "mark-reach-4", "confidence-3", "recommendation-4"):
        page.click(f"label:has(#{radio})")
        expect(page.locator(f"#{radio}")).to_be_checked()


def test_the_palette_goes_to_places_and_finds_ideas(world: World, sit: Sit) -> None:
    code = world.idea("owner", title="Quiet drone landing")
    page = sit("owner", "/ideas")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.palette")).to_be_visible()
    expect(page.locator(".palette-list")).to_contain_text("Programmes")
    page.keyboard.type("drone")
    expect(page.locator(".palette-list li")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("quiet drone")
    expect(page.locator(".palette-list")).to_contain_text(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/ideas/{code}")


def test_a_selection_says_its_count_and_a_filter_acts_at_once(world: World, sit: Sit) -> None:
    for n in range(5):
        world.idea("owner", title=f"Idea {n}", state="active")
    page = sit("manager", "/cohorts/S27/spark/gate")
    bar, count = page.locator(".bulk-bar"), page.locator(".bulk-count")
    boxes = page.locator("[name=selected]")
    expect(bar).to_be_hidden()
    boxes.nth(0).click()
    expect(count).to_have_text("1 idea selected")
    boxes.nth(3).click(modifiers=["Shift"])
    expect(count).to_have_text("4 ideas selected")
    page.click("thead input")
    expect(count).to_have_text("5 ideas selected")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    with page.expect_navigation():
        page.select_option("select[name=zone]", "none")
    assert "zone=none" in page.url


def test_light_and_dark_change_at_once_and_stay(world: World, sit: Sit) -> None:
    page = sit("owner", "/")
    page.click(".menu > summary")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.click("button[value=dark]")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.keyboard.press("Escape")
    expect(page.locator(".menu-panel")).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_question_is_asked_before_what_matters(world: World, sit: Sit) -> None:
    code = world.idea("owner", team=("mate",))
    page = sit("owner", f"/ideas/{code}")
    page.get_by_role("button", name="Make owner").click()
    question = page.locator("dialog[open]")
    expect(question).to_contain_text("Give the idea to Test Mate?")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)
    page.get_by_role("button", name="Make owner").click()
    with page.expect_navigation():
        question.locator("button[value=yes]").click()
    expect(page.locator("#team li", has_text="Test Mate")).to_contain_text("Owner")


def test_a_form_leaves_once_and_a_refused_one_opens_at_its_errors(world: World, sit: Sit) -> None:
    page = sit("owner", "/ideas/new")
    with page.expect_navigation():
        page.locator("form.form button[type=submit]").click()
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.locator(".error-summary a").first.click()
    assert page.evaluate("document.activeElement.id") == "title"

    page.fill("#title", "Once")
    page.evaluate("document.querySelector('form.form').target = '_blank'")  # so that one can look
    button = page.locator("form.form button[type=submit]")
    with page.expect_popup():
        button.click()
    expect(button).to_be_disabled()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    expect(button).to_be_enabled()

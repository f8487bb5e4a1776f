"""A reviewer works through a round by keyboard alone, and loses nothing whatever happens."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import Assignment, Criterion, Idea, Person, Review
from tests.journeys.visitor import Visitor
from tests.world import World

Visit = Callable[..., Visitor]
CRITERIA = ("value", "reach", "need", "proof", "edge")
IDEAS = {"en": 20, "ja": 3}
HALF_A_SECOND = 500
# When each save of the review's draft was asked for, and how long it took until it was on disk.
WATCH = """
() => {
  const ask = window.fetch;
  window.saves = [];
  window.addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
  window.fetch = async (...what) => {
    const pressed = window.pressed;
    const answer = await ask(...what);
    window.saves.push({ ok: answer.ok, took: performance.now() - pressed });
    return answer;
  };
}
"""


@pytest.fixture
def codes(world: World, language: str) -> list[str]:
    """Ideas of a stage with five criteria, all of them accepted by one reviewer."""
    with world.session() as session:
        for position, key in enumerate(CRITERIA[2:], start=3):
            session.add(
                Criterion(
                    stage_id=world.stage_ids[0], position=position, key=key, weight=20,
                    name=Bilingual(key, key), help=Bilingual("", ""),
                    levels=[{"ja": f"水準{n}", "en": f"Level {n}"} for n in range(1, 6)],
                )
            )  # fmt: skip
    made = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(IDEAS[language])]
    for code in made:
        world.assign(code, "reviewer", state="accepted")
    return made


def review_of(world: World, code: str) -> Review | None:
    with world.session() as session:
        return session.scalars(
            select(Review)
            .join(Assignment, Assignment.id == Review.assignment_id)
            .join(Idea, Idea.id == Assignment.idea_id)
            .where(Idea.code == code)
        ).one_or_none()


def draft(world: World, code: str) -> dict[str, object]:
    row = review_of(world, code)
    assert row is not None
    assert row.draft is not None
    return row.draft


def watched(page: Page, saves: int) -> list[float]:
    """Wait until a number of saves was answered; return how long each took from its key."""
    page.wait_for_function("n => window.saves.length >= n", arg=saves)
    found = page.evaluate("window.saves")
    assert all(one["ok"] for one in found)
    return [one["took"] for one in found]


def test_a_whole_round_by_keyboard(world: World, visit: Visit, codes: list[str]) -> None:
    visitor = visit("reviewer")
    page, keys = visitor.page, visitor.page.keyboard
    page.goto(f"{visitor.address}/reviews/next")
    waited: list[float] = []
    for n, code in enumerate(codes):
        expect(page).to_have_url(f"{visitor.address}/ideas/{code}/review")
        page.wait_for_selector(".has-panes")
        page.evaluate(WATCH)
        for i in range(len(CRITERIA)):
            keys.press("x" if (n + i) % 7 == 6 else str(1 + (n + i) % 5))
            took = watched(page, i + 1)
            keys.press("ArrowDown" if n % 2 else "j")
        waited += took
        keys.press("2")
        keys.press("j")
        keys.press("1")
        keys.press("c")
        keys.type("12jksx")
        keys.press("Control+Enter")
        page.wait_for_url(lambda url, code=code: code not in url or "next" in url)
    expect(page).to_have_url(f"{visitor.address}/reviews")
    for n, code in enumerate(codes):
        row = review_of(world, code)
        assert row is not None
        assert row.submitted_at is not None
        assert row.comment_to_team == "12jksx"
        assert row.marks == {
            key: None if (n + i) % 7 == 6 else 1 + (n + i) % 5 for i, key in enumerate(CRITERIA)
        }
    assert len(waited) == 5 * len(codes)
    assert max(waited) < HALF_A_SECOND, sorted(waited)[-5:]


def test_turning_and_skipping_by_keyboard(visit: Visit, codes: list[str]) -> None:
    visitor = visit("reviewer")
    page, keys = visitor.page, visitor.page.keyboard
    page.goto(f"{visitor.address}/reviews/next")
    for key, code in [("J", codes[1]), ("J", codes[2]), ("K", codes[1]), ("s", codes[0])]:
        keys.press(key)
        expect(page).to_have_url(f"{visitor.address}/ideas/{code}/review")
    keys.press("K")
    expect(page).to_have_url(f"{visitor.address}/ideas/{codes[1]}/review")


def test_closing_the_browser_midway_loses_nothing(
    world: World, visit: Visit, codes: list[str], language: str
) -> None:
    visitor = visit("reviewer")
    url = f"{visitor.address}/ideas/{codes[0]}/review"
    page = visitor.page
    page.goto(url)
    page.keyboard.press("4")
    page.keyboard.press("c")
    page.keyboard.type("Half a sente")
    page.close()
    page = visitor.page.context.new_page()
    page.goto(url)
    back = {"en": "Bring it back", "ja": "元に戻す"}[language]
    offered = page.get_by_role("button", name=back)
    text = page.locator("#comment_to_team")
    if text.input_value() != "Half a sente":
        offered.click()
    expect(text).to_have_value("Half a sente")
    expect(page.locator("#mark-value-4")).to_be_checked()
    page.wait_for_function("!Object.keys(localStorage).some(k => k.startsWith('draft:'))")
    assert draft(world, codes[0])["comment_to_team"] == "Half a sente"


def test_offline_the_text_stays_in_the_browser_and_goes_out_by_itself(
    world: World, visit: Visit, codes: list[str], language: str
) -> None:
    visitor = visit("reviewer")
    page = visitor.page
    page.goto(f"{visitor.address}/ideas/{codes[0]}/review")
    page.wait_for_selector(".has-panes")
    page.context.set_offline(True)
    page.keyboard.press("5")
    said = {"en": "Not saved: offline, kept in this browser", "ja": "オフライン"}[language]
    expect(page.locator("#autosave-state")).to_contain_text(said)
    assert page.evaluate("Object.keys(localStorage).some(k => k.startsWith('draft:'))")
    page.context.set_offline(False)
    expect(page.locator("#autosave-state")).to_contain_text(
        {"en": "Saved", "ja": "保存済み"}[language]
    )
    assert draft(world, codes[0])["marks"] == {"value": 5}


def test_signing_out_leaves_no_text_in_the_browser(
    world: World, visit: Visit, codes: list[str]
) -> None:
    visitor = visit("reviewer")
    page = visitor.page
    page.goto(f"{visitor.address}/ideas/{codes[0]}/review")
    page.locator("#comment_to_team").fill("The last words")
    page.locator('form[action="/sign-out"]').evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/sign-in*")
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('draft:'))") == []
    assert draft(world, codes[0])["comment_to_team"] == "The last words"


def test_keys_rest_while_composing_and_when_switched_off(
    world: World, visit: Visit, codes: list[str]
) -> None:
    visitor = visit("reviewer")
    page = visitor.page
    url = f"{visitor.address}/ideas/{codes[0]}/review"
    page.goto(url)
    page.wait_for_selector(".has-panes")
    for sign in ("isComposing: true", "keyCode: 229"):
        for key in ("'Enter', ctrlKey: true", "'4'", "'s'"):
            page.evaluate(
                "document.body.dispatchEvent(new KeyboardEvent('keydown',"
                f" {{key: {key}, {sign}, bubbles: true, cancelable: true}}))"
            )
    assert page.locator("input[name=mark-value]:checked").count() == 0
    with world.session() as session:
        session.execute(update(Person).values(single_keys=False))
    page.goto(url)
    page.wait_for_selector(".has-panes")
    page.keyboard.press("4")
    page.keyboard.press("s")
    expect(page).to_have_url(url)
    assert page.locator("input[name=mark-value]:checked").count() == 0
    assert review_of(world, codes[0]) is None


def test_on_a_phone_idea_and_rubric_keep_their_place(
    visit: Visit, codes: list[str], world: World
) -> None:
    with world.session() as session:
        session.execute(update(Criterion).values(help=Bilingual("ながい。" * 60, "Long. " * 60)))
    visitor = visit("reviewer", size=(390, 844))
    page = visitor.page
    page.goto(f"{visitor.address}/ideas/{codes[0]}/review")
    expect(page.locator("#pane-rubric")).to_be_hidden()
    press(page, 1)
    expect(page.locator("#pane-idea")).to_be_hidden()
    page.evaluate("scrollTo(0, 900)")
    place = page.evaluate("scrollY")
    assert place > 0
    press(page, 0)
    expect(page.locator("#pane-idea")).to_be_visible()
    press(page, 1)
    expect(page.locator("#pane-rubric")).to_be_visible()
    assert page.evaluate("scrollY") == place


def press(page: Page, number: int) -> None:
    """Touch a link of the bar where it is: a locator would scroll to it first."""
    box = page.locator(".pane-switch a").nth(number).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

"""A manager designs questions by keyboard and by dragging; a team answers them, with script or not."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from accelerator.storage.tables import Answer, Question
from tests.journeys.conftest import PHONE
from tests.journeys.visitor import Visitor
from tests.world import World

Visit = Callable[..., Visitor]
LIST = "/programmes/spark/stages/spark/questions"


def keys(world: World) -> list[str]:
    with world.session() as session:
        return list(
            session.scalars(
                select(Question.key)
                .where(
                    Question.stage_id == world.stage_ids[0],
                    Question.removed_at.is_(None),
                )
                .order_by(Question.position)
            )
        )


def answers(world: World) -> dict[str, object]:
    with world.session() as session:
        rows = session.execute(
            select(Question.key, Answer.value).join(Question, Question.id == Answer.question_id)
        )
        return {row.key: row.value for row in rows}


def enter(manager: Visitor, selector: str) -> None:
    """Follow or press something by the keyboard alone."""
    manager.page.locator(selector).first.focus()
    with manager.page.expect_navigation():
        manager.page.keyboard.press("Enter")
    manager.look()


def design(manager: Visitor) -> None:
    """Ask a choice, and a table that hangs on it, by keyboard alone."""
    page = manager.page
    manager.open(LIST)
    enter(manager, 'main a[href$="new-question"]')
    enter(manager, 'a[href*="kind=choice"]')
    page.locator("#label_en").focus()
    page.keyboard.type("Sort")
    for number, (ja, en) in enumerate([("製品", "Product"), ("サービス", "Service")]):
        for side, text in (("ja", ja), ("en", en)):
            page.locator(f'[name="option-{number}-{side}"]').focus()
            page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    manager.look()
    page.goto(manager.address + "/programmes/spark/stages/spark/new-question?kind=table")
    page.locator("#label_ja").fill("体制")
    page.locator("#label_en").fill("Team")
    page.locator('[name="option-0-en"]').fill("Role")
    with page.expect_navigation():  # the choice draws the form anew, with everything typed
        page.locator("#condition_question").select_option("sort")
    expect(page.locator("#label_en")).to_have_value("Team")
    page.locator('[name="condition_any_of"][value="product"]').check()
    manager.look()
    with page.expect_navigation():
        page.locator('.actions button[type="submit"]').click()


def test_questions_are_designed_ordered_removed_and_answered(world: World, visit: Visit) -> None:
    manager = visit("manager")
    design(manager)
    assert keys(world) == ["problem", "market", "sort", "team"]
    page = manager.page
    manager.open(LIST)
    enter(manager, '#question-market button[value="up market"]')
    assert keys(world) == ["market", "problem", "sort", "team"]
    assert page.evaluate("document.activeElement.value") == "down market"  # it cannot go further up
    _drag(page, "problem", "market")
    assert keys(world) == ["problem", "market", "sort", "team"]
    refused = page.locator('#question-team button[value="up team"]')
    with page.expect_navigation():
        refused.click()
    expect(page.get_by_role("alert")).to_be_visible()
    manager.look()
    enter(manager, '#question-market a[href$="/remove"]')
    manager.press("Remove the question")
    assert keys(world) == ["problem", "sort", "team"]
    manager.press("Bring back")
    assert keys(world) == ["problem", "market", "sort", "team"]
    code = world.idea("owner")
    _answer_with_script(visit("owner", size=PHONE), code)
    assert answers(world)["team"] == [{"role": "Chemist"}]
    _answer_without_script(visit("owner", script=False), code)
    assert answers(world)["sort"] == "service"
    assert answers(world)["team"] == [{"role": "Chemist"}]


def _drag(page: Page, key: str, over: str) -> None:
    handle = page.locator(f"#question-{key} .arrange-handle").bounding_box()
    target = page.locator(f"#question-{over}").bounding_box()
    assert handle is not None
    assert target is not None
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, target["y"] + target["height"] / 2, steps=4)
    page.mouse.move(handle["x"] + 5, target["y"] + 2, steps=4)
    with page.expect_navigation():
        page.mouse.up()


def _answer_with_script(owner: Visitor, code: str) -> None:
    """What hangs on a choice shows at once, and hides again without losing what was written."""
    page = owner.page
    owner.open(f"/ideas/{code}/edit")
    cell = page.locator('[name="answer_team-0-role"]')
    expect(cell).to_be_hidden()
    page.locator('[name="answer_sort"][value="product"]').check()
    expect(cell).to_be_visible()
    cell.fill("Chemist")
    expect(page.locator("#autosave-state")).to_have_text(owner.saved)
    page.locator('[name="answer_sort"][value="service"]').check()
    expect(cell).to_be_hidden()
    page.locator('[name="answer_sort"][value="product"]').check()
    expect(cell).to_have_value("Chemist")
    expect(page.locator("#autosave-state")).to_have_text(owner.saved)
    page.reload()
    expect(cell).to_have_value("Chemist")
    owner.seen.clear()
    owner.look()


def _answer_without_script(owner: Visitor, code: str) -> None:
    """Without script the page shows and hides what hangs on a choice when it is saved."""
    page = owner.page
    page.goto(f"{owner.address}/ideas/{code}/edit")
    cell = page.locator('[name="answer_team-0-role"]')
    expect(cell).to_be_visible()
    page.locator('[name="answer_sort"][value="service"]').check()
    follow = re.compile(re.escape(owner.said("Save, and show what follows from this")))
    page.get_by_role("button", name=follow).click()
    expect(cell).to_be_hidden()

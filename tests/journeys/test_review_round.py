"""A review round: six ideas, three reviewers, and what can go wrong while they write."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select, update

from accelerator.features.people.service import passwords
from accelerator.storage.tables import Assignment, Idea, Person, Review, SignIn
from tests.journeys.visitor import Visitor
from tests.world import NOW, World

Visit = Callable[..., Visitor]
PASSWORD = "seven quiet herons"
REVIEW = {
    "mark-value": "2", "mark-reach": "3", "confidence": "2", "recommendation": "2",
    "comment_to_team": "Who pays?", "version": "0", "action": "submit",
}  # fmt: skip


def test_a_review_round(world: World, visit: Visit, language: str) -> None:
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(6)]
    eighteen_reviews_asked_for(visit("manager"))
    reviewer = visit("reviewer")
    declined = one_declined_by_keyboard(reviewer)
    done = five_reviewed_by_keyboard(reviewer)
    assert sorted([declined, *done]) == codes

    second = visit("second")
    others_show_after_ones_own(second, done[0])
    two_tabs_meet(second, done[1])
    for code in set(codes) - set(done[:2]):
        world.client("second").post(f"/ideas/{code}/review", data=REVIEW)

    with world.session() as session:
        person = session.get_one(Person, world.people["stranger"])
        passwords.set_directly(session, person, password=PASSWORD, now=NOW)
    stranger = visit("stranger")
    typing_survives_an_ended_sign_in(world, stranger, codes[0])
    a_form_survives_an_ended_sign_in(world, stranger, codes[1])
    for code in codes[2:]:
        world.client("stranger").post(f"/ideas/{code}/review", data=REVIEW)

    all_of_it_arrived(world, declined)
    manager = visit("manager")
    manager.open(f"/ideas/{declined}/reviews")
    manager.open("/cohorts/S27/spark/ranking?scope=all")
    expect(manager.page.locator("#table tbody tr")).to_have_count(6)


def eighteen_reviews_asked_for(manager: Visitor) -> None:
    manager.open("/cohorts/S27/spark/assign")
    manager.page.check("#idea thead input")
    manager.page.check("#reviewer thead input")
    manager.press("Look at the pairs")
    manager.press_counted("Assign %(num)s review", "Assign %(num)s reviews", 18)
    expect(manager.page.locator("#idea tbody tr")).to_have_count(6)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not reach it")


def one_declined_by_keyboard(reviewer: Visitor) -> str:
    """Declined with one of the three reasons, without a mouse; return the idea's code."""
    page = reviewer.page
    reviewer.open("/reviews")
    decline = page.locator("#to-answer tbody a.button").first
    code = (decline.get_attribute("href") or "").split("/")[2]
    tab_to(page, decline)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    reviewer.look()
    tab_to(page, page.locator("button[name=reason]").last)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#to-answer tbody tr")).to_have_count(5)
    return code


def five_reviewed_by_keyboard(reviewer: Visitor) -> list[str]:
    """One after the other, without a mouse; return the codes in the order of work."""
    page, keys, done = reviewer.page, reviewer.page.keyboard, []
    tab_to(page, reviewer.control("Review the next one"))
    with page.expect_navigation():
        keys.press("Enter")
    reviewer.look()
    for _ in range(5):
        done.append(page.url.split("/")[4])
        for key in ("4", "5", "2", "1"):
            keys.press(key)
            keys.press("j")
        keys.press("c")
        keys.type(f"Strong need, weak price: {done[-1]}")
        with page.expect_navigation():
            keys.press("Control+Enter")
    reviewer.look()
    assert page.url.endswith("/reviews")
    return done


def others_show_after_ones_own(second: Visitor, code: str) -> None:
    page = second.page
    second.open(f"/ideas/{code}/review")
    assert f"Strong need, weak price: {code}" not in page.content()
    for name, value in REVIEW.items():
        if name.startswith("mark-") or name in ("confidence", "recommendation"):
            page.check(f"#{name}-{value}")
    second.press("Submit")
    second.open(f"/ideas/{code}/review")
    expect(page.locator("#others")).to_contain_text(f"Strong need, weak price: {code}")
    expect(page.locator("#others")).not_to_contain_text("Test Reviewer")


def two_tabs_meet(second: Visitor, code: str) -> None:
    """Two tabs of one person: the later one shows both texts, and loses neither."""
    one, two = second.page, second.page.context.new_page()
    for page in (one, two):
        page.goto(f"{second.address}/ideas/{code}/review")
    one.fill("#comment_to_team", "Written in the first tab.")
    expect(one.locator("#autosave-state")).to_have_text(second.saved)
    with two.expect_navigation():
        two.fill("#comment_to_team", "Written in the second tab.")
    meeting = Visitor(two, second.address, second.language, second.seen)
    meeting.look()
    expect(two.locator(".review-theirs")).to_contain_text("Written in the first tab.")
    expect(two.locator("#comment_to_team")).to_have_value("Written in the second tab.")
    for name in ("mark-value", "mark-reach", "confidence", "recommendation"):
        two.check(f"#{name}-{REVIEW[name]}")
    meeting.press("Submit")
    expect(two.locator(".review-written ~ .prose")).to_have_text("Written in the second tab.")
    two.close()


def sign_ins_end(world: World) -> None:
    with world.session() as session:
        session.execute(
            update(SignIn).where(SignIn.person_id == world.people["stranger"]).values(ended_at=NOW)
        )


def signs_in(page: Page) -> None:
    page.fill("#email", "stranger@hoshino.example")
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def typing_survives_an_ended_sign_in(world: World, stranger: Visitor, code: str) -> None:
    """Not saved, said so; after signing in in a new tab it saves by itself."""
    page = stranger.page
    stranger.open(f"/ideas/{code}/review")
    sign_ins_end(world)
    page.fill("#comment_to_team", "Typed while nobody was signed in.")
    link = page.locator("#autosave-state a")
    with page.context.expect_page() as opened:
        link.click()
    signs_in(opened.value)
    opened.value.close()
    page.evaluate("dispatchEvent(new Event('focus'))")  # a real window does it by itself
    expect(page.locator("#autosave-state")).to_have_text(stranger.saved)
    page.reload()
    expect(page.locator("#comment_to_team")).to_have_value("Typed while nobody was signed in.")
    for name in ("mark-value", "mark-reach", "confidence", "recommendation"):
        page.check(f"#{name}-{REVIEW[name]}")
    stranger.press("Submit")


def a_form_survives_an_ended_sign_in(world: World, stranger: Visitor, code: str) -> None:
    """A form sent too late comes back whole, and is sent again from there."""
    page = stranger.page
    stranger.open(f"/ideas/{code}/review")
    for name in ("mark-value", "mark-reach", "confidence", "recommendation"):
        page.check(f"#{name}-{REVIEW[name]}")
    expect(page.locator("#autosave-state")).to_have_text(stranger.saved)
    sign_ins_end(world)
    page.fill("#comment_to_team", "Sent while nobody was signed in.")
    stranger.press("Submit")
    expect(page.locator("[name=comment_to_team]")).to_have_value("Sent while nobody was signed in.")
    with page.context.expect_page() as opened:
        page.locator("a[target=_blank]").click()
    signs_in(opened.value)
    opened.value.close()
    stranger.press("Send again")
    stranger.open(f"/ideas/{code}/review")
    expect(page.locator(".review-written ~ .prose")).to_have_text(
        "Sent while nobody was signed in."
    )


def all_of_it_arrived(world: World, declined: str) -> None:
    with world.session() as session:
        states = session.execute(
            select(Idea.code, Assignment.reviewer_id, Assignment.state)
            .join(Assignment, Assignment.idea_id == Idea.id)
            .where(Assignment.state != "submitted")
        ).all()
        marks = session.scalars(
            select(Review.marks)
            .join(Assignment, Assignment.id == Review.assignment_id)
            .where(Assignment.reviewer_id == world.people["reviewer"])
        ).all()
    assert states == [(declined, world.people["reviewer"], "declined")]
    assert marks == [{"value": 4, "reach": 5}] * 5

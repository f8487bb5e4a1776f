"""An intake is opened from nothing, by clicks: template, cohort, reviewers, dates, checklist, open.

Then the next cohort is cloned from it, and an employee chooses between the two.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.journeys.visitor import Visitor
from tests.world import TODAY, World

Visit = Callable[..., Visitor]
FIFTEEN_MINUTES = 15 * 60


def test_an_intake_is_opened_from_nothing_and_cloned(
    world: World, visit: Visit, language: str
) -> None:
    began = time.monotonic()
    manager = visit("admin")
    a_programme(manager)
    a_cohort(manager)
    what_is_missing(manager)
    expect(manager.page.locator(".badge-good").first).to_be_visible()
    assert time.monotonic() - began < FIFTEEN_MINUTES
    the_next_one(manager)
    chosen(visit("owner", size=PHONE))
    moved(world, visit("manager"))


def a_programme(manager: Visitor) -> None:
    """Nothing but its key is typed; a template has all the rest."""
    manager.open("/programmes/new")
    manager.page.check("input[value=idea_challenge]")
    manager.page.fill("#key", "launch")
    manager.press("Create the programme")


def a_cohort(manager: Visitor) -> None:
    """Start today; code, name and every date are proposed."""
    manager.press("New cohort")
    manager.press("See the dates")
    expect(manager.page.locator("#code")).to_have_value("A26")
    manager.press("Set up the cohort")
    assert manager.page.url.endswith("/cohorts/A26/prepare")


def what_is_missing(manager: Visitor) -> None:
    """Nobody reviews yet: the line leads to where they are named, and the intake opens."""
    expect(manager.control("Open the intake today")).to_have_count(0)
    manager.press("Reviewers and managers")
    for name in ("reviewer", "second", "stranger", "mate"):
        manager.page.fill("#person", f"{name}@hoshino.example")
        manager.page.select_option("#role", "reviewer")
        manager.press("Give the role")
    manager.open("/cohorts/A26/prepare")
    manager.press("Open the intake today")
    assert manager.page.url.endswith("/cohorts/A26")
    expect(manager.page.locator(".gantt")).to_be_visible()


def the_next_one(manager: Visitor) -> None:
    """Cloned from the first, with its distances; seen by nobody until it is opened."""
    manager.open("/programmes/launch")
    manager.press("New cohort")
    expect(manager.page.locator("input[name=from][value=A26]")).to_be_checked()
    manager.press("See the dates")
    assert "from=A26" in manager.page.url
    manager.press("Set up the cohort")
    assert manager.page.url.endswith("/prepare")
    manager.press("Open the intake today")
    manager.press("Dates and settings")
    manager.press("Check the dates again")
    expect(manager.page.locator(".findings > li").first).to_be_visible()


def chosen(owner: Visitor) -> None:
    """On a phone an employee reads until when each takes ideas in, and how many places are free."""
    owner.open("/ideas/new")
    choices = owner.page.locator("input[name=cohort]")
    expect(choices).to_have_count(4)
    choices.nth(3).check()
    owner.page.fill("#title", "Heat from waste water")
    owner.press("Start the draft")
    expect(owner.page.locator("h1")).to_be_visible()


def moved(world: World, manager: Visitor) -> None:
    """A hand-in moves after a look at who is affected; every page about places reads well."""
    world.idea("owner", state="active", passage_state="open")
    for page in ("line", "late", "join", "eligibility"):
        manager.open(f"/cohorts/S27/{page}")
    manager.open("/cohorts/S27/edit")
    day = manager.page.locator("#stage-spark-hand_in_by")
    later = (TODAY + timedelta(days=22)).isoformat()
    day.fill(later)
    manager.press("Save")
    expect(manager.page.locator("#letters .card")).to_have_count(1)
    manager.press("Back to the dates")
    expect(day).to_have_value(later)
    manager.press("Save")
    manager.press("Move the dates and tell everybody")
    assert manager.page.url.endswith("/cohorts/S27")

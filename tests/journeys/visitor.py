"""One person in front of one browser."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page

from accelerator.i18n import gettext, ngettext, speaking
from tests.journeys.axe import axe

NUMBERS = re.compile(r"[A-Z]+\d+-\d+|(?<=/)\d+|\?.*")
WIDER_BY = "document.scrollingElement.scrollWidth - innerWidth"


@dataclass
class Visitor:
    """Goes through pages in the person's language; each kind of page is checked when first seen.

    `seen` is shared by all who walk through one journey.
    """

    page: Page
    address: str
    language: str
    seen: set[str] = field(default_factory=set)

    def said(self, text: str, **values: Any) -> str:
        """Return a text of the product in the language of this person."""
        with speaking(self.language):
            return gettext(text, **values) if values else gettext(text).replace("%%", "%")

    @property
    def saved(self) -> re.Pattern[str]:
        """Return what the page says after an autosave: "Saved 10:42"."""
        before, after = self.said("Saved {time}").split("{time}")
        return re.compile(rf"{re.escape(before)}\d\d:\d\d{re.escape(after)}")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.look()

    def press(self, name: str, *, inside: str = "main", **values: Any) -> None:
        """Press the button or link of this name, which leads to a page."""
        with self.page.expect_navigation():
            self.control(name, inside=inside, **values).first.click()
        self.look()

    def said_of_many(self, one: str, other: str, n: int) -> str:
        """Return the text for a count in the language of this person."""
        with speaking(self.language):
            return ngettext(one, other, n)

    def press_counted(self, one: str, other: str, n: int) -> None:
        """Press the button whose name says a count."""
        name = self.said_of_many(one, other, n)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()
        self.look()

    def control(self, name: str, *, inside: str = "main", **values: Any) -> Locator:
        """Find a button or link by its whole name; what only screen readers hear may follow."""
        whole = re.compile("^" + re.escape(self.said(name, **values)) + r"(\s*[–:：].*)?$")
        place = self.page.locator(inside)
        return place.get_by_role("button", name=whole).or_(place.get_by_role("link", name=whole))

    def look(self) -> None:
        """Check the page in front of the person, unless its kind was seen already."""
        kind = NUMBERS.sub("", self.page.url.removeprefix(self.address))
        kind += self.page.locator("h1").inner_text()
        if kind not in self.seen:
            self.seen.add(kind)
            assert self.page.locator("html").get_attribute("lang") == self.language
            assert self.page.evaluate(WIDER_BY) <= 0, f"{self.page.url} runs out of the screen"
            axe(self.page)

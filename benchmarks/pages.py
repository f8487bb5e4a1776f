"""The pages that are measured, and how each is asked for."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import quote

from benchmarks.company import CODE, MANAGER, OWNER, PASSWORD, REVIEWER, Company, numbered
from benchmarks.server import ROWS, Answer, Browser, Server

STAGE = "spark"
WORDS = (
    "特許",
    "three months",
    "お客さま",
    "prototype",
    "停止時間",
)  # hundreds of ideas at any size


@dataclass(frozen=True)
class Page:
    """A page: how often it is asked for, what it may cost, and what its floor is made of."""

    name: str
    ask: Callable[["Visit"], Answer]
    times: int = 240
    cpu_target: float | None = None  # milliseconds, application and database together
    writes: int = 0
    status: int = 200
    plain: bool = True  # as much work whatever the data, so judged by its floor and growth


@dataclass
class Visit:
    """People signed in at one server, and where they are."""

    server: Server
    company: Company
    people: dict[str, Browser] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    codes: Iterator[str] = field(init=False)
    words: Iterator[str] = field(init=False)
    waiting: Iterator[str] = field(init=False)
    marks: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.codes = numbered(self.company.ideas)
        self.words = cycle(WORDS)
        self.waiting = cycle(self.company.open_codes)

    def sign_in(self) -> None:
        """Sign everybody in, once, with the password."""
        for email in (MANAGER, REVIEWER, OWNER):
            browser = Browser(self.server.port)
            browser.sign_in(email, PASSWORD)
            self.people[email] = browser
            self.tokens[email] = browser.get("/ideas").csrf
        form = self.people[REVIEWER].get(f"/ideas/{self.company.open_codes[0]}/review")
        names = {part.split('"')[0] for part in form.body.decode().split('name="mark-')[1:]}
        self.marks = {f"mark-{name}": "4" for name in names}

    def get(self, email: str, path: str) -> Answer:
        return self.people[email].get(path)

    def review(self) -> Answer:
        """Submit a review that was still open.

        The page that follows would read what the cookie tells of it; here it is laid down instead,
        or it would grow with each post.
        """
        form = self.marks | {
            "csrf_token": self.tokens[REVIEWER], "_once": secrets.token_urlsafe(18),
            "version": "0", "confidence": "2", "recommendation": "1", "action": "submit",
            "comment_to_team": "A real problem, well observed. Ask two more customers. " * 6,
            "note_to_manager": "",
        }  # fmt: skip
        browser = self.people[REVIEWER]
        cookies = dict(browser.cookies)
        answer = browser.post(f"/ideas/{next(self.waiting)}/review", form)
        browser.cookies = cookies
        return answer

    def rows(self, page: "Page") -> int:
        """Ask once more, and return how many rows the page read."""
        for browser in self.people.values():
            browser.count_rows = True
        answer = page.ask(self)
        for browser in self.people.values():
            browser.count_rows = False
        return int(answer.headers[ROWS])

    def export(self) -> Answer:
        """Take all reviews of the stage out."""
        path = f"/cohorts/{CODE}/{STAGE}/reviews.csv"
        return self.people[MANAGER].post(path, {"csrf_token": self.tokens[MANAGER]})

    def close(self) -> None:
        for browser in self.people.values():
            browser.close()


PAGES = (
    Page("idea list", lambda v: v.get(MANAGER, "/ideas"), cpu_target=25),
    Page("search", lambda v: v.get(MANAGER, f"/search?q={quote(next(v.words))}")),
    Page("one idea", lambda v: v.get(MANAGER, f"/ideas/{next(v.codes)}"), cpu_target=20),
    Page("review queue", lambda v: v.get(REVIEWER, "/reviews")),
    Page(
        "review form",
        lambda v: v.get(REVIEWER, f"/ideas/{next(v.waiting)}/review"),
        cpu_target=20,
    ),
    Page("review post", Visit.review, times=144, cpu_target=15, writes=5, status=303),
    Page(
        "ranking",
        lambda v: v.get(MANAGER, f"/cohorts/{CODE}/{STAGE}/ranking"),
        times=6,
        plain=False,
    ),
    Page("manager's first page", lambda v: v.get(MANAGER, "/")),
    Page("CSV of all reviews", Visit.export, times=2, cpu_target=1500, plain=False),
)

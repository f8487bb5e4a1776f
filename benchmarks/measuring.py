"""Ask for each page again and again, and note what it cost."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks import processes
from benchmarks.company import Company
from benchmarks.pages import PAGES, Page, Visit
from benchmarks.server import QUERIES, Answer, Browser, Server, serve

WARM_UP = 40  # both workers have asked often enough for PostgreSQL to have settled on its plans
BATCHES = 12  # CPU is that of the middle one
CELL = 70  # characters in a cell of the floor's table, nearly


@dataclass(frozen=True)
class Cost:
    """What one request costs, in milliseconds; queries and rows read before the answer began."""

    median: float
    p95: float
    application: float
    database: float
    queries: int
    rows: int
    size: int

    @property
    def cpu(self) -> float:
        return self.application + self.database


@dataclass(frozen=True)
class Measured:
    """A page on one database of one size, beside its floor."""

    page: Page
    cost: Cost
    floor: Cost | None = None


@dataclass(frozen=True)
class Round:
    """All pages on one database of one size; memory in MiB."""

    database: str
    ideas: int
    pages: tuple[Measured, ...]
    memory: float
    export_growth: float


@dataclass(frozen=True)
class Site:
    """A database of one size to be measured."""

    engine: Engine
    url: str
    company: Company
    instance: Path


def measure(database: str, sites: Sequence[Site]) -> list[Round]:
    """Measure all pages at all sizes in turns with their floors: the machine's speed drifts."""
    with ExitStack() as stack:
        shops = [stack.enter_context(_open(site)) for site in sites]
        pages = [_page(page, shops) for page in PAGES]
        return [
            Round(
                database,
                shop.visit.company.ideas,
                tuple(found[place][0] for found in pages),
                processes.memory(shop.server.pid) / processes.MIB,
                max(found[place][1] for found in pages),
            )
            for place, shop in enumerate(shops)
        ]


@dataclass(frozen=True)
class _Shop:
    """A size being served: by the product to those who visit it, and by the floor beside it."""

    server: Server
    visit: Visit
    plain: Server
    browser: Browser
    backends: int | None


@contextmanager
def _open(site: Site) -> Iterator[_Shop]:
    with (
        serve("benchmarks.measured:app", site.url, site.instance) as server,
        serve("benchmarks.floor:app", site.url, site.instance) as plain,
        closing(Visit(server, site.company)) as visit,
        closing(Browser(plain.port)) as browser,
    ):
        visit.sign_in()
        yield _Shop(server, visit, plain, browser, postmaster(site.engine))


def _page(page: Page, shops: Sequence[_Shop]) -> list[tuple[Measured, float]]:
    """Ask so often as the page says, after a warm-up; with the MiB an export grows by."""
    size = max(page.times // BATCHES, 1)
    with ExitStack() as stack:
        memories = [
            stack.enter_context(processes.highest_memory(shop.server.pid))
            for shop in shops
            if page.name.startswith("CSV")
        ]
        runs = [_Run(page, shop) for shop in shops]
        for _ in range(page.times // size):
            for run in runs:
                run.ask_for(size)
    found = [run.measured() for run in runs]
    growth = [(most - before) / processes.MIB for before, most in memories] or [0.0] * len(shops)
    costs = ", ".join(f"{one.cost.cpu:.1f}" for one in found)
    print(f"  {page.name}: {costs} ms CPU", flush=True)
    return list(zip(found, growth, strict=True))


class _Run:
    """One page at one size, in turns with its floor."""

    def __init__(self, page: Page, shop: _Shop) -> None:
        def ask() -> Answer:
            return _checked(page.ask(shop.visit), page)

        self.page = page
        first = ask()
        self.rows = shop.visit.rows(page) if page.plain else 0
        self.own = Batches(ask, shop.server.pid, shop.backends)
        self.floor = _floor(page, shop, first, self.rows) if page.plain else None
        for turns in self._both():
            turns.warm_up(min(WARM_UP, page.times - 1))

    def ask_for(self, times: int) -> None:
        for turns in self._both():
            turns.ask_for(times)

    def measured(self) -> Measured:
        floor = self.floor.cost(self.rows) if self.floor else None
        return Measured(self.page, self.own.cost(self.rows), floor)

    def _both(self) -> list["Batches"]:
        return [turns for turns in (self.own, self.floor) if turns is not None]


def _floor(page: Page, shop: _Shop, first: Answer, rows: int) -> "Batches":
    queries = int(first.headers.get(QUERIES, 0))
    last = max(rows - queries + 1, 1)  # rows of the one query that reads more than one
    cells = max(round(len(first.body) / last / CELL), 1)
    path = f"/?queries={queries}&rows={last}&cells={cells}&writes={page.writes}"
    verb = "POST" if page.writes else "GET"
    return Batches(lambda: shop.browser.ask(verb, path), shop.plain.pid, shop.backends)


class Batches:
    """The same request again and again, in batches whose CPU is counted."""

    def __init__(self, ask: Callable[[], Answer], pid: int, backends: int | None) -> None:
        self.ask = ask
        self.pid = pid
        self.backends = backends
        self.answers: list[Answer] = []
        self.used: list[tuple[float, float]] = []

    def warm_up(self, times: int) -> None:
        for _ in range(times):
            self.ask()

    def ask_for(self, times: int) -> None:
        before = processes.cpu(self.pid), _cpu(self.backends)
        self.answers += [self.ask() for _ in range(times)]
        after = processes.cpu(self.pid), _cpu(self.backends)
        application, database = (
            (then - now) / times * 1000 for then, now in zip(after, before, strict=True)
        )
        self.used.append((application, database))

    def cost(self, rows: int) -> Cost:
        """Return what one request cost: the batch in the middle."""
        application, database = (
            statistics.median(column) for column in zip(*self.used, strict=True)
        )
        seconds = sorted(answer.seconds * 1000 for answer in self.answers)
        return Cost(
            median=statistics.median(seconds),
            p95=seconds[min(int(len(seconds) * 0.95), len(seconds) - 1)],
            application=application,
            database=database,
            queries=max(int(answer.headers.get(QUERIES, 0)) for answer in self.answers),
            rows=rows,
            size=max(len(answer.body) for answer in self.answers),
        )


def _checked(answer: Answer, page: Page) -> Answer:
    if answer.status != page.status:
        raise RuntimeError(f"{page.name}: {answer.status}\n{answer.body.decode()[:3000]}")
    return answer


def postmaster(engine: Engine) -> int | None:
    """Return the process all of PostgreSQL hangs on; None for SQLite."""
    if engine.name != "postgresql":
        return None
    with engine.connect() as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    status = Path(f"/proc/{backend}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))


def _cpu(pid: int | None) -> float:
    return 0.0 if pid is None else processes.cpu(pid)

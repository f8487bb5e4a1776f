"""Ask for each page again and again, and note what it cost."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks import processes
from benchmarks.company import Company
from benchmarks.pages import PAGES, Page, Visit
from benchmarks.server import QUERIES, Answer, Browser, serve

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


def measure(database: str, engine: Engine, url: str, company: Company, instance: Path) -> Round:
    """Measure all pages, each in turns with its floor, so that both see the same machine."""
    backends = postmaster(engine)
    pages: list[Measured] = []
    growth = 0.0
    with serve("benchmarks.measured:app", url, instance) as server:
        visit = Visit(server, company)
        visit.sign_in()
        with serve("benchmarks.floor:app", url, instance) as plain:
            browser = Browser(plain.port)
            for page in PAGES:
                with processes.highest_memory(server.pid) as memory:
                    found = _page(page, visit, browser, plain.pid, backends)
                pages.append(found)
                if page.name.startswith("CSV"):
                    growth = (memory[1] - memory[0]) / processes.MIB
                print(f"  {page.name}: {found.cost.cpu:.1f} ms CPU", flush=True)
            browser.close()
        used = processes.memory(server.pid) / processes.MIB
        visit.close()
    return Round(database, company.ideas, tuple(pages), used, growth)


def _page(
    page: Page, visit: Visit, browser: Browser, floor_pid: int, backends: int | None
) -> Measured:
    """Ask so often as the page says, after a warm-up that reaches both workers."""
    first = _checked(page.ask(visit), page)
    rows = visit.rows(page) if page.plain else 0
    queries = int(first.headers.get(QUERIES, 0))
    own = Batches(lambda: _checked(page.ask(visit), page), visit.server.pid, backends)
    floor = None
    if page.plain:
        last = max(rows - queries + 1, 1)  # rows of the one query that reads more than one
        cells = max(round(len(first.body) / last / CELL), 1)
        path = f"/?queries={queries}&rows={last}&cells={cells}&writes={page.writes}"
        verb = "POST" if page.writes else "GET"
        floor = Batches(lambda: browser.ask(verb, path), floor_pid, backends)
    size = max(page.times // BATCHES, 1)
    for turns in [one for one in (own, floor) if one]:
        turns.warm_up(min(WARM_UP, page.times - 1))
    for _ in range(page.times // size):
        for turns in [one for one in (own, floor) if one]:
            turns.ask_for(size)
    return Measured(page, own.cost(rows), floor.cost(rows) if floor else None)


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

"""Ask for each page again and again, and note what it cost."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks import processes
from benchmarks.company import Company
from benchmarks.pages import PAGES, Page, Visit
from benchmarks.server import QUERIES, Answer, Browser, serve

WARM_UP = 4
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
    """Measure all pages, then their floors."""
    backends = postmaster(engine)
    pages: list[Measured] = []
    with serve("benchmarks.measured:app", url, instance) as server:
        visit = Visit(server, company)
        visit.sign_in()
        growth = 0.0
        for page in PAGES:
            with processes.highest_memory(server.pid) as memory:
                found = cost(lambda p=page: p.ask(visit), page, server.pid, backends)
            if page.plain:
                found = replace(found, rows=visit.rows(page))
            pages.append(Measured(page, found))
            if page.name.startswith("CSV"):
                growth = (memory[1] - memory[0]) / processes.MIB
            print(f"  {page.name}: {found.cpu:.1f} ms CPU, {found.median:.0f} ms", flush=True)
        used = processes.memory(server.pid) / processes.MIB
        visit.close()
    with serve("benchmarks.floor:app", url, instance) as server:
        browser = Browser(server.port)
        pages = [
            replace(one, floor=_floor(one, browser, server.pid, backends))
            if one.page.plain
            else one
            for one in pages
        ]
        browser.close()
    return Round(database, company.ideas, tuple(pages), used, growth)


def _floor(one: Measured, browser: Browser, pid: int, backends: int | None) -> Cost:
    page = one.page
    rows = max(one.cost.rows - one.cost.queries + 1, 1)
    cells = max(round(one.cost.size / rows / CELL), 1)
    path = f"/?queries={one.cost.queries}&rows={rows}&cells={cells}&writes={page.writes}"
    ask = (lambda: browser.post(path, {})) if page.writes else (lambda: browser.get(path))
    return cost(ask, replace(page, status=200, times=max(page.times, 40)), pid, backends)


def cost(ask: Callable[[], Answer], page: Page, pid: int, backends: int | None) -> Cost:
    """Ask so often as the page says, after a warm-up that reaches both workers."""
    for _ in range(min(WARM_UP, page.times - 1)):
        _checked(ask(), page)
    size = max(page.times // BATCHES, 1)
    answers: list[Answer] = []
    used: list[tuple[float, float]] = []
    for _ in range(page.times // size):
        before = processes.cpu(pid), _cpu(backends)
        answers += [_checked(ask(), page) for _ in range(size)]
        used.append(
            (
                (processes.cpu(pid) - before[0]) / size * 1000,
                (_cpu(backends) - before[1]) / size * 1000,
            )
        )
    application, database = (statistics.median(column) for column in zip(*used, strict=True))
    seconds = sorted(answer.seconds * 1000 for answer in answers)
    return Cost(
        median=statistics.median(seconds),
        p95=seconds[min(int(len(seconds) * 0.95), len(seconds) - 1)],
        application=application,
        database=database,
        queries=max(int(answer.headers.get(QUERIES, 0)) for answer in answers),
        rows=0,
        size=max(len(answer.body) for answer in answers),
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

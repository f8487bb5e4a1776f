"""`make bench`: the cost of each page at 1,000 and 10,000 ideas, on both databases.

    python -m benchmarks [--quick] [--database sqlite|postgresql] [--record]

Each size is written in bulk, served by gunicorn with two workers and asked for by one browser. CPU
is what the kernel counted for the server's processes, and for PostgreSQL's. `--quick` measures
1,000 ideas only; `--record` writes docs/benchmarks.md. Ends with 1 when a target is missed.
"""

import argparse
import os
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import upgrade
from benchmarks import databases, report
from benchmarks.company import make
from benchmarks.measuring import Round, Site, measure

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 10_000)
INTRODUCTION = """# What the pages cost

The last measured table of `make bench`: {day}, {cores} cores ({machine}), Python {python}.

One programme, one cohort, 500 reviewers, three reviews an idea, events and messages included;
gunicorn with two workers, one browser. CPU is milliseconds for each request as the kernel counts
them, of the server's processes and of PostgreSQL's: the median of twelve batches. Three of four
ideas were decided before; all of them stand in one cohort, which the CSV holds whole.

The floor is a plain Flask page that asks as many queries, reads as many rows and is as long
(`benchmarks/floor.py`): ORM rows, a signed cookie and a CSRF token, but nobody to look up, no
permissions, languages or macros. A page and its floor, at both sizes, are asked for in turns, so
that all see the same machine, after a warm-up of forty requests. Growth compares with 1,000 ideas;
the ranking and the CSV hold ten times as much then, so theirs is not judged.

Other measurements, each with its own limits, which end with 1 when one is missed:

| `python -m …` | what |
|---|---|
| `benchmarks.large` | twelve stages, eighty questions, 2,000 ideas at one gate, a batch of 500 |
| `benchmarks.readiness` | 5,000 ideas assessed and stored, a heat map of 500 |
| `benchmarks.outbox` | the claim of the outbox with 1,000,000 past messages |
| `benchmarks.soak` | a simulated quarter of reminders for 2,000 people: told, merged, twice, lost |
| `benchmarks.scoring`, `matching`, `simulation` | fair scores and sharing out, by a known truth |
"""


def main() -> int:
    """Measure what was asked for and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="1,000 ideas only")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--record", action="store_true", help="write docs/benchmarks.md")
    wanted = parser.parse_args()
    sizes = SIZES[:1] if wanted.quick else SIZES
    rounds: list[Round] = []
    for database in (wanted.database,) if wanted.database else ("sqlite", "postgresql"):
        name = "SQLite" if database == "sqlite" else "PostgreSQL"
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as folder,
            databases.empty(database, Path(folder)) as urls,
        ):
            rounds += measure(name, [_site(name, next(urls), n, Path(folder)) for n in sizes])
    text = "\n".join(report.lines(rounds))
    print(text)
    if wanted.record:
        head = INTRODUCTION.format(
            day=f"{datetime.now(UTC):%Y-%m-%d}", cores=os.cpu_count(), machine=platform.machine(),
            python=platform.python_version(),
        )  # fmt: skip
        (ROOT / "docs" / "benchmarks.md").write_text(f"{head}{text}\n", encoding="utf-8")
    missed = report.misses(rounds)
    print(f"\n{missed} targets are missed." if missed else "\nAll targets are met.")
    return 1 if missed else 0


def _site(name: str, url: str, ideas: int, folder: Path) -> Site:
    engine = make_engine(url)
    start = time.perf_counter()
    upgrade(engine)
    company = make(engine, ideas)
    print(f"{name}: {ideas:,} ideas written in {time.perf_counter() - start:.0f} s", flush=True)
    return Site(engine, url, company, folder)


raise SystemExit(main())

"""What was measured, as a table beside what was promised."""

from collections.abc import Iterator, Sequence

from benchmarks.measuring import Measured, Round

MOST_QUERIES = 10
MOST_GROWTH = 1.2
MOST_FLOORS = 2.5
MOST_MEMORY = 220.0
MOST_EXPORT_GROWTH = 32.0
HEAD = (
    "page", "median ms", "p95 ms", "CPU app", "CPU db", "queries", "rows", "KiB", "× floor",
    "growth", "target", "",
)  # fmt: skip


def lines(rounds: Sequence[Round]) -> Iterator[str]:
    """Yield the whole report as Markdown."""
    for one in rounds:
        smaller = next(
            (r for r in rounds if r.database == one.database and r.ideas < one.ideas), None
        )
        yield ""
        yield f"### {one.database}, {one.ideas:,} ideas, {one.ideas * 3:,} reviews"
        yield ""
        yield from _table([_row(page, smaller) for page in one.pages])
        yield ""
        yield _memory(one)


def misses(rounds: Sequence[Round]) -> int:
    """Count the targets that were missed."""
    return sum(line.count("miss") for line in lines(rounds))


def _row(one: Measured, smaller: Round | None) -> tuple[str, ...]:
    cost, page = one.cost, one.page
    floors = cost.cpu / one.floor.cpu if one.floor else None
    growth = None
    if smaller is not None and page.plain:
        growth = cost.cpu / next(m for m in smaller.pages if m.page.name == page.name).cost.cpu
    faults = []
    if page.cpu_target is not None and cost.cpu > page.cpu_target:
        faults.append("CPU")
    if cost.queries > MOST_QUERIES:
        faults.append("queries")
    if growth is not None and growth >= MOST_GROWTH:
        faults.append("growth")
    if floors is not None and floors > MOST_FLOORS:
        faults.append("floor")
    return (
        page.name, f"{cost.median:.1f}", f"{cost.p95:.1f}", f"{cost.application:.1f}",
        f"{cost.database:.1f}" if cost.database else "–", str(cost.queries),
        str(cost.rows or "–"),
        f"{cost.size / 1024:.0f}", f"{floors:.1f}" if floors else "–",
        f"{growth:.2f}" if growth else "–",
        f"{page.cpu_target:.0f} ms CPU" if page.cpu_target else "–",
        f"miss: {', '.join(faults)}" if faults else "ok",
    )  # fmt: skip


def _memory(one: Round) -> str:
    tree = "ok" if one.memory <= MOST_MEMORY else "miss"
    export = "ok" if one.export_growth <= MOST_EXPORT_GROWTH else "miss"
    return (
        f"Memory of the server's processes: {one.memory:.0f} MiB "
        f"(at most {MOST_MEMORY:.0f}: {tree}); "
        f"while the CSV is written {one.export_growth:.0f} MiB more "
        f"(at most {MOST_EXPORT_GROWTH:.0f}: {export})."
    )


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in (HEAD, *rows)) for i in range(len(HEAD))]

    def written(row: Sequence[str]) -> str:
        first, *rest = row
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest[:-1], widths[1:-1], strict=True)]
        return "| " + " | ".join([*cells, rest[-1].ljust(widths[-1])]) + " |"

    yield written(HEAD)
    yield (
        "|"
        + "|".join(
            "-" * (width + 1) + ("-" if i in (0, len(widths) - 1) else ":")
            for i, width in enumerate(widths)
        )
        + "|"
    )
    yield from map(written, rows)

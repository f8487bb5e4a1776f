"""What processes use, as the kernel tells it: CPU of a tree, its proportional memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MIB = 1024 * 1024


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    found, at = [pid], 0
    while at < len(found):
        for task in Path(f"/proc/{found[at]}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
        at += 1
    return found


def cpu(pid: int) -> float:
    """Return the CPU seconds of a tree's threads so far, to the nanosecond."""
    total = 0
    for one in tree(pid):
        for thread in Path(f"/proc/{one}/task").glob("*/schedstat"):
            try:
                total += int(thread.read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return total / 1e9


def memory(pid: int) -> int:
    """Return the bytes of a tree: shared pages divided among those who share them (PSS)."""
    total = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


@contextmanager
def highest_memory(pid: int) -> Iterator[list[int]]:
    """Yield a list that grows to [before, highest] while the block runs."""
    found = [memory(pid), 0]
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            found[1] = max(found[1], memory(pid))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield found
    finally:
        done.set()
        looking.join()
        found[1] = max(found[1], memory(pid))

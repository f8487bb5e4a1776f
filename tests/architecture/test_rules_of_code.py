"""What import contracts cannot see: asking for the time, rolling dice, committing."""

import ast

import pytest

from tests.architecture.sources import ROOT, below, calls, place, tree

MAY_COMMIT = {"accelerator/web/session.py", "accelerator/jobs/run.py"}
MIGRATIONS = "accelerator/storage/migrations/"
IMPURE_CALLS = {"now", "today", "utcnow", "open", "input", "print", "getenv"}
IMPURE_MODULES = {"os", "random", "secrets", "time", "uuid", "socket", "subprocess", "logging"}


def commits(path):
    return [line for name, line in calls(path) if name.rpartition(".")[2] == "commit"]


def test_a_transaction_is_committed_in_two_places_only():
    found = [
        place(path, line)
        for path in below("accelerator", ".py")
        if str(path.relative_to(ROOT)) not in MAY_COMMIT
        and not str(path.relative_to(ROOT)).startswith(MIGRATIONS)
        for line in commits(path)
    ]
    assert found == []


@pytest.mark.parametrize("where", sorted(MAY_COMMIT))
def test_the_places_that_commit_do(where):
    assert commits(ROOT / where)


def impure(call):
    name = ast.unparse(call.func)
    last = name.rpartition(".")[2]
    if last == "default_rng":
        return not call.args  # draws from a given seed are the same each time
    return last in IMPURE_CALLS or name.startswith("np.random.")


def impurities(source):
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and impure(node):
            yield ast.unparse(node.func), node.lineno
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        yield from (
            (module, node.lineno)
            for module in modules
            if module.partition(".")[0] in IMPURE_MODULES
        )


def test_the_rules_never_ask_for_the_time_chance_or_environment():
    found = [
        f"{place(path, line)} {name}"
        for path in below("accelerator/domain", ".py")
        for name, line in impurities(tree(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "date.today()",
        "import os",
        "from os import environ",
        "from random import choice",
        "np.random.default_rng()",
        "np.random.normal(size=3)",
        "from time import monotonic",
    ],
)
def test_what_is_impure_is_noticed(source):
    assert list(impurities(ast.parse(source)))


def test_only_the_clock_asks_the_system_for_the_time():
    found = [
        place(path, line)
        for path in below("accelerator", ".py")
        if path != ROOT / "accelerator/clock.py"
        for name, line in calls(path)
        if name in {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}
    ]
    assert found == []

"""What the tests of the architecture read: the project's own files, committed or about to be."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Return every file git carries or would carry."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def below(folder: str, *suffixes: str) -> list[Path]:
    """Return the files in a folder whose names end so."""
    top = ROOT / folder
    return [path for path in files() if top in path.parents and path.name.endswith(suffixes)]


@cache
def tree(path: Path) -> ast.Module:
    """Return a Python file's syntax."""
    return ast.parse(path.read_text(), str(path))


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a Python file calls, as written with its dots, and the line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def place(path: Path, line: int) -> str:
    """Name a line as an editor does."""
    return f"{path.relative_to(ROOT)}:{line}"

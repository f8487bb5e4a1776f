"""Ready-made texts: programme templates, readiness levels, the demonstration company."""

from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@lru_cache
def load(name: str) -> dict[str, Any]:
    """Read one content file, for example "readiness" or "programmes/idea_challenge"."""
    import yaml

    found: dict[str, Any] = yaml.load(text(name), Loader=yaml.CSafeLoader)
    return found


def text(name: str) -> str:
    """Return a content file as it is written."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def programme_templates() -> list[str]:
    """List the keys of the ready-made programmes."""
    return sorted(path.stem for path in (FOLDER / "programmes").glob("*.yaml"))

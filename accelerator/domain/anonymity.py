"""What a frozen copy shows to those from whom the team is hidden."""

import re
from typing import Any

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def neutral_name(name: str, code: str, number: int) -> str:
    """Return a file's name that tells its kind and nothing about who made it.

    >>> neutral_name("Tanaka plan.final.pdf", "S27-0042", 7)
    'S27-0042-7.pdf'
    >>> neutral_name("田中", "S27-0042", 8)
    'S27-0042-8'
    """
    ending = _ENDING.search(name)
    return f"{code}-{number}{ending.group().lower() if ending else ''}"


def without_team(content: dict[str, Any], code: str) -> dict[str, Any]:
    """Return a frozen copy without its team, its files named neutrally.

    >>> without_team({"team": [{"name": "T"}], "attachments": [{"id": 7, "name": "T.pdf"}]}, "A-1")
    {'team': [], 'attachments': [{'id': 7, 'name': 'A-1-7.pdf'}]}
    """
    files = [
        file | {"name": neutral_name(file["name"], code, file["id"])}
        for file in content.get("attachments", ())
    ]
    return content | {"team": [], "attachments": files}

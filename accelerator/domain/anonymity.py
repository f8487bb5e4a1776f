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
    """Return a frozen copy without its team: files named neutrally, no answers that name people.

    >>> without_team({"team": [{"name": "T"}], "attachments": [{"id": 7, "name": "T.pdf"}]}, "A-1")
    {'team': [], 'attachments': [{'id': 7, 'name': 'A-1-7.pdf'}], 'answers': []}
    """
    files = [
        file | {"name": neutral_name(file["name"], code, file["id"])}
        for file in content.get("attachments", ())
    ]
    names = {str(file["id"]): file["name"] for file in files}
    answers = [_nameless(answer, names) for answer in content.get("answers", ())]
    return content | {"team": [], "attachments": files, "answers": answers}


def _nameless(answer: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Hide the person an answer names, whose choice may show the team; name its files neutrally."""
    if answer.get("kind") == "person":
        return answer | {"text": {"ja": "", "en": ""}, "value": None, "hidden": True}
    if answer.get("kind") == "file":
        files = [names[number] for number in answer.get("value") or () if number in names]
        return answer | {"text": {"ja": "、".join(files), "en": ", ".join(files)}}
    return answer

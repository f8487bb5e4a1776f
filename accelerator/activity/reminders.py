"""What a reminder says, in one sentence of the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.wording import fill
from accelerator.i18n import N_, formats, gettext, language

# By kind of thing, who hears, and whether its day is ahead, today or past.
_SENTENCES = {
    "milestone owner before": N_("%(name)s for “%(title)s” is due on %(day)s"),
    "milestone owner today": N_("%(name)s for “%(title)s” is due today, %(day)s"),
    "milestone owner after": N_("%(name)s for “%(title)s” was due on %(day)s"),
    "milestone other before": N_("%(name)s for “%(title)s” is due on %(day)s; it is with %(who)s"),
    "milestone other today": N_(
        "%(name)s for “%(title)s” is due today, %(day)s; it is with %(who)s"
    ),
    "milestone other after": N_("%(name)s for “%(title)s” was due on %(day)s; it is with %(who)s"),
    "line before": N_("What %(who)s has in hand in “%(programme)s” is due on %(day)s"),
    "line today": N_("What %(who)s has in hand in “%(programme)s” is due today, %(day)s"),
    "line after": N_("What %(who)s has in hand in “%(programme)s” was due on %(day)s"),
    "review owner before": N_("Your review of “%(title)s” is due on %(day)s"),
    "review owner today": N_("Your review of “%(title)s” is due today, %(day)s"),
    "review owner after": N_("Your review of “%(title)s” was due on %(day)s"),
    "review manager before": N_("The review of “%(title)s” by %(who)s is due on %(day)s"),
    "review manager today": N_("The review of “%(title)s” by %(who)s is due today, %(day)s"),
    "review manager after": N_("The review of “%(title)s” by %(who)s was due on %(day)s"),
    "review all before": N_("A review of “%(title)s” is due on %(day)s"),
    "review all today": N_("A review of “%(title)s” is due today, %(day)s"),
    "review all after": N_("A review of “%(title)s” was due on %(day)s"),
    "gate lead before": N_("An answer about “%(title)s” is promised by %(day)s"),
    "gate lead today": N_("An answer about “%(title)s” is promised by today, %(day)s"),
    "gate lead after": N_(
        "The answer about “%(title)s” promised by %(day)s is late; the managers were reminded"
    ),
    "gate manager before": N_("The team of “%(title)s” was promised an answer by %(day)s"),
    "gate manager today": N_("The team of “%(title)s” was promised an answer by today, %(day)s"),
    "gate manager after": N_(
        "The team of “%(title)s” still waits for the answer promised by %(day)s"
    ),
    "information lead before": N_("“%(title)s” was asked for more: answer by %(day)s"),
    "information lead today": N_("“%(title)s” was asked for more: answer today, %(day)s"),
    "information lead after": N_("What was asked about “%(title)s” was to be answered by %(day)s"),
    "information manager before": N_(
        "The team of “%(title)s” is to answer what it was asked by %(day)s"
    ),
    "information manager today": N_(
        "The team of “%(title)s” is to answer what it was asked by today, %(day)s"
    ),
    "information manager after": N_(
        "The team of “%(title)s” has not answered what it was asked by %(day)s"
    ),
    "idle": N_("Nobody has worked on “%(title)s” since %(day)s; it will be parked on %(parks)s"),
    "idle draft": N_("Your draft “%(title)s” has lain still since %(day)s"),
    "evidence before": N_(
        "Evidence of “%(title)s” counts for less from %(day)s: %(dimension)s, %(points)s points"
    ),
    "evidence after": N_(
        "Evidence of “%(title)s” counts for less since %(day)s: %(dimension)s, %(points)s points"
    ),
    "evidence unfelt before": N_("Evidence of “%(title)s” counts for less from %(day)s"),
    "evidence unfelt after": N_("Evidence of “%(title)s” counts for less since %(day)s"),
    "parked": N_("“%(title)s” was parked until %(day)s; look at it again now"),
}


def sentence(line: Mapping[str, Any]) -> str:
    """Say one reminder; `line` is what was written down when the step was reached."""
    pieces = _pieces(line)
    words = Bilingual.of(line.get("words")).pick(language())
    said: str = fill(words, pieces) if words else gettext(_SENTENCES[_key(line)], **pieces)
    if line.get("for"):
        return gettext("For %(name)s: %(sentence)s", name=line["for"], sentence=said)
    return said


def by_time(lines: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Part reminders into what is late, what is for today and what comes, each in its order.

    An idle idea is due for nothing: what is told is the day on which it will be parked.
    """
    parts: dict[str, list[Mapping[str, Any]]] = {
        gettext("Overdue"): [],
        gettext("For today"): [],
        gettext("Coming up"): [],
    }
    late, today, ahead = parts.values()
    for line in lines:
        if line["kind"] == "parked" or line["due_on"] == line["on"]:
            today.append(line)
        elif line["kind"] in ("idle", "evidence") or line["due_on"] > line["on"]:
            ahead.append(line)
        else:
            late.append(line)
    return [(title, part) for title, part in parts.items() if part]


def _key(line: Mapping[str, Any]) -> str:
    """Return which of our sentences says it."""
    due_on, on = date.fromisoformat(line["due_on"]), date.fromisoformat(line["on"])
    when = "before" if on < due_on else "today" if on == due_on else "after"
    kind, to = line["kind"], line["to"]
    if kind == "parked":
        return "parked"
    if kind == "idle":
        return "idle" if line.get("parks_on") else "idle draft"
    if kind == "evidence":
        felt = "evidence" if line.get("points") else "evidence unfelt"
        return f"{felt} {'before' if on < due_on else 'after'}"
    if to == "line":
        return f"line {when}"
    if kind == "milestone":  # whoever leads the team may have it in hand as well
        to = "owner" if to == "owner" or not line["who"] else "other"
    elif kind == "review" and to == "manager" and not line["who"]:
        to = "all"
    return f"{kind} {to} {when}"


def _pieces(line: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands for each placeholder."""
    parks = line.get("parks_on")
    points = line.get("points")
    return {
        "title": Bilingual.of(line["title"]).pick(language()) or line["code"],
        "code": line["code"],
        "name": Bilingual.of(line["name"]).pick(language()),
        "day": formats.day(date.fromisoformat(line["due_on"])),
        "who": line["who"],
        "programme": Bilingual.of(line.get("programme")).pick(language()),
        "parks": formats.day(date.fromisoformat(parks)) if parks else "",
        "dimension": Bilingual.of(line.get("dimension")).pick(language()),
        "points": formats.number(-points, 1) if points else "",
    }

"""What a reminder says, in one sentence of the reader's language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accelerator.domain.bilingual import Bilingual
from accelerator.i18n import N_, formats, gettext, language

# By kind of thing, who hears, and whether its day is ahead, today or past.
_SENTENCES = {
    "milestone owner before": N_("%(name)s for “%(title)s” is due on %(day)s"),
    "milestone owner today": N_("%(name)s for “%(title)s” is due today, %(day)s"),
    "milestone owner after": N_("%(name)s for “%(title)s” was due on %(day)s"),
    "milestone lead after": N_("%(name)s for “%(title)s” was due on %(day)s; it is with %(who)s"),
    "milestone manager after": N_(
        "%(name)s for “%(title)s” was due on %(day)s; it is with %(who)s"
    ),
    "review owner before": N_("Your review of “%(title)s” is due on %(day)s"),
    "review owner today": N_("Your review of “%(title)s” is due today, %(day)s"),
    "review owner after": N_("Your review of “%(title)s” was due on %(day)s"),
    "review lead after": N_("Your review of “%(title)s” was due on %(day)s"),
    "review manager after": N_("The review of “%(title)s” by %(who)s was due on %(day)s"),
    "gate owner before": N_("The team of “%(title)s” was promised an answer by %(day)s"),
    "gate owner today": N_("The team of “%(title)s” was promised an answer by today, %(day)s"),
    "gate owner after": N_(
        "The team of “%(title)s” still waits for the answer promised by %(day)s"
    ),
    "gate lead after": N_(
        "The answer about “%(title)s” promised by %(day)s is late; the managers were reminded"
    ),
    "gate manager after": N_(
        "The team of “%(title)s” still waits for the answer promised by %(day)s"
    ),
    "information owner before": N_("“%(title)s” was asked for more: answer by %(day)s"),
    "information owner today": N_("“%(title)s” was asked for more: answer today, %(day)s"),
    "information owner after": N_("What was asked about “%(title)s” was to be answered by %(day)s"),
    "information lead after": N_("What was asked about “%(title)s” was to be answered by %(day)s"),
    "information manager after": N_(
        "The team of “%(title)s” has not answered what it was asked by %(day)s"
    ),
    "parked": N_("“%(title)s” was parked until %(day)s; look at it again now"),
}


def sentence(line: Mapping[str, Any]) -> str:
    """Say one reminder; `line` is what was written down when the step was reached."""
    due_on, on = date.fromisoformat(line["due_on"]), date.fromisoformat(line["on"])
    when = "before" if on < due_on else "today" if on == due_on else "after"
    kind, to = line["kind"], line["to"]
    if kind == "milestone" and not line["who"]:
        to = "owner"  # whoever leads the team may have it in hand as well
    key = kind if kind == "parked" else f"{kind} {to} {when}"
    return gettext(
        _SENTENCES[key],
        title=Bilingual.of(line["title"]).pick(language()) or line["code"],
        name=Bilingual.of(line["name"]).pick(language()),
        day=formats.day(due_on),
        who=line["who"],
    )

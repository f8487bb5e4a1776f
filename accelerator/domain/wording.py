"""The words of a message that a manager may change: placeholders stand for what differs by idea."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from accelerator.domain.errors import DomainError
from accelerator.domain.gates import Unsound
from accelerator.domain.stages import Outcome
from accelerator.i18n import N_

PLACEHOLDERS: dict[str, str] = {
    "title": N_("the title of the idea"),
    "code": N_("its code"),
    "stage": N_("the stage whose gate decided"),
    "decision": N_("the sentence that says what was decided"),
    "reason": N_("why, word for word"),
    "comments": N_("what the reviewers saw, as chosen for each idea"),
    "conditions": N_("the conditions with their days"),
    "checklist": N_("what to do before handing in again"),
    "change": N_("what would change our mind"),
    "learned": N_("what was learned"),
    "next": N_("the next step, with its day"),
    "link": N_("the address of the idea’s page"),
}
NEEDED = ("decision", "reason", "next")  # never a bare no
NEEDED_FOR = {
    Outcome.CONDITIONS: ("conditions",),
    Outcome.REWORK: ("checklist",),
    Outcome.PARK: ("change",),
}
IN_SUBJECT = ("title", "code", "stage")
LONGEST_SUBJECT, LONGEST_TEXT = 200, 8000
_HOLE = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """A subject of one line and a text, with placeholders like {title}."""

    subject: str
    text: str


def fill(text: str, pieces: Mapping[str, str]) -> str:
    r"""Put pieces in the place of their names; where one is empty, no gap is left.

    >>> fill("Hello {title}!\n\n{comments}\n\nBye", {"title": "Cell", "comments": ""})
    'Hello Cell!\n\nBye'
    """
    filled = _HOLE.sub(lambda hole: pieces.get(hole[1], hole[0]), text)
    return re.sub(r"\n{3,}", "\n\n", filled).strip()


def require_whole(wordings: Mapping[str, Wording], outcome: Outcome) -> None:
    """Raise Unsound unless each language's words, by its code, can be sent as they are."""
    errors = []
    needed = NEEDED + NEEDED_FOR.get(outcome, ())
    for language, words in wordings.items():
        errors += _errors(f"subject_{language}", words.subject, IN_SUBJECT, LONGEST_SUBJECT)
        errors += _errors(f"text_{language}", words.text, tuple(PLACEHOLDERS), LONGEST_TEXT)
        missing = [name for name in needed if f"{{{name}}}" not in words.text]
        if missing:
            errors.append(
                DomainError(
                    "placeholder_missing",
                    N_("%(names)s must stand in the message: a team always reads it."),
                    field=f"text_{language}",
                    names=", ".join(f"{{{name}}}" for name in missing),
                )
            )
        if "\n" in words.subject:
            errors.append(
                DomainError(
                    "subject_lines", N_("A subject has one line."), field=f"subject_{language}"
                )
            )
    if errors:
        raise Unsound(errors)


def line_errors(field: str, text: str, known: tuple[str, ...]) -> list[DomainError]:
    """Return what is wrong with a sentence of one line that may be empty, its placeholders first.

    >>> [error.code for error in line_errors("words_en", "Hello {nobody}", ("title",))]
    ['placeholder_unknown']
    """
    errors = _errors(field, text, known, LONGEST_SUBJECT) if text.strip() else []
    if any(char in text for char in "\r\n\u2028\u2029"):
        errors.append(DomainError("lines", N_("Write it in one line."), field=field))
    return errors


def _errors(field: str, text: str, known: tuple[str, ...], longest: int) -> list[DomainError]:
    errors = []
    strange = [hole for hole in _HOLE.findall(text) if hole not in known]
    if strange:
        errors.append(
            DomainError(
                "placeholder_unknown",
                N_("%(names)s is no placeholder here. Known are %(known)s."),
                field=field,
                names=", ".join(f"{{{name}}}" for name in dict.fromkeys(strange)),
                known=", ".join(f"{{{name}}}" for name in known),
            )
        )
    if not text.strip():
        errors.append(DomainError("empty", N_("Write something here."), field=field))
    if len(text) > longest:
        errors.append(
            DomainError("too_long", N_("At most %(most)s characters."), field=field, most=longest)
        )
    return errors
